"""For a day an import can be taken back; who has newer records stays, and is named."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app import wiring
from app.access import PostKind
from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.directory.importing import records, undoing
from app.directory.importing.models import RosterImport
from app.directory.importing.undoing import (
    LaterImport,
    RecordsStandUponIt,
    UndoTooLate,
    can_undo,
    undo_import,
    who_stayed,
)
from app.directory.importing.uploads import forget_old
from app.directory.models import Grade, SchoolClass
from app.directory.queries import contacts_of, find_students, get_placed_student, get_student, lines_of_school
from app.directory.service import give_post
from app.escalation import queries as escalation_queries
from app.escalation.service import raise_concern
from app.files import queries as files_queries
from app.files import service as files
from app.vault import grants_of
from tests.directory.importing.stories import (
    AUTUMN,
    SPRING,
    bring,
    bring_sample,
    everything,
    listed,
    names_in,
    whole_school,
)
from tests.escalation.telling import EVERYDAY
from tests.world import World

NEW_GIRL = ("G77", "何向晚", "四年级", "1班")
NEW_BOY = ("G78", "何晨", "六年级", "1班")
PLAIN = ("grade", "school_class", "student", "post", "person")


@pytest.fixture(autouse=True)
def wired() -> None:
    records.ask(files_queries.students_with_files_since, escalation_queries.students_with_concerns_since)
    assert wiring.records is records


def brought(world: World, *rows: tuple[str, ...], **more: object) -> UUID:
    with world.acting("sam") as sam:
        return bring(world, listed(*rows), sam, **more).id


def undo(world: World, import_id: UUID, name: str = "sam") -> list[UUID]:
    with world.acting(name) as somebody:
        return undo_import(session().get_one(RosterImport, import_id), by=somebody)


def told(world: World) -> dict[str, object]:
    """Everything the directory says about the students of Sam's school."""
    with world.acting("sam") as sam:
        found = {}
        for line in lines_of_school(world.school, sam.ring):
            student = get_student(line.id)
            assert student is not None
            found[line.number] = (
                line, student.state, student.joined_on, student.left_on, contacts_of(student, sam.ring)
            )
        return found


def test_undoing_brings_everything_back(world: World) -> None:
    autumn = bring_sample(world, AUTUMN)
    after_autumn, rows_after_autumn = told(world), everything(world.database, *PLAIN)
    spring = bring_sample(world, SPRING, leaving=None)
    assert told(world) != after_autumn
    assert undo(world, spring) == []
    assert told(world) == after_autumn
    assert everything(world.database, *PLAIN) == rows_after_autumn
    assert undo(world, autumn) == []
    with world.acting("sam") as sam:
        assert len(lines_of_school(world.school, sam.ring)) == 4


def test_undoing_the_first_list_takes_its_classes_and_grades_away_again(world: World) -> None:
    before = everything(world.database, *PLAIN)
    import_id = brought(world, NEW_GIRL, NEW_BOY, new_grades=["六年级"])
    undo(world, import_id)
    assert everything(world.database, *PLAIN) == before


def test_a_student_about_whom_a_file_was_opened_stays_and_is_named(world: World) -> None:
    import_id = brought(world, NEW_GIRL, NEW_BOY, new_grades=["六年级"])
    with world.acting("lin") as lin:
        (girl,) = find_students("何向晚", lin)
        files.open_file(student_id=girl.id, school_id=world.school, by=lin)
    assert undo(world, import_id) == [girl.id]
    with world.acting("sam") as sam:
        assert "何向晚" in names_in(world, "四年级", "1班", sam)
        assert find_students("何晨", sam) == []
        assert who_stayed(session().get_one(RosterImport, import_id), by=sam) == [girl.id]


def test_a_student_about_whom_a_concern_was_raised_stays(world: World) -> None:
    import_id = brought(world, NEW_GIRL)
    with world.acting("cruz") as cruz:
        (girl,) = find_students("何向晚", cruz)
        student = get_placed_student(girl.id)
        assert student is not None
        raise_concern(student, account=EVERYDAY, by=cruz)
    assert undo(world, import_id) == [girl.id]


