"""Sam keeps the people of the school, Root those of the district; nobody keeps more than is theirs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.database import session
from app.directory import service
from app.directory.models import Person, Post
from app.directory.queries import posts_held, today_at
from tests.directory.importing.stories import everything
from tests.directory.pages import HTTPS, Browsers, statements, text_of
from tests.world import World

pytestmark = pytest.mark.alike

NEW = {"number": "T-9", "name": "何老师", "kind": "subject_teacher"}


def count(world: World, model: Any) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(model)) or 0


def test_sam_sees_the_people_of_the_school_and_no_others(world: World, browser_of: Browsers) -> None:
    page = text_of(browser_of("sam").get("/people", **HTTPS))
    for name in ("Lin", "Cruz", "Gao", "Pia", "Sol"):
        assert name in page
    for name in ("Tan", "Quill", "Uma", "Dee", "Eve"):
        assert name not in page


def test_root_sees_administrators_the_centre_and_auditors(world: World, browser_of: Browsers) -> None:
    page = text_of(browser_of("root").get("/people", **HTTPS))
    for name in ("Sam", "Uma", "Dee", "Dora", "Eve", "Root"):
        assert name in page
    for name in ("Lin", "Cruz", "Gao", "Quill"):
        assert name not in page


@pytest.mark.parametrize("name", ["lin", "bo", "pia", "gao", "cruz", "sol", "dee", "dora", "eve"])
def test_nobody_else_keeps_people(world: World, browser_of: Browsers, name: str) -> None:
    client = browser_of(name)
    assert client.get("/people", **HTTPS).status_code == 404
    assert client.get("/people/new", **HTTPS).status_code == 404
    assert client.get(f"/people/{world.people['lin']}", **HTTPS).status_code == 404
    data = {"kind": "counsellor", "organisation": world.school}
    assert client.post(f"/people/{world.people[name]}/posts", data=data, **HTTPS).status_code == 404
    assert client.get("/calendar", **HTTPS).status_code == 404
    assert client.get("/schools", **HTTPS).status_code == 404


def test_people_are_filtered_by_post_and_found_by_name(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    page = text_of(sam.get("/people?posts=counsellor", **HTTPS))
    assert ("Lin" in page, "Cruz" in page) == (True, False)
    page = text_of(sam.post("/people", data={"q": "t-gao"}, **HTTPS))
    assert ("Gao" in page, "Lin" in page) == (True, False)
    assert "没有找到" in text_of(sam.post("/people", data={"q": "uma"}, **HTTPS))


def test_somebody_is_added_with_a_first_post(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    class_id = world.classes["school", "四年级", "1班"]
    data = {**NEW, "kind": "class_teacher", "organisation": world.school, "charge": f"class:{class_id}"}
    answer = sam.post("/people/new", data=data, **HTTPS)
    assert answer.status_code == 303
    page = text_of(sam.get(answer.headers["Location"], **HTTPS))
    assert ("何老师" in page, "四年级1班" in page) == (True, True)
    with world.database.transaction(writes=False):
        person = service.find_person(world.district, "T-9")
        assert person is not None
        (post,) = posts_held(person.id, today_at(world.school))
        assert (post.grade_id, post.class_id) == (world.grades["school", "四年级"], class_id)


def test_a_post_that_does_not_fit_adds_nobody(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    before = everything(world.database, "person", "post")
    for kind in ("class_teacher", "head_of_grade", "auditor", "centre_head", "district_admin"):
        answer = sam.post("/people/new", data={**NEW, "kind": kind, "organisation": world.school}, **HTTPS)
        assert answer.status_code == 422
    backwards = {"starts_on": "2026-09-02", "ends_on": "2026-09-01"}
    answer = sam.post("/people/new", data={**NEW, "organisation": world.school, **backwards}, **HTTPS)
    assert answer.status_code == 422
    assert everything(world.database, "person", "post") == before


@pytest.mark.parametrize("place", ["other_school", "centre", "bureau"])
def test_a_school_gives_no_post_elsewhere(world: World, browser_of: Browsers, place: str) -> None:
    sam = browser_of("sam")
    before = everything(world.database, "person", "post")
    data = {**NEW, "organisation": world.organisations[place]}
    assert sam.post("/people/new", data=data, **HTTPS).status_code == 404
    data = {"kind": "subject_teacher", "organisation": world.organisations[place]}
    assert sam.post(f"/people/{world.people['sol']}/posts", data=data, **HTTPS).status_code == 404
    assert everything(world.database, "person", "post") == before


def test_a_class_of_another_school_is_none_to_be_in_charge_of(world: World, browser_of: Browsers) -> None:
    foreign = world.classes["other_school", "四年级", "1班"]
    data = {**NEW, "kind": "class_teacher", "organisation": world.school, "charge": f"class:{foreign}"}
    assert browser_of("sam").post("/people/new", data=data, **HTTPS).status_code == 422


def test_a_colleague_from_another_school_keeps_the_number(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    data = {"number": "t-quill", "kind": "subject_teacher", "organisation": world.school}
    assert sam.post("/people/new", data={**data, "name": "何老师"}, **HTTPS).status_code == 409
    people = count(world, Person)
    answer = sam.post("/people/new", data={**data, "name": "Quill"}, **HTTPS)
    assert answer.status_code == 303
    assert count(world, Person) == people
    page = text_of(sam.get(answer.headers["Location"], **HTTPS))
    assert ("青禾小学" in page, "临江中学" in page) == (True, False)


@pytest.mark.parametrize("other", ["uma", "tan", "quill", "dee", "eve", "root"])
def test_sam_cannot_open_people_of_other_places(world: World, browser_of: Browsers, other: str) -> None:
    sam = browser_of("sam")
    assert sam.get(f"/people/{world.people[other]}", **HTTPS).status_code == 404
    assert sam.post(f"/people/{world.people[other]}", data={"name": "x"}, **HTTPS).status_code == 404


def test_a_name_is_corrected_by_those_who_keep_it_now(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    address = f"/people/{world.people['sol']}"
    assert sam.post(address, data={"name": "Sole", "mail": "no mail"}, **HTTPS).status_code == 422
    assert sam.post(address, data={"name": "Sole", "mail": "sole@example.edu"}, **HTTPS).status_code == 303
    page = text_of(sam.get(address, **HTTPS))
    assert ("Sole" in page, "sole@example.edu" in page) == (True, True)
    with world.acting("sam") as actor:
        post = session().scalars(select(Post).where(Post.person_id == world.people["sol"])).one()
        service.end_post(post, ends_on=today_at(world.school) - timedelta(days=1), by=actor)
    assert sam.get(address, **HTTPS).status_code == 200
    assert sam.post(address, data={"name": "Sold"}, **HTTPS).status_code == 404
    assert "Sole" in text_of(sam.get("/people?posts=ended", **HTTPS))


def test_a_post_given_twice_is_one_post(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    data = {"kind": "counsellor", "organisation": world.school}
    for _ in range(2):
        assert sam.post(f"/people/{world.people['sol']}/posts", data=data, **HTTPS).status_code == 303
    with world.database.transaction(writes=False):
        assert len(posts_held(world.people["sol"], today_at(world.school))) == 2


def test_a_new_class_teacher_with_keys_gets_the_contacts_at_once(world: World, browser_of: Browsers) -> None:
    class_id = world.classes["school", "四年级", "1班"]
    data = {"kind": "class_teacher", "organisation": world.school, "charge": f"class:{class_id}"}
    assert browser_of("sam").post(f"/people/{world.people['sol']}/posts", data=data, **HTTPS).status_code == 303
    page = text_of(browser_of("sol").get(f"/students/{world.students['ana']}", **HTTPS))
    assert "陈子涵的母亲" in page


def test_a_script_in_a_name_is_inert(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    address = f"/people/{world.people['sol']}"
    assert sam.post(address, data={"name": "<script>alert(1)</script>"}, **HTTPS).status_code == 303
    for page in (sam.get(address, **HTTPS), sam.get("/people", **HTTPS)):
        assert "<script>alert" not in page.get_data(as_text=True)


@pytest.mark.unlike
def test_the_list_asks_as_often_for_few_people_as_for_many(world: World, app: Any, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    few = statements(app, lambda: sam.get("/people", **HTTPS))
    with world.acting("sam") as actor:
        for number in range(60):
            person = service.add_person(
                district_id=world.district, number=f"X{number:03}", name="何老师", mail=None, by=actor
            )
            service.give_post(
                person_id=person.id, kind=service.PostKind.SUBJECT_TEACHER, organisation_id=world.school, by=actor
            )
    assert statements(app, lambda: sam.get("/people", **HTTPS)) == few
    page = text_of(sam.get("/people", **HTTPS))
    (after,) = {part.split('"')[0] for part in page.split("after=")[1:]}
    assert "X059" in text_of(sam.get(f"/people?after={after}", **HTTPS))
    assert "T-BO" in text_of(sam.get("/people?after=nonsense", **HTTPS))
