"""Students are found by name, pinyin, number and class, by those who are in charge of them and by nobody else."""

from typing import Any

import pytest

from app.directory.queries import find_students
from tests.directory.importing.stories import AUTUMN, bring, bring_sample, whole_school
from tests.directory.pages import HTTPS, Browsers, statements, text_of
from tests.world import World

pytestmark = pytest.mark.alike

ANA = ("陈子涵", "子涵", "chenzihan", "czh", "chenzh", "G00000000", "四年级1班", "四(1)")


@pytest.mark.parametrize("query", ANA)
@pytest.mark.parametrize("name", ["cruz", "gao", "lin", "bo", "pia", "sam", "sol"])
def test_those_in_charge_find_ana(world: World, name: str, query: str) -> None:
    with world.acting(name) as somebody:
        assert world.students["ana"] in [line.id for line in find_students(query, somebody)]


@pytest.mark.parametrize("query", ANA)
@pytest.mark.parametrize("name", ["moss", "nora", "hart", "uma", "tan", "quill", "dee", "dora", "eve", "root"])
def test_nobody_else_finds_her(world: World, name: str, query: str) -> None:
    with world.acting(name) as somebody:
        assert world.students["ana"] not in [line.id for line in find_students(query, somebody)]


@pytest.mark.parametrize("name", ["dee", "dora", "eve", "root"])
def test_search_is_not_there_for_those_outside_schools(world: World, browser_of: Browsers, name: str) -> None:
    client = browser_of(name)
    assert client.post("/students/search", data={"q": "czh"}, **HTTPS).status_code == 404
    assert client.post("/api/v1/students/search", json={"q": "czh"}, **HTTPS).status_code == 404
    assert client.get("/classes", **HTTPS).status_code == 404
    assert client.get("/api/v1/classes", **HTTPS).status_code == 404


@pytest.mark.parametrize("name", ["moss", "nora", "hart", "uma", "tan", "dee", "eve", "root"])
def test_a_student_who_is_not_theirs_looks_like_none(world: World, browser_of: Browsers, name: str) -> None:
    client = browser_of(name)
    nobody = "00000000-0000-7000-8000-000000000000"
    for address in ("/students/{}", "/api/v1/students/{}"):
        theirs = client.get(address.format(world.students["ana"]), **HTTPS)
        none = client.get(address.format(nobody), **HTTPS)
        assert (theirs.status_code, none.status_code) == (404, 404)
        assert len(theirs.get_data()) == len(none.get_data())
    class_id = world.classes["school", "四年级", "1班"]
    assert client.get(f"/classes/{class_id}", **HTTPS).status_code == 404
    assert client.get(f"/api/v1/classes/{class_id}/students", **HTTPS).status_code == 404


def test_the_page_finds_and_the_part_of_it_is_the_part_alone(browser_of: Browsers) -> None:
    cruz = browser_of("cruz")
    page = text_of(cruz.post("/students/search", data={"q": "czh"}, **HTTPS))
    assert ("陈子涵" in page, "<title>" in page) == (True, True)
    part = text_of(cruz.post("/students/search", data={"q": "czh"}, headers={"HX-Request": "true"}, **HTTPS))
    assert ("陈子涵" in part, "<title>" in part) == (True, False)
    assert "没有找到" in text_of(cruz.post("/students/search", data={"q": "zhouzhiruo"}, **HTTPS))
    assert cruz.post("/students/search", data={"q": "x" * 101}, **HTTPS).status_code == 422


def test_what_was_looked_for_is_inert_and_in_no_address(browser_of: Browsers) -> None:
    answer = browser_of("cruz").post("/students/search", data={"q": '"><script>alert(1)</script>'}, **HTTPS)
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert answer.request.query_string == b""


def test_those_who_left_are_found_only_when_asked_for_and_by_the_whole_school_only(
    world: World, browser_of: Browsers
) -> None:
    with world.acting("sam") as sam:
        bring(world, whole_school(without=["G00000001"]), sam, leaving=[world.grades["school", "四年级"]])
    lin = browser_of("lin")
    assert "王瑞" not in text_of(lin.post("/students/search", data={"q": "wangrui"}, **HTTPS))
    page = text_of(lin.post("/students/search", data={"q": "wangrui", "left": "true"}, **HTTPS))
    assert ("王瑞" in page, "已离校" in page) == (True, True)
    assert lin.get(f"/students/{world.students['rui']}", **HTTPS).status_code == 200
    for name in ("cruz", "gao", "tan"):
        other = browser_of(name)
        page = text_of(other.post("/students/search", data={"q": "wangrui", "left": "true"}, **HTTPS))
        assert "王瑞</a>" not in page
        assert other.get(f"/students/{world.students['rui']}", **HTTPS).status_code == 404


def test_results_stand_in_school_order(world: World) -> None:
    bring_sample(world, AUTUMN)
    with world.acting("lin") as lin:
        found = find_students("陈", lin, limit=1000)
        years = ["一二三四五六".index(line.grade_label[0]) for line in found]
        assert years == sorted(years)
        assert len(set(years)) > 3


def test_contacts_are_for_those_who_hold_the_key(world: World, browser_of: Browsers) -> None:
    address = f"/students/{world.students['ana']}"
    for name, sees in (("cruz", True), ("gao", True), ("lin", True), ("sam", True), ("sol", False), ("pia", False)):
        client = browser_of(name)
        assert ("陈子涵的母亲" in text_of(client.get(address, **HTTPS))) is sees
        told = client.get(f"/api/v1{address}", **HTTPS).get_json()
        assert (told["contacts"] is not None) is sees
        assert (told["name"], told["class_label"]) == ("陈子涵", "1班")


def test_programs_search_and_list_like_the_pages(world: World, browser_of: Browsers) -> None:
    gao = browser_of("gao")
    (found,) = gao.post("/api/v1/students/search", json={"q": "zhouzhiruo"}, **HTTPS).get_json()
    assert (found["id"], found["class_label"]) == (str(world.students["zoe"]), "2班")
    names = [one["name"] for one in gao.get("/api/v1/classes", **HTTPS).get_json()]
    assert names == ["四年级1班", "四年级2班"]
    class_id = world.classes["school", "四年级", "2班"]
    (line,) = gao.get(f"/api/v1/classes/{class_id}/students", **HTTPS).get_json()
    assert line["name"] == "周芷若"
    assert gao.post("/api/v1/students/search", json={"q": "x", "school": "y"}, **HTTPS).status_code == 422


def test_opening_a_student_and_a_class_is_on_the_trail(world: World, browser_of: Browsers) -> None:
    cruz = browser_of("cruz")
    cruz.get(f"/students/{world.students['ana']}", **HTTPS)
    cruz.get(f"/classes/{world.classes['school', '四年级', '1班']}", **HTTPS)
    (seen,) = world.events("student:viewed")
    assert (seen.person_id, seen.subject_id) == (world.people["cruz"], world.students["ana"])
    assert len(world.events("class:viewed")) == 1


@pytest.mark.unlike
def test_a_search_asks_as_often_in_a_full_school_as_in_a_small_one(
    world: World, app: Any, browser_of: Browsers
) -> None:
    lin = browser_of("lin")
    look = lambda: lin.post("/students/search", data={"q": "chen"}, **HTTPS)  # noqa: E731
    few = statements(app, look)
    bring_sample(world, AUTUMN)
    assert statements(app, look) == few
