"""Both boxes are opened every school day: a task until somebody did, and a list of what is overdue."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.core import clock
from app.core.errors import Missing
from app.home.api import ABOUT
from app.home.tasks import first_tasks
from app.letterbox.queries import overdue_for, waiting_for
from app.letterbox.schemas import hotlines_in
from app.letterbox.service import answering, boxes
from tests.letterbox.conftest import Post, letter_of
from tests.world import World

WEDNESDAY = datetime.fromisoformat("2026-11-25T10:00:00+08:00")
SATURDAY = WEDNESDAY + timedelta(days=3)


def to_open(world: World, name: str, at: datetime = WEDNESDAY) -> list[str]:
    with clock.at(at), world.acting(name) as by:
        tasks = [task.page for task in first_tasks(by)]
        assert set(tasks) <= ABOUT.keys(), "programs are told of each of them too"
        found = boxes.boxes_to_open(by)
        assert tasks.count("letterbox.letters") == len(found)
        return found


def test_each_box_is_a_task_of_its_people_until_one_of_them_opened_it(world: World, letterbox: object) -> None:
    assert (to_open(world, "lin"), to_open(world, "bo"), to_open(world, "pia")) == (["room"], ["room"], ["leadership"])
    with clock.at(WEDNESDAY), world.acting("lin") as lin:
        boxes.sign_off(world.school, "room", by=lin)
    assert (to_open(world, "bo"), to_open(world, "pia")) == ([], ["leadership"])
    assert to_open(world, "bo", WEDNESDAY + timedelta(days=1)) == ["room"]


def test_on_a_saturday_nobody_has_to(world: World, letterbox: object) -> None:
    assert to_open(world, "lin", SATURDAY) == []


@pytest.mark.parametrize("name", ["cruz", "gao", "dee", "tan", "sam", "root", "eve"])
def test_others_have_no_box_to_open(world: World, letterbox: object, name: str) -> None:
    assert to_open(world, name) == []


def test_a_school_without_a_letterbox_has_no_task(world: World) -> None:
    assert to_open(world, "lin") == []


def test_a_school_without_a_letterbox_has_nothing_to_sign_off(world: World) -> None:
    with world.acting("lin") as lin, pytest.raises(Missing):
        boxes.sign_off(world.school, "room", by=lin)


def test_what_nobody_answers_in_time_is_overdue_until_somebody_does(world: World, post: Post) -> None:
    with clock.at(WEDNESDAY):
        posted = post()
    for days, overdue in ((0, 0), (2, 1)):
        with clock.at(WEDNESDAY + timedelta(days=days)), world.acting("lin") as lin:
            assert (len(overdue_for(lin).items), len(waiting_for(lin).items)) == (overdue, 1)
    with clock.at(WEDNESDAY + timedelta(days=2)), world.acting("lin") as lin:
        answering.answer(letter_of(posted), words="好的", revision=letter_of(posted).revision, by=lin)
        assert overdue_for(lin).items == []
    with clock.at(WEDNESDAY + timedelta(days=2)), world.acting("tan") as tan:
        assert overdue_for(tan).items == []


def test_signing_off_tells_nobody_of_a_letter_that_is_kept_from_them(world: World, post: Post) -> None:
    post(excluded=[world.people["lin"]])
    with world.acting("lin") as lin:
        assert boxes.sign_off(world.school, "room", by=lin).found == 0
    with world.acting("bo") as bo:
        assert boxes.sign_off(world.school, "room", by=bo).found == 1


@pytest.mark.alike
def test_a_telephone_number_has_a_name(letterbox: object, browser_of: Callable[[str], FlaskClient]) -> None:
    assert hotlines_in("急救，120，24h\n\n 心理热线, 12356")[1] is None
    for wrong in (", 12356", "心理热线", "心理热线, 无"):
        assert hotlines_in(f"急救, 120\n{wrong}")[1] == 2
        answer = browser_of("lin").post("/letters/box", data={"open": "yes", "hotlines": wrong})
        assert answer.status_code == 422 and "第 1 行需要写明名称和电话号码" in answer.get_data(as_text=True)
