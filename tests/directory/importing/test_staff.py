"""A staff list brings people and what they are in charge of; posts end only when the person says so."""

import pytest
from sqlalchemy import func, select

from app.core.database import session
from app.core.errors import Missing
from app.directory.importing.models import RosterImport
from app.directory.importing.staff import import_staff, plan_staff, staff_table
from app.directory.importing.students import PlanChanged, RowsHaveFaults
from app.directory.models import Grade, Person, Post, SchoolClass
from app.directory.queries import today_at
from app.directory.rosters.columns import Table
from app.directory.service import find_person, make_organisation
from tests.directory.importing.stories import everything
from tests.directory.rosters.lists import sample, workbook
from tests.world import World

HEADINGS = ("工号", "姓名", "单位", "岗位", "负责年级", "负责班级", "邮箱")
SCHOOL = "青禾小学"
STAFF = {
    "T-sam": ("Sam", SCHOOL, "系统管理员"),
    "T-lin": ("Lin", SCHOOL, "心理教师"),
    "T-bo": ("Bo", SCHOOL, "心理教师"),
    "T-pia": ("Pia", SCHOOL, "校长"),
    "T-gao": ("Gao", SCHOOL, "年级主任", "四年级"),
    "T-hart": ("Hart", SCHOOL, "年级主任", "五年级"),
    "T-cruz": ("Cruz", SCHOOL, "班主任", "四年级", "1班"),
    "T-moss": ("Moss", SCHOOL, "班主任", "四年级", "2班"),
    "T-nora": ("Nora", SCHOOL, "班主任", "五年级", "1班"),
    "T-sol": ("Sol", SCHOOL, "科任教师"),
}


def staff_list(*rows: tuple[str | None, ...]) -> Table:
    return staff_table(workbook(HEADINGS, *rows))


def all_staff(*changes: tuple[str | None, ...], without: tuple[str, ...] = ()) -> Table:
    rows = [(number, *rest) for number, rest in STAFF.items() if number not in without]
    return staff_list(*rows, *changes)


def test_the_sample_list_of_the_district(world: World) -> None:
    with world.acting("root") as root:
        for kind, name in (
            ("school", "青禾实验小学"), ("centre", "临江区中小学心理健康教育指导中心"), ("bureau", "临江区教育局")
        ):
            make_organisation(kind=kind, name=name, district_id=world.district, by=root)
        table = staff_table(sample("staff.xlsx"))
        plan = plan_staff(table, by=root)
        assert (len(plan.new_people), len(plan.new_posts), plan.staff.faults) == (97, 97, ())
        done = import_staff(table, by=root)
        assert done.counts["posts"] == 97
        assert done.organisation_id == world.district
        school_id = plan.organisations["临江中学"].id
        labels = session().scalars(select(Grade.label).where(Grade.school_id == school_id).order_by(Grade.position))
        assert [label for label in labels if label[0] in "初高"] == ["初一", "初二", "初三", "高一", "高二", "高三"]
        again = plan_staff(table, by=root)
        assert (again.new_people, again.new_posts, again.renamed, again.kept_posts) == ((), (), (), 97)
        # The cast's own people at 临江中学 are not in the list.
        assert {each.person.name for each in again.ending} == {"Uma", "Tan", "Quill"}


def test_the_same_list_changes_nothing(world: World) -> None:
    with world.acting("sam") as sam:
        plan = plan_staff(all_staff(), by=sam)
        assert (plan.new_people, plan.new_posts, plan.renamed, plan.ending) == ((), (), (), ())
        assert plan.kept_posts == 10


def test_a_new_colleague_and_a_second_post(world: World) -> None:
    with world.acting("sam") as sam:
        new, second = ("T9", "何老师", "班主任", "四年级", "3班"), ("T-sol", "Sol", "班主任", None, "五(2)")
        table = all_staff((*new[:2], SCHOOL, *new[2:]), (*second[:2], SCHOOL, *second[2:]))
        done = import_staff(table, by=sam)
        assert done.counts | {"new": 1, "posts": 2, "ended": 0} == done.counts
        person = find_person(world.district, "t9")
        assert person is not None
        assert person.name == "何老师"
        labels = session().execute(
            select(Grade.label, SchoolClass.label)
            .join(Grade, Grade.id == SchoolClass.grade_id)
            .where(SchoolClass.school_id == world.school)
        )
        assert {("四年级", "3班"), ("五年级", "2班")} <= {tuple(row) for row in labels}


