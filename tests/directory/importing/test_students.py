"""A list goes in whole or not at all, after it was said what it changes."""

import multiprocessing
from datetime import date

import pytest
from sqlalchemy import func, select

from app.core.database import session
from app.core.errors import Missing
from app.directory.importing import students as importing
from app.directory.importing.planning import student_table
from app.directory.importing.students import NothingToImport, PlanChanged, RowsHaveFaults, import_students
from app.directory.models import DirectoryPage, Grade, SchoolClass, Student
from app.directory.queries import contacts_of, find_students, get_line, get_student, lines_of_school
from tests.databases import Installation
from tests.directory.importing.stories import (
    AUTUMN,
    OTHER_GRADES,
    SPRING,
    bring,
    bring_sample,
    everything,
    listed,
    names_in,
    plan,
    school_of,
    whole_school,
)
from tests.directory.pages import counted
from tests.directory.rosters.lists import sample
from tests.world import World

NEW_GIRL = ("G77", "何向晚", "四年级", "1班", "何母", "19900770077", "临江区望江街道7号")


def test_a_new_student_stands_on_the_page_of_the_class_and_is_found(world: World) -> None:
    with world.acting("sam") as sam:
        done = bring(world, listed(NEW_GIRL), sam)
        assert done.counts | {"new": 1, "left": 0} == done.counts
    with world.acting("cruz") as cruz:
        assert names_in(world, "四年级", "1班", cruz) == ["陈子涵", "王瑞", "何向晚"]
        (found,) = find_students("hexiangwan", cruz)
        student = get_student(found.id)
        assert student is not None
        assert contacts_of(student, cruz.ring) == {
            "guardian": "何母", "phones": ["19900770077"], "address": "临江区望江街道7号"
        }


def test_the_whole_autumn_list_of_a_school(world: World) -> None:
    bring_sample(world, AUTUMN)
    with world.acting("lin") as lin:
        assert session().scalar(select(func.count()).select_from(Student)) == 861 + 5
        labels = session().scalars(
            select(Grade.label).where(Grade.school_id == world.school).order_by(Grade.position)
        ).all()
        assert set(labels) == {"一年级", "二年级", "三年级", "四年级", "五年级", "六年级"}
        assert len(find_students("一年级3班", lin, limit=99)) > 20


def test_the_list_of_one_class_leaves_the_rest_of_the_school_alone(world: World) -> None:
    with world.acting("sam") as sam:
        found = plan(world, listed(("G00000000", "陈子涵", "四年级", "1班")), sam)
        (grade,) = found.coverage.missing
        assert ([line.name for line in grade.lines], grade.suggested) == (["王瑞"], False)
        assert found.coverage.untouched == (("四年级2班", 1), ("五年级1班", 1))
        done = bring(world, listed(("G00000000", "陈子涵", "四年级", "1班")), sam, leaving=None)
        assert done.counts["left"] == 0


def test_who_is_missing_leaves_only_when_the_person_says_so(world: World) -> None:
    made = whole_school(*((f"G8{n}", f"新同学{n}", "四年级", "1班") for n in range(9)), without=["G00000001"])
    made_too = whole_school(*((f"G8{n}", f"新同学{n}", "四年级", "1班") for n in range(9)))
    with world.acting("sam") as sam:
        bring(world, made_too, sam)
    with world.acting("sam") as sam:
        (grade,) = plan(world, made, sam).coverage.missing
        assert grade.suggested
        assert bring(world, made, sam).counts["left"] == 0
        assert "王瑞" in names_in(world, "四年级", "1班", sam)
        assert bring(world, made, sam, leaving=[grade.grade_id]).counts["left"] == 1
        assert "王瑞" not in names_in(world, "四年级", "1班", sam)


def test_a_list_of_boarders_does_not_send_the_day_pupils_away(world: World) -> None:
    bring_sample(world, AUTUMN)
    with world.acting("sam") as sam:
        enrolled = [line for line in lines_of_school(world.school, sam.ring) if line.class_id]
        boarders = [(each.number, each.name, each.grade_label, each.class_label) for each in enrolled[::3]]
        found = plan(world, listed(*boarders), sam)
        assert sum(len(grade.lines) for grade in found.coverage.missing) > 500
        assert not found.suggested


def test_the_year_that_graduated_is_proposed_to_leave(world: World) -> None:
    """In autumn everybody moves up: the old sixth year is in no row, and its rows name the old fifth."""
    bring_sample(world, AUTUMN)
    years = "一二三四五六"
    with world.acting("sam") as sam:
        enrolled = [
            line for line in lines_of_school(world.school, sam.ring) if line.class_id and len(line.number) > 9
        ]
        risen = [
            (line.number, line.name, f"{years[years.index(line.grade_label[0]) + 1]}年级", line.class_label)
            for line in enrolled
            if line.grade_label != "六年级"
        ]
        fresh = [(f"N{n}", "新生", "一年级", f"{n % 4 + 1}班") for n in range(160)]
        found = plan(world, listed(*risen, *fresh), sam)
        gone = {grade.grade_label: grade.suggested for grade in found.coverage.missing}
        assert gone["六年级"] is True
        assert len(found.comparison.moved) == len(risen)


