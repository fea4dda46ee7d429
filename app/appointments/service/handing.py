"""Giving what a counsellor has before them to a deputy, in one act: nobody is forgotten when somebody leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from app.access import Actor
from app.appointments.cells import Claim
from app.appointments.models import Appointment, CounsellingRoom
from app.appointments.policy import BOOK, CHANGE
from app.appointments.queries import school_timetable, still_to_come, taken_between
from app.appointments.service.booking import may_take
from app.appointments.service.claims import Taken
from app.appointments.service.steps import give_to
from app.appointments.slots import Timetable, free_people, is_there
from app.core.database import savepoint
from app.directory.queries import calendar_of
from app.notifications import service as notifications
from app.schooltime import Span, day_at

Obstacle = Literal["away", "taken", "kept"]


@dataclass(frozen=True)
class Planned:
    """A booking that would be handed on, and what is in its way: the deputy is away, has somebody, must not know."""

    booking: Appointment
    obstacle: Obstacle | None


@dataclass(frozen=True)
class HandedOn:
    """What a deputy took over, and what stayed: where the deputy has somebody else, is away, or must not know."""

    done: Sequence[Appointment]
    left: Sequence[Appointment]


def plan_hand_on(
    room: CounsellingRoom, *, of: UUID, to: UUID, since: date | None = None, until: date | None = None, by: Actor
) -> list[Planned]:
    """Say what of a counsellor's bookings could be given to another, without giving anything.

    What must be kept from the actor is not named: a colleague who knows of it hands it on.
    """
    BOOK.demand(by, room)
    calendar = calendar_of(room.school_id)
    bookings = [
        one for one in still_to_come(room.school_id, counsellor_id=of)
        if (since is None or day_at(calendar, one.starts_at) >= since)
        and (until is None or day_at(calendar, one.starts_at) <= until)
        and CHANGE.allows(by, one)
    ]
    if not bookings or of == to:
        return []
    first, last = bookings[0], bookings[-1]
    timetable = school_timetable(room.school_id, *(day_at(calendar, one.starts_at) for one in (first, last)))
    taken = taken_between([to], first.starts_at, last.ends_at)
    return [Planned(one, _obstacle(one, to, timetable, taken)) for one in bookings]


def _obstacle(booking: Appointment, to: UUID, timetable: Timetable, taken: set[Claim]) -> Obstacle | None:
    span = Span(booking.starts_at, booking.ends_at)
    if not is_there(timetable, to, day_at(timetable.calendar, span.start), span):
        return "away"
    if not may_take(booking, to):
        return "kept"
    room = timetable.rooms.get(booking.room_id) if booking.room_id else None
    return None if free_people([to], room, span, taken) else "taken"


def hand_on(
    room: CounsellingRoom, *, of: UUID, to: UUID, since: date | None = None, until: date | None = None, by: Actor
) -> HandedOn:
    """Give a counsellor's bookings to another, each at its time, and tell the deputy; what cannot be given stays."""
    planned = plan_hand_on(room, of=of, to=to, since=since, until=until, by=by)
    done = [one.booking for one in planned if one.obstacle is None and _given(one.booking, to, by=by)]
    if done:
        notifications.queue(
            "appointment:handed_on", to=[to], organisation=room.school_id,
            subject=("appointment_day", room.school_id), by=by,
        )
    return HandedOn(done, [one.booking for one in planned if one.booking not in done])


def _given(booking: Appointment, to: UUID, *, by: Actor) -> bool:
    try:
        with savepoint():
            give_to(booking, to, by=by)
    except Taken:
        return False
    return True
