"""Contacts of a class lie open to its teacher, its grade, the room and the administrators, and to nobody else."""

from datetime import date

import pytest

from app.access import PostKind
from app.core.database import session
from app.directory import service
from app.directory.contacts import settle_contacts
from app.directory.importing.register import ContactsClosed
from app.directory.importing.students import import_students
from app.directory.models import ClassContacts, Organisation, Post
from app.directory.queries import contacts_of, get_student, today_at
from app.directory.service import StaffNotFounded
from app.vault import readers_of
from tests.directory.importing.stories import bring, listed
from tests.directory.pages import Browsers
from tests.world import World


def reads(world: World, name: str, student: str = "ana") -> bool:
    with world.acting(name) as somebody:
        row = get_student(world.students[student])
        assert row is not None
        return contacts_of(row, somebody.ring) is not None


@pytest.mark.parametrize("name", ["cruz", "gao", "lin", "bo", "sam"])
def test_those_who_care_for_a_student_reach_the_guardian(world: World, name: str) -> None:
    assert reads(world, name)


@pytest.mark.parametrize("name", ["moss", "hart", "nora", "sol", "pia", "uma", "tan", "quill", "dee", "eve", "root"])
def test_nobody_else_does(world: World, name: str) -> None:
    assert not reads(world, name)


def test_a_teacher_who_takes_over_a_class_gets_its_contacts_and_the_one_before_loses_them(world: World) -> None:
    with world.acting("sam") as sam:
        post = session().query(Post).filter_by(person_id=world.people["cruz"]).one()
        service.end_post(post, ends_on=date.fromordinal(today_at(world.school).toordinal() - 1), by=sam)
        service.give_post(
            person_id=world.people["sol"], kind=PostKind.CLASS_TEACHER, organisation_id=world.school, by=sam,
            grade_id=world.grades["school", "四年级"], class_id=world.classes["school", "四年级", "1班"],
        )
        assert settle_contacts(sam) == 2
        assert settle_contacts(sam) == 0
    assert reads(world, "sol")
    assert not reads(world, "cruz")


def test_one_who_cannot_open_the_contacts_passes_nothing_on(world: World) -> None:
    with world.acting("sam") as sam:
        service.give_post(
            person_id=world.people["sol"], kind=PostKind.CLASS_TEACHER, organisation_id=world.school, by=sam,
            grade_id=world.grades["school", "四年级"], class_id=world.classes["school", "四年级", "1班"],
        )
    with world.acting("moss") as moss:
        settle_contacts(moss)
    assert not reads(world, "sol")
    with world.acting("lin") as lin:
        assert settle_contacts(lin) == 1
    assert reads(world, "sol")


@pytest.mark.parametrize("name", ["sam", "lin", "gao"])
def test_a_teacher_who_joined_gets_the_contacts_when_a_colleague_who_holds_them_signs_in(
    world: World, browser_of: Browsers, name: str
) -> None:
    with world.acting("sam") as sam:
        service.give_post(
            person_id=world.people["sol"], kind=PostKind.CLASS_TEACHER, organisation_id=world.school, by=sam,
            grade_id=world.grades["school", "四年级"], class_id=world.classes["school", "四年级", "1班"],
        )
    browser_of("moss")
    assert not reads(world, "sol")
    browser_of(name)
    assert reads(world, "sol")


def test_an_administrator_without_the_key_cannot_move_a_student_away_from_the_contacts(world: World) -> None:
    with world.acting("sam") as sam:
        service.give_post(
            person_id=world.people["sol"], kind=PostKind.SCHOOL_ADMIN, organisation_id=world.school, by=sam
        )
    with pytest.raises(ContactsClosed), world.acting("sol") as sol:
        bring(world, listed(("G00000000", "陈子涵", "四年级", "2班")), sol)


def test_a_school_without_a_staff_key_takes_no_list(world: World) -> None:
    with world.acting("root") as root:
        school = service.make_organisation(kind="school", name="新校", district_id=world.district, by=root)
        service.give_post(
            person_id=world.people["sam"], kind=PostKind.SCHOOL_ADMIN, organisation_id=school.id, by=root
        )
        school_id = school.id
    with pytest.raises(StaffNotFounded), world.acting("sam") as sam:
        import_students(
            listed(("G1", "何向晚", "一年级", "1班")), school=session().get_one(Organisation, school_id), by=sam
        )


def test_readers_are_people_of_the_school_alone(world: World) -> None:
    with world.acting("sam"):
        row = session().query(ClassContacts).filter_by(class_id=world.classes["school", "四年级", "1班"]).one()
        names = {name for name, person in world.people.items() if person in readers_of(row.id)}
    assert names == {"cruz", "gao", "lin", "bo", "sam"}