def test_one_who_left_keeps_number_and_name_and_loses_contacts(world: World) -> None:
    with world.acting("sam") as sam:
        grade_id = world.grades["school", "四年级"]
        bring(world, whole_school(without=["G00000001"]), sam, leaving=[grade_id])
    with world.acting("lin") as lin:
        student = get_student(world.students["rui"])
        assert student is not None
        assert (student.state, student.class_id) == ("left", None)
        line = get_line(student.id, lin.ring)
        assert line is not None
        assert (line.name, line.number, line.where) == ("王瑞", "G00000001", "")
        assert contacts_of(student, lin.ring) is None
        assert find_students("王瑞", lin) == []


def test_one_who_comes_back_is_the_same_student(world: World) -> None:
    with world.acting("sam") as sam:
        bring(world, whole_school(without=["G00000001"]), sam, leaving=[world.grades["school", "四年级"]])
    with world.acting("sam") as sam:
        done = bring(world, whole_school(("G00000001", "王瑞", "四年级", "2班")), sam)
        assert done.counts["returned"] == 1
    with world.acting("moss") as moss:
        assert [line.id for line in find_students("王瑞", moss)] == [world.students["rui"]]


def test_contacts_go_with_a_student_to_the_new_class(world: World) -> None:
    with world.acting("sam") as sam:
        bring(world, listed(("G00000000", "陈子涵", "四年级", "2班")), sam)
    with world.acting("moss") as moss:
        ana = get_student(world.students["ana"])
        assert ana is not None
        assert (contacts_of(ana, moss.ring) or {})["guardian"] == "陈子涵的母亲"
    with world.acting("cruz") as cruz:
        ana = get_student(world.students["ana"])
        assert ana is not None
        assert contacts_of(ana, cruz.ring) is None


def test_an_empty_cell_keeps_what_was_known(world: World) -> None:
    with world.acting("sam") as sam:
        bring(world, listed(("G00000000", "陈子涵", "四年级", "1班", "陈父", None, None)), sam)
    with world.acting("cruz") as cruz:
        ana = get_student(world.students["ana"])
        assert ana is not None
        assert contacts_of(ana, cruz.ring) == {
            "born": "2016-05-04", "guardian": "陈父", "phones": ["19900001402"]
        }


def test_the_spring_list_says_what_it_changes_before_anything_is_done(world: World) -> None:
    bring_sample(world, AUTUMN)
    before = everything(world.database)
    with world.acting("sam") as sam:
        found = plan(world, student_table(sample(SPRING)), sam)
    changes = found.comparison
    assert (len(changes.new), len(changes.moved), len(changes.renamed)) == (40, 18, 12)
    assert sum(len(grade.lines) for grade in found.coverage.missing) == 30 + 4
    assert everything(world.database) == before
    done_id = bring_sample(world, SPRING, leaving=None)
    with world.acting("sam") as sam:
        again = plan(world, student_table(sample(SPRING)), sam)
        assert not again.changes_anything
        assert session().get_one(importing.RosterImport, done_id).counts["left"] == 30 + 4


@pytest.mark.parametrize("name", ["roster_dirty.xlsx", "roster_gbk.csv"])
def test_difficult_lists_are_survived(world: World, name: str) -> None:
    before = everything(world.database)
    table = student_table(sample(name))
    with world.acting("sam") as sam:
        bad = plan(world, table, sam, new_grades=OTHER_GRADES).roster.bad_rows
    if bad:
        with pytest.raises(RowsHaveFaults), world.acting("sam") as sam:
            bring(world, table, sam, new_grades=OTHER_GRADES)
        assert everything(world.database) == before
    with world.acting("sam") as sam:
        done = bring(world, table, sam, new_grades=OTHER_GRADES, without_bad_rows=True)
        assert done.counts["without"] == len(bad)
        names = [line.name for line in lines_of_school(world.school, sam.ring)]
        assert not [name for name in names if "<" in name or name.startswith("=")]
        assert len(names) == done.counts["rows"] + 4


def test_somebody_in_a_row_with_a_fault_is_not_missing(world: World) -> None:
    with world.acting("sam") as sam:
        found = plan(world, whole_school(("G00000001", "<b>王瑞</b>", "四年级", "1班")), sam)
        assert found.roster.bad_rows
        assert not found.coverage.missing