def test_posts_end_only_when_it_is_said(world: World) -> None:
    with world.acting("sam") as sam:
        table = all_staff(without=("T-sol",))
        (ending,) = plan_staff(table, by=sam).ending
        assert ending.person.name == "Sol"
        assert import_staff(table, by=sam).counts["ended"] == 0
        assert import_staff(table, by=sam, end_missing=True).counts["ended"] == 1
        post = session().scalars(select(Post).where(Post.person_id == world.people["sol"])).one()
        assert post.ends_on == today_at(world.school)
    assert [event.action for event in world.events("post:ended")] == ["post:ended"]


def test_the_importer_and_the_last_administrator_never_end_by_a_list(world: World) -> None:
    with world.acting("sam") as sam:
        assert plan_staff(all_staff(without=("T-sam",)), by=sam).ending == ()


def test_bad_rows_block_and_do_nothing(world: World) -> None:
    before = everything(world.database)
    table = all_staff(
        ("T9", "何老师", SCHOOL, "审计员"), ("T10", "钱老师", "临江中学", "科任教师"),
        ("T11", "=1+1", SCHOOL, "科任教师"),
        ("T12", "孙老师", SCHOOL, "班主任", "四年级", None), ("T13", "李老师", SCHOOL, "年级主任", "第四梯队", None),
    )
    with world.acting("sam") as sam:
        faults = [(fault.field, fault.code) for fault in plan_staff(table, by=sam).staff.faults]
        assert faults == [
            ("post", "post_elsewhere"), ("organisation", "foreign_organisation"), ("name", "formula"),
            ("class", "missing_class"), ("grade", "unknown_grade"),
        ]
    with pytest.raises(RowsHaveFaults), world.acting("sam") as sam:
        import_staff(table, by=sam)
    assert everything(world.database) == before


def test_somebody_in_a_row_with_a_fault_keeps_the_post(world: World) -> None:
    with world.acting("sam") as sam:
        table = all_staff(("T-sol", "Sol", SCHOOL, "跳舞"), without=("T-sol",))
        assert plan_staff(table, by=sam).ending == ()


def test_a_school_cannot_rename_somebody_of_another_school(world: World) -> None:
    with world.acting("sam") as sam:
        plan = plan_staff(all_staff(("T-uma", "何老师", SCHOOL, "科任教师")), by=sam)
        assert [fault.code for fault in plan.staff.faults] == ["other_person"]
        plan = plan_staff(all_staff(("T-uma", "Uma", SCHOOL, "科任教师")), by=sam)
        assert (plan.staff.faults, len(plan.new_posts), plan.new_people) == ((), 1, ())


def test_a_colleague_under_a_new_name_is_named_before(world: World) -> None:
    with world.acting("sam") as sam:
        table = all_staff(("T-sol", "Sole", SCHOOL, "科任教师"), without=("T-sol",))
        ((person, row),) = plan_staff(table, by=sam).renamed
        assert (person.name, row.name) == ("Sol", "Sole")
        import_staff(table, by=sam)
        assert session().get_one(Person, world.people["sol"]).name == "Sole"


def test_rows_without_an_organisation_belong_to_the_own_school(world: World) -> None:
    with world.acting("sam") as sam:
        plan = plan_staff(staff_table(workbook(("工号", "姓名", "岗位"), ("T9", "何老师", "科任教师"))), by=sam)
        ((row, key),) = plan.new_posts
        assert (row.organisation, key[0]) == (SCHOOL, world.school)


@pytest.mark.parametrize("name", ["lin", "pia", "cruz", "gao", "sol", "dee", "dora", "eve"])
def test_nobody_but_administrators_imports_staff(world: World, name: str) -> None:
    with pytest.raises(Missing), world.acting(name) as somebody:
        import_staff(all_staff(), by=somebody)


def test_nothing_else_is_done_than_what_was_shown(world: World) -> None:
    with world.acting("sam") as sam:
        shown = plan_staff(all_staff(("T9", "何老师", SCHOOL, "科任教师")), by=sam).fingerprint
    with pytest.raises(PlanChanged), world.acting("sam") as sam:
        import_staff(all_staff(("T9", "何老师", SCHOOL, "心理教师")), by=sam, expecting=shown)
    with world.acting("sam"):
        assert session().scalar(select(func.count()).select_from(RosterImport)) == 0
