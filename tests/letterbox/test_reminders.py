"""What a second person should have looked at does not lie there: it is said again, to one tier after the other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.database import session
from app.letterbox.models import AnswerReading, EmergencyOpening
from app.letterbox.queries import get_opening, get_reading
from app.letterbox.service import answering, breaking, reminding, second
from app.notifications.models import Notice
from tests.letterbox.conftest import GRAVE, Post, Posted, letter_of
from tests.world import World

MONDAY = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
REVIEW, SECOND = "letter:review_late", "letter:second_late"


@contextmanager
def days_later(world: World, days: float) -> Iterator[int]:
    """Let the job run so many days after Monday, and say of how many things it told."""
    with clock.at(MONDAY + timedelta(days=days)), world.database.transaction():
        yield reminding.remind()


def told(world: World, kind: str) -> list[tuple[str, str]]:
    """Return to whom a notice of this kind went, and where it leads, in order."""
    names = {person_id: name for name, person_id in world.people.items()}
    with world.database.transaction(writes=False):
        rows = session().execute(select(Notice.person_id, Notice.subject_kind).where(Notice.kind == kind))
        return sorted((names[person_id], subject) for person_id, subject in rows)


def opening_of(world: World, posted: Posted, by: str = "lin") -> UUID:
    with clock.at(MONDAY), world.acting(by) as doer:
        return breaking.open_name(letter_of(posted), basis="SELF_HARM", reason="没有到校", by=doer).id


def answer_of(world: World, posted: Posted, by: str = "lin") -> UUID:
    with clock.at(MONDAY), world.acting(by) as doer:
        letter = letter_of(posted)
        return answering.answer(letter, words="请来找我", revision=letter.revision, by=doer).id


def test_an_opening_that_nobody_looks_at_climbs_from_the_room_to_leadership_to_the_centre(
    world: World, post: Post
) -> None:
    opening = opening_of(world, post(GRAVE, mode="sealed", name="陈子涵"))
    told_so_far: list[tuple[str, str]] = []
    for days, found, whom in (
        (2.9, 0, []), (3, 1, ["bo"]), (3.1, 0, []), (4, 0, []), (4.6, 1, ["pia"]), (8, 1, ["dee", "dora"]),
        (9, 0, []), (15.1, 1, ["dee", "dora"]),
    ):
        with days_later(world, days) as count:
            assert count == found, days
        told_so_far = sorted([*told_so_far, *((name, "name_opening") for name in whom)])
        assert told(world, REVIEW) == told_so_far, days
    steps = [(event.codes["step"], event.codes["told"]) for event in world.events("letter:review_reminded")]
    assert steps == [(1, 1), (2, 1), (3, 2), (4, 2)]
    with world.acting("pia") as pia:
        breaking.review(get_opening(opening), verdict="justified", by=pia)
    with days_later(world, 60) as count:
        assert count == 0


def test_leadership_that_is_not_to_know_is_passed_over(world: World, post: Post) -> None:
    opening_of(world, post(GRAVE, mode="sealed", name="陈子涵", excluded=[world.people["pia"], world.people["bo"]]))
    for days in (3, 11, 20):
        with days_later(world, days) as count:
            assert count == 1
    assert {name for name, _subject in told(world, REVIEW)} == {"dee", "dora"}


def test_an_answer_that_nobody_reads_second_climbs_and_leads_nobody_to_a_letter_that_is_not_theirs(
    world: World, post: Post
) -> None:
    posted = post(GRAVE)
    message = answer_of(world, posted)
    with days_later(world, 0.9) as count:
        assert count == 0
    for days in (1.4, 2.5, 3.5):
        with days_later(world, days) as count:
            assert count == 1
    assert told(world, SECOND) == [
        ("bo", "letter"), ("dee", "letter_late"), ("dora", "letter_late"), ("pia", "letter_late"),
    ]
    with world.acting("bo") as bo:
        second.mark_read(get_reading(posted.id, message), by=bo)
    with days_later(world, 60) as count:
        assert count == 0


def test_for_a_counsellor_who_is_alone_the_centre_is_reminded_of_the_letter_it_reads(world: World, post: Post) -> None:
    answer_of(world, post(GRAVE, excluded=[world.people["bo"], world.people["pia"]]))
    with days_later(world, 1.4):
        pass
    assert told(world, SECOND) == [("dee", "letter"), ("dora", "letter")]


def test_what_was_done_in_time_is_never_said_again(world: World, post: Post) -> None:
    posted = post(GRAVE, mode="sealed", name="陈子涵")
    opening, message = opening_of(world, posted), answer_of(world, posted)
    with clock.at(MONDAY), world.acting("bo") as bo:
        breaking.review(get_opening(opening), verdict="justified", by=bo)
        second.mark_read(get_reading(posted.id, message), by=bo)
    with days_later(world, 30) as count:
        assert count == 0
    assert told(world, REVIEW) == told(world, SECOND) == []


def test_several_workers_at_once_tell_once_and_one_that_dies_has_told_nobody(world: World, post: Post) -> None:
    """The step stands in the row, in the transaction of its notices."""
    letters = [post(GRAVE, mode="sealed", name="陈子涵") for _ in range(3)]
    for posted in letters:
        opening_of(world, posted)
        answer_of(world, posted)
    later = MONDAY + timedelta(days=3)
    with clock.at(later):
        with pytest.raises(KeyboardInterrupt), world.database.transaction():
            assert reminding.remind() == 6
            raise KeyboardInterrupt
        assert told(world, REVIEW) == told(world, SECOND) == []
        together, counts = threading.Barrier(3), []

        def work() -> None:
            together.wait()
            with clock.at(later):
                counts.append(world.database.retrying(reminding.remind))

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sum(counts) == 6 and reminding_left(world) == 0
    assert len(told(world, REVIEW)) == 3 and len(told(world, SECOND)) == 3


def reminding_left(world: World) -> int:
    with world.database.transaction(writes=False):
        return sum(
            session().scalar(select(func.count()).select_from(kind).where(kind.remind_at <= clock.now())) or 0
            for kind in (EmergencyOpening, AnswerReading)
        )
