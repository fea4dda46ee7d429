"""A letter that a person takes for grave is never without a time, and none is closed that nobody opened."""

from datetime import datetime, timedelta

import pytest

from app.core import clock
from app.letterbox.models import Letter
from app.letterbox.queries import done_by, overdue_for, urgent_for, waiting_for
from app.letterbox.service import answering, helping, returning
from tests.letterbox.conftest import GRAVE, Post, Posted, come_back, letter_of
from tests.thief import Thief
from tests.world import World

MONDAY = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
ANSWER = "今天中午请来心灵屋，我等你。"


def lins(world: World, posted: Posted, deed: str, **given: object) -> None:
    """Let Lin do something to a letter as it stands now."""
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        getattr(answering, deed)(letter, **given, revision=letter.revision, by=lin)


def due_in(world: World, posted: Posted) -> timedelta | None:
    with world.database.transaction(writes=False):
        due_at = letter_of(posted).due_at
        return due_at - clock.now() if due_at else None


def test_a_letter_that_may_be_grave_is_closed_only_by_who_opened_it(world: World, post: Post) -> None:
    posted = post(GRAVE)
    with pytest.raises(answering.NotOpened):
        lins(world, posted, "close")
    with world.acting("lin") as lin:
        assert [line.letter.id for line in urgent_for(lin)] == [posted.id]
        answering.take_up(letter_of(posted), by=lin)
    lins(world, posted, "close")
    everyday = post()
    lins(world, everyday, "close")


@pytest.mark.parametrize(("level", "first", "then"), [("R4", 2, 24), ("R3", 14, 72)])
def test_who_sets_it_to_a_grave_level_starts_a_clock_that_goes_on_after_the_answer(
    world: World, post: Post, level: str, first: int, then: int
) -> None:
    with clock.at(MONDAY):
        posted = post()
        lins(world, posted, "set_level", level=level)
        with world.database.transaction(writes=False):
            assert letter_of(posted).state == "in_hand", "who sets a level has read it"
        soon = due_in(world, posted)
        assert soon is not None and timedelta(0) < soon <= timedelta(hours=first)
        lins(world, posted, "answer", words=ANSWER)
        assert due_in(world, posted) == timedelta(hours=then)
    with clock.at(MONDAY + timedelta(hours=then + 1)):
        with world.acting("lin") as lin:
            assert [line.letter.id for line in overdue_for(lin).items] == [posted.id]
            assert not done_by(lin).items
            answering.note(letter_of(posted), words="今天见过面", by=lin)
        assert due_in(world, posted) == timedelta(hours=then)
        lins(world, posted, "set_level", level="R1")
        assert due_in(world, posted) is None
    with world.acting("lin") as lin:
        assert [line.letter.id for line in done_by(lin).items] == [posted.id]


def test_from_a_concern_on_its_clock_counts(world: World, post: Post) -> None:
    with clock.at(MONDAY):
        posted = post()
        lins(world, posted, "set_level", level="R4")
        lins(world, posted, "answer", words=ANSWER)
        with world.acting("lin") as lin:
            helping.raise_concern(
                letter_of(posted), student_id=world.students["ana"], level="R4", families=["mood"], safe_now="unsure",
                words="今天要当面谈", by=lin,
            )
            assert not waiting_for(lin).items
    Thief(world).is_not_found()


def test_what_a_writer_adds_to_a_grave_letter_waits_no_longer_than_it(world: World, post: Post) -> None:
    with clock.at(MONDAY):
        posted = post(GRAVE)
        lins(world, posted, "set_level", level="R4")
        with world.database.transaction():
            returning.go_on(come_back(world, posted), "谢谢老师")
            assert letter_of(posted).level == "R4"
        soon = due_in(world, posted)
        assert soon is not None and soon <= timedelta(hours=2)


def test_every_letter_at_a_grave_level_has_a_time_until_it_is_closed(world: World, post: Post) -> None:
    for state in ("waiting", "in_hand", "answered"):
        posted = post()
        if state == "in_hand":
            with world.acting("lin") as lin:
                answering.take_up(letter_of(posted), by=lin)
        if state == "answered":
            lins(world, posted, "answer", words=ANSWER)
        lins(world, posted, "set_level", level="R4")
        assert due_in(world, posted) is not None, state
    with world.database.transaction(writes=False):
        assert isinstance(letter_of(posted), Letter)
