"""What a counsellor has in hand and what comes next: how it stands on a page that others may see in passing."""

from typing import Literal, NamedTuple

from app.access import Actor
from app.appointments.models import Appointment
from app.appointments.queries.sittings import came_before, going_on, may_begin, next_bookings, sitting_of
from app.appointments.states import EARLY
from app.appointments.views import Line, lines_of, school_of
from app.core import clock
from app.directory.queries import calendar_of, today_at
from app.schooltime import day_at

Stands = Literal["may_begin", "goes_on", "held"]


class Coming(NamedTuple):
    """A booking with what can be done about its session: for which time the student comes, and whether it is today."""

    line: Line
    number: int
    today: bool
    session: Stands | None


def session_of(booking: Appointment, actor: Actor) -> Stands | None:
    """Say how a booking's session stands for somebody who may know of it: None before its time."""
    sitting = sitting_of(booking, actor.person_id)
    if sitting is not None and sitting.entry_id is not None:
        return "goes_on" if sitting.ended_at is None else "held"
    return "may_begin" if may_begin(booking) and clock.now() >= booking.starts_at - EARLY else None


def coming(actor: Actor) -> list[Coming]:
    """Return the sessions that somebody has not ended, and their next booking; never what was talked about."""
    school_id = school_of(actor)
    if school_id is None:
        return []
    bookings = [*going_on(actor, school_id), *next_bookings(actor, school_id)]
    if not bookings:
        return []
    came, calendar, today = came_before(bookings, actor), calendar_of(school_id), today_at(school_id)
    return [
        Coming(
            line, came.get(line.booking.id, 0) + 1, day_at(calendar, line.booking.starts_at) == today,
            session_of(line.booking, actor) if line.known else None,
        )
        for line in lines_of(bookings, actor, school_id)
    ]
