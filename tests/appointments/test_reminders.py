"""Who has appointments today hears so once, around the first bell, and not a word more."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.appointments import service
from app.appointments.service.reminders import remind
from app.core import clock
from app.core.database import session
from app.directory.queries import calendar_of
from app.notifications.models import Notice
from app.schooltime import school_hours
from tests.appointments.telling import booked, does, noon
from tests.world import World


def told_at(world: World, moment: datetime) -> int:
    with clock.at(moment), world.database.transaction():
        return remind()


def first_bell(world: World, day: int) -> datetime:
    with world.database.transaction(writes=False):
        hours = school_hours(calendar_of(world.school), noon(day).date())
        assert hours is not None
        return hours.start


def test_lin_is_told_once_in_the_morning_and_bo_who_has_nothing_is_not(world: World) -> None:
    booked(world, day=14)
    off = booked(world, "bo", day=15, counsellor_id=world.people["bo"])
    does(world, "bo", service.cancel, off)
    bell, minute = first_bell(world, 14), timedelta(minutes=1)
    assert told_at(world, bell - 31 * minute) == 0
    assert [told_at(world, bell + number * minute) for number in (-30, -25, 0, 29)] == [1, 0, 0, 0]
    # What is booked later in the day is known to whoever booked it; what was called off is none.
    assert told_at(world, bell + 30 * minute) == 0
    assert told_at(world, first_bell(world, 15)) == 0
    with world.database.transaction(writes=False):
        (notice,) = session().scalars(select(Notice).where(Notice.kind == "appointment:today"))
    assert (notice.person_id, notice.subject_id, notice.urgent) == (world.people["lin"], world.school, False)


def test_a_day_without_school_reminds_nobody_and_neither_does_a_post_that_is_over(world: World) -> None:
    booked(world, day=14)
    booked(world, day=15)
    bell = first_bell(world, 14)
    # Saturday, at the hour of the bell.
    assert told_at(world, bell + timedelta(days=3)) == 0
    with world.acting("root"):
        world.end_posts("lin", noon(14).date())
    assert told_at(world, bell) == 1
    assert told_at(world, first_bell(world, 15)) == 0