def test_one_who_moved_and_has_an_older_file_goes_back(world: World) -> None:
    with world.acting("lin") as lin:
        files.open_file(student_id=world.students["ana"], school_id=world.school, by=lin)
    import_id = brought(world, ("G00000000", "陈子涵", "四年级", "2班"))
    assert undo(world, import_id) == []
    with world.acting("cruz") as cruz:
        assert "陈子涵" in names_in(world, "四年级", "1班", cruz)
        ana = get_student(world.students["ana"])
        assert ana is not None
        assert (contacts_of(ana, cruz.ring) or {})["guardian"] == "陈子涵的母亲"


def test_the_database_is_the_last_wall(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = brought(world, NEW_GIRL)
    with world.acting("lin") as lin:
        (girl,) = find_students("何向晚", lin)
        files.open_file(student_id=girl.id, school_id=world.school, by=lin)
    monkeypatch.setattr(undoing, "with_newer_records", lambda *_: set())
    before = everything(world.database)
    with pytest.raises(RecordsStandUponIt):
        undo(world, import_id)
    assert everything(world.database) == before


def test_one_who_left_by_the_list_is_back_with_contacts(world: World) -> None:
    with world.acting("sam") as sam:
        made = whole_school(without=["G00000001"])
        import_id = bring(world, made, sam, leaving=[world.grades["school", "四年级"]]).id
    before_undoing = told(world)
    undo(world, import_id)
    after = told(world)
    assert before_undoing["G00000001"][1] == "left"  # type: ignore[index]
    assert after["G00000001"][1:4:2] == ("enrolled", None)  # type: ignore[index]
    assert after["G00000001"][4]["guardian"] == "王瑞的母亲"  # type: ignore[index]


def test_after_a_day_it_is_too_late_and_the_way_back_is_gone(world: World) -> None:
    import_id = brought(world, NEW_GIRL)
    later = clock.now() + timedelta(hours=24, seconds=1)
    with clock.at(later):
        with world.acting("sam"):
            assert not can_undo(session().get_one(RosterImport, import_id))
        with pytest.raises(UndoTooLate):
            undo(world, import_id)
        with world.database.transaction():
            assert forget_old() == 1
            assert session().get_one(RosterImport, import_id).way_back is None
            assert grants_of(import_id) == []


def test_an_import_is_undone_once(world: World) -> None:
    import_id = brought(world, NEW_GIRL)
    undo(world, import_id)
    with pytest.raises(UndoTooLate):
        undo(world, import_id)


def test_the_later_list_is_undone_first(world: World) -> None:
    first = brought(world, NEW_GIRL)
    second = brought(world, ("G79", "何夕", "四年级", "2班"))
    with pytest.raises(LaterImport):
        undo(world, first)
    undo(world, second)
    undo(world, first)


@pytest.mark.parametrize("name", ["uma", "lin", "pia", "cruz", "root", "eve"])
def test_nobody_else_undoes(world: World, name: str) -> None:
    import_id = brought(world, NEW_GIRL)
    with pytest.raises(Missing):
        undo(world, import_id, name)


def test_a_class_that_somebody_took_over_meanwhile_stays(world: World) -> None:
    import_id = brought(world, NEW_BOY, new_grades=["六年级"])
    with world.acting("sam") as sam:
        grade = session().scalars(select(Grade).where(Grade.label == "六年级")).one()
        shape = session().scalars(select(SchoolClass).where(SchoolClass.grade_id == grade.id)).one()
        give_post(
            person_id=world.people["sol"], kind=PostKind.CLASS_TEACHER, organisation_id=world.school, by=sam,
            grade_id=grade.id, class_id=shape.id,
        )
        class_id = shape.id
    undo(world, import_id)
    with world.acting("sam"):
        assert session().get(SchoolClass, class_id) is not None
