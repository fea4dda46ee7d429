"""A second person reads what was answered to a letter that may be grave, and the child does not wait for it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.home.tasks import first_tasks
from app.letterbox.models import LetterMessage
from app.letterbox.queries import get_reading, to_read_second
from app.letterbox.service import answering, returning, second
from app.notifications.models import Notice
from tests.letterbox.conftest import GRAVE, Post, Posted, come_back, letter_of
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
ANSWER = "今天中午请来心灵屋，我等你。"


def answered(world: World, posted: Posted, by: str = "lin") -> UUID:
    with world.acting(by) as doer:
        letter = letter_of(posted)
        return answering.answer(letter, words=ANSWER, revision=letter.revision, by=doer).id


def told(world: World) -> set[str]:
    names = {person_id: name for name, person_id in world.people.items()}
    with world.database.transaction(writes=False):
        kinds = session().query(Notice.person_id).where(Notice.kind == "letter:second_reading")
        return {names[person_id] for (person_id,) in kinds}


def asked(world: World, name: str) -> list[UUID]:
    with world.acting(name) as by:
        return [reading.message_id for reading in to_read_second(by)]


def test_the_child_reads_it_at_once_and_bo_within_a_school_day(world: World, post: Post) -> None:
    monday = clock.now().replace(year=2026, month=11, day=23, hour=2, minute=0)
    with clock.at(monday):
        posted = post(GRAVE)
        message = answered(world, posted)
        with world.database.transaction(writes=False):
            assert returning.thread(come_back(world, posted))[-1].words == ANSWER
            due_at = get_reading(posted.id, message).due_at
        assert timedelta(hours=20) < due_at - monday < timedelta(hours=34)
        assert (told(world), asked(world, "bo")) == ({"bo"}, [message])
        with world.acting("bo") as bo:
            assert [task.page for task in first_tasks(bo)].count("letterbox.letter") == 1
            second.mark_read(get_reading(posted.id, message), by=bo)
    assert asked(world, "bo") == []
    (event,) = world.events("letter:second_read")
    assert (event.subject_id, event.codes.keys()) == (posted.id, {"holds"})


def test_an_answer_to_an_everyday_letter_needs_nobody_else(world: World, post: Post) -> None:
    posted = post()
    message = answered(world, posted)
    with world.database.transaction(writes=False):
        assert get_reading(posted.id, message) is None
    assert told(world) == set()


def test_what_a_person_sees_counts_more_than_what_screening_suggested(world: World, post: Post) -> None:
    calm, grave = post(GRAVE), post()
    for posted, level in ((calm, "R1"), (grave, "R3")):
        with world.acting("lin") as lin:
            answering.set_level(letter_of(posted), level=level, revision=letter_of(posted).revision, by=lin)
    assert asked(world, "bo") == []
    answered(world, calm)
    assert asked(world, "bo") == []
    message = answered(world, grave)
    assert asked(world, "bo") == [message]


@pytest.mark.parametrize("name", ["lin", "pia", "dee", "gao", "cruz", "tan", "sam", "root"])
def test_nobody_is_the_second_person_to_themselves_or_without_the_key(world: World, post: Post, name: str) -> None:
    posted = post(GRAVE)
    message = answered(world, posted)
    assert asked(world, name) == []
    with world.acting(name) as by, pytest.raises(Missing):
        second.mark_read(get_reading(posted.id, message), by=by)


def test_for_a_counsellor_who_is_alone_it_is_the_centre_and_the_child_sees_so(world: World, post: Post) -> None:
    posted = post(GRAVE, excluded=[world.people["bo"]])
    message = answered(world, posted)
    assert told(world) == {"dee", "dora"}
    with world.acting("dee") as dee:
        _head, said = answering.read(letter_of(posted), by=dee)
        assert said[-1].words == ANSWER
        second.mark_read(get_reading(posted.id, message), by=dee)
    assert asked(world, "dora") == []
    with world.acting("bo") as bo, pytest.raises(Missing):
        answering.read(letter_of(posted), by=bo)


def test_of_two_who_read_at_once_the_later_is_told(world: World, post: Post, browser_of: BrowserOf) -> None:
    posted = post(GRAVE, excluded=[world.people["bo"]])
    page = f"/letters/{posted.id}/answers/{answered(world, posted)}/read"
    assert browser_of("dee").post(page).status_code == 303
    late = browser_of("dora").post(page, follow_redirects=True).get_data(as_text=True)
    assert "已有同事复阅过这封回信" in late and "Dee" in late
    assert browser_of("lin").post(page).status_code == 404


def test_an_answer_of_another_letter_is_none(world: World, post: Post) -> None:
    message, other = answered(world, post(GRAVE)), post(GRAVE)
    with world.database.transaction(writes=False):
        assert get_reading(other.id, message) is None
        assert session().get_one(LetterMessage, message)
