"""Time in cells of five minutes, and which of them a booking takes from whom."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.appointments.models import Appointment
from app.appointments.states import CLAIMING

CELL = timedelta(minutes=5)
_SECONDS = 300


class Claim(NamedTuple):
    """Five minutes of somebody or something."""

    resource_kind: str
    resource_id: UUID
    place: int
    cell: int


def cell_at(moment: datetime) -> int:
    """Return the cell in which a moment lies."""
    return math.floor(moment.timestamp() / _SECONDS)


def cells_between(start: datetime, end: datetime, *, before: int = 0, after: int = 0) -> range:
    """Return every cell that a time touches, with so many minutes around it: never one too few."""
    first = start - timedelta(minutes=before)
    last = end + timedelta(minutes=after)
    return range(cell_at(first), math.ceil(last.timestamp() / _SECONDS))


def claims_of(booking: Appointment) -> frozenset[Claim]:
    """Return what a booking takes as it stands: counsellor and place with their time around, the student without.

    A seat takes the student alone, its session the rest. One that is over or called off takes nothing.
    """
    if booking.state not in CLAIMING:
        return frozenset()
    plain = cells_between(booking.starts_at, booking.ends_at)
    around = cells_between(
        booking.starts_at, booking.ends_at, before=booking.minutes_before, after=booking.minutes_after
    )
    found = set()
    if booking.student_id is not None:
        found |= {Claim("student", booking.student_id, 0, cell) for cell in plain}
    if booking.session_id is None:
        found |= {Claim("counsellor", booking.counsellor_id, 0, cell) for cell in around}
        if booking.room_id is not None and booking.place is not None:
            found |= {Claim("room", booking.room_id, booking.place, cell) for cell in around}
    return frozenset(found)
