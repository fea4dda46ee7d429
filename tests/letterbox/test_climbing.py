"""A letter that may be an emergency does not wait unseen: who could help hears that it waits, and not a word of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select

from app.access import PostKind
from app.core import clock
from app.core.database import session
from app.directory.models import Post as Held
from app.letterbox.service import answering, climbing
from app.notifications.models import Notice
from tests.letterbox.conftest import GRAVE, Post, Posted, letter_of
from tests.world import World

NIGHT = datetime.fromisoformat("2026-11-25T22:30:00+08:00")


def told(world: World, posted: Posted) -> set[str]:
    """Return who has a notice that this letter waits unopened."""
    names = {person_id: name for name, person_id in world.people.items()}
    with world.database.transaction(writes=False):
        query = select(Notice.person_id).where(Notice.subject_id == posted.id, Notice.kind == "letter:unopened")
        return {names[person_id] for person_id in session().scalars(query)}


@contextmanager
def later(world: World, minutes: int) -> Iterator[int]:
    """Let the job run so many minutes after the letter came in at night, and say how many letters it found."""
    with clock.at(NIGHT + timedelta(minutes=minutes)), world.database.transaction():
        yield climbing.climb()


def test_a_red_letter_climbs_at_night_from_the_room_to_leadership_to_the_centre(world: World, post: Post) -> None:
    with clock.at(NIGHT):
        posted = post(GRAVE)
    with later(world, 9) as found:
        assert found == 0
    with later(world, 10) as found:
        assert found == 1
    assert told(world, posted) == {"pia"}
    with later(world, 11) as found:
        assert found == 0
    with later(world, 20):
        pass
    assert told(world, posted) == {"pia", "dee", "dora"}
    for minutes in (30, 40):
        with later(world, minutes) as found:
            assert found == 1
    assert told(world, posted) == {"lin", "bo", "pia", "dee", "dora"}
    with world.database.transaction(writes=False):
        assert set(session().scalars(select(Notice.urgent).where(Notice.subject_id == posted.id))) == {True}


def test_it_climbs_no_further_once_somebody_opened_it(world: World, post: Post) -> None:
    with clock.at(NIGHT):
        posted = post(GRAVE)
        with world.acting("lin") as lin:
            answering.take_up(letter_of(posted), by=lin)
    with later(world, 60) as found:
        assert found == 0
    assert told(world, posted) == set()


def test_an_everyday_letter_never_climbs(world: World, post: Post) -> None:
    with clock.at(NIGHT):
        posted = post()
    with later(world, 24 * 60) as found:
        assert found == 0
    assert told(world, posted) == set()


def test_who_must_not_learn_of_it_is_passed_over(world: World, post: Post) -> None:
    with clock.at(NIGHT):
        posted = post(GRAVE, excluded=[world.people["pia"], world.people["dora"]])
    for minutes in (10, 20, 30):
        with later(world, minutes):
            pass
    assert told(world, posted) == {"lin", "bo", "dee"}


def test_whose_post_has_ended_is_passed_over_at_once(world: World, post: Post) -> None:
    with clock.at(NIGHT):
        posted = post(GRAVE)
        with world.database.transaction():
            world.end_posts("pia", NIGHT.date() - timedelta(days=1))
    with later(world, 10):
        pass
    assert told(world, posted) == {"dee", "dora"}


def test_who_has_another_post_now_is_passed_over_too(world: World, post: Post) -> None:
    with clock.at(NIGHT):
        posted = post(GRAVE)
        with world.database.transaction():
            held = {name: session().scalar(select(Held).where(Held.person_id == world.people[name]))
                    for name in ("pia", "dee")}
            held["pia"].organisation_id = world.organisations["other_school"]
            held["dee"].kind = PostKind.AUDITOR
            for one in held.values():
                one.make_mark()
    with later(world, 10):
        pass
    assert told(world, posted) == {"dora"}


def test_the_trail_says_how_far_it_climbed_and_who_was_told_is_a_number(world: World, post: Post) -> None:
    with clock.at(NIGHT):
        posted = post(GRAVE)
    with later(world, 10):
        pass
    (event,) = world.events("letter:climbed")
    assert (event.subject_id, event.codes["step"], event.codes["told"]) == (posted.id, 1, 1)
    assert event.codes.keys() == {"step", "told", "holds"}