def test_a_failure_in_the_middle_leaves_every_byte_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(world.database)
    written = 0

    def break_down(*_: object, **__: object) -> None:
        nonlocal written
        written = session().scalar(select(func.count()).select_from(DirectoryPage)) or 0
        raise OSError("the power is gone")

    monkeypatch.setattr(importing, "settle_classes", break_down)
    with pytest.raises(OSError, match="power"):
        bring_sample(world, AUTUMN)
    assert written > 20
    assert everything(world.database) == before


def test_nothing_else_is_done_than_what_was_shown(world: World) -> None:
    with world.acting("sam") as sam:
        shown = plan(world, listed(NEW_GIRL), sam).fingerprint
    with world.acting("sam") as sam:
        bring(world, listed(("G77", "何向晚", "四年级", "2班")), sam)
    before = everything(world.database)
    with pytest.raises(PlanChanged), world.acting("sam") as sam:
        bring(world, listed(NEW_GIRL), sam, expecting=shown)
    assert everything(world.database) == before


def test_a_list_without_a_usable_row_is_refused(world: World) -> None:
    with pytest.raises(NothingToImport), world.acting("sam") as sam:
        bring(world, listed(("G1", "=cmd()", "四年级", "1班")), sam, without_bad_rows=True)


def test_a_grade_the_school_does_not_have_is_named_and_made_only_when_asked_for(world: World) -> None:
    made = listed(("G1", "何向晚", "七年级", "1班"))
    with world.acting("sam") as sam:
        found = plan(world, made, sam)
        assert found.unknown_grades == {"七年级": 1}
        assert [fault.code for fault in found.roster.faults] == ["unknown_grade"]
        found = plan(world, made, sam, new_grades=["七年级"])
        assert (found.roster.faults, found.new_classes) == ((), ("七年级1班",))
        bring(world, made, sam, new_grades=["七年级"])
        assert session().scalar(select(Grade.position).where(Grade.label == "七年级")) == 7


@pytest.mark.parametrize("name", ["uma", "lin", "pia", "cruz", "gao", "root", "dee", "eve"])
def test_only_the_administrator_of_the_school_imports(world: World, name: str) -> None:
    before = everything(world.database)
    with pytest.raises(Missing), world.acting(name) as somebody:
        import_students(listed(NEW_GIRL), school=school_of(world), by=somebody)
    assert everything(world.database) == before


def test_the_same_number_in_two_schools_is_two_students(world: World) -> None:
    with world.acting("uma") as uma:
        made = listed(("G00000000", "陈子涵", "四年级", "1班"))
        import_students(made, school=school_of(world, "other_school"), by=uma)
    with world.acting("lin") as lin:
        assert [line.id for line in find_students("陈子涵", lin)] == [world.students["ana"]]


def bring_at_once(job: tuple[Installation, World, int]) -> int:
    """Import a list of twenty in a process of its own; numbers of two lists overlap."""
    installation, world, start = job
    database = installation.open()
    rows = [(f"P{n}", f"同学{n}", "四年级", f"{n % 3 + 1}班") for n in range(start, start + 20)]

    def work() -> int:
        actor = world.actor("sam")
        return int(import_students(listed(*rows), school=school_of(world), by=actor).counts["new"])

    made = database.retrying(work)
    database.dispose()
    return made


def test_two_imports_at_once_come_one_after_the_other(world: World, world_installation: Installation) -> None:
    world.database.dispose()
    mine = World(**{**vars(world), "database": None})
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        made = pool.map(bring_at_once, [(world_installation, mine, 0), (world_installation, mine, 10)])
    assert sorted(made) == [10, 20]
    with world.acting("sam") as sam:
        lines = lines_of_school(world.school, sam.ring)
        numbers = [line.number for line in lines if line.number.startswith("P")]
        assert sorted(numbers) == sorted(f"P{n}" for n in range(30))
        classes = session().scalars(select(SchoolClass.label).where(SchoolClass.school_id == world.school)).all()
        assert sorted(classes) == ["1班", "1班", "2班", "3班"]


def test_a_student_joined_on_the_day_of_the_import(world: World) -> None:
    with world.acting("sam") as sam:
        bring(world, listed(NEW_GIRL), sam)
        (found,) = find_students("G77", sam)
        assert isinstance(session().get_one(Student, found.id).joined_on, date)


def test_the_trail_keeps_counts_and_no_name(world: World) -> None:
    with world.acting("sam") as sam:
        bring(world, listed(NEW_GIRL), sam)
    (event,) = world.events("roster:imported")
    assert b'"new":1' in event.body
    assert "何向晚".encode() not in event.body


def test_an_import_asks_as_often_for_few_rows_as_for_many(world: World) -> None:
    """How long it takes is measured in bench/; a query in a loop would show here."""

    def asked(name: str, count: int) -> int:
        made = listed(*((f"{name}{number}", f"同学{number}", "四年级", "1班") for number in range(count)))
        with world.acting("sam") as sam:
            return counted(world.database, lambda: bring(world, made, sam))

    assert asked("A", 5) == asked("B", 400)
