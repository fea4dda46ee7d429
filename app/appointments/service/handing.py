"""Giving what a counsellor has before them to a deputy, in one act: nobody is forgotten when somebody leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app import vault
from app.access import Actor
from app.appointments.models import Appointment, CounsellingRoom
from app.appointments.policy import BOOK, CHANGE
from app.appointments.queries import school_timetable, still_to_come
from app.appointments.service.claims import Taken
from app.appointments.service.steps import give_to
from app.appointments.slots import Timetable, is_there
from app.core.database import savepoint
from app.directory.queries import calendar_of
from app.schooltime import Span, day_at


@dataclass(frozen=True)
class HandedOn:
    """What a deputy took over, and what stayed: where the deputy has somebody else, is away, or must not know."""

    done: Sequence[Appointment]
    left: Sequence[Appointment]


def hand_on(
    room: CounsellingRoom, *, of: UUID, to: UUID, since: date | None = None, by: Actor
) -> HandedOn:
    """Give a counsellor's bookings from a day on to another, each at its time; what cannot be given stays as it is.

    What must be kept from the actor stays too, and is not named: a colleague who knows of it hands it on.
    """
    BOOK.demand(by, room)
    bookings = [one for one in still_to_come(room.school_id, counsellor_id=of) if CHANGE.allows(by, one)]
    calendar = calendar_of(room.school_id)
    bookings = [one for one in bookings if since is None or day_at(calendar, one.starts_at) >= since]
    if not bookings or of == to:
        return HandedOn((), ())
    first, last = (day_at(calendar, bookings[index].starts_at) for index in (0, -1))
    timetable = school_timetable(room.school_id, first, last)
    done = [one for one in bookings if _given(one, to, timetable, by=by)]
    return HandedOn(done, [one for one in bookings if one not in done])


def _given(booking: Appointment, to: UUID, timetable: Timetable, *, by: Actor) -> bool:
    day = day_at(timetable.calendar, booking.starts_at)
    if not is_there(timetable, to, day, Span(booking.starts_at, booking.ends_at)):
        return False
    if booking.reason_id is not None and to not in vault.readers_of(booking.reason_id):
        return False
    try:
        with savepoint():
            give_to(booking, to, by=by)
    except Taken:
        return False
    return True
