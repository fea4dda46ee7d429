"""Bookings that no longer fit: a holiday, a closed room, an absence or the end of a post came over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from app.access import Actor
from app.appointments.models import Appointment
from app.appointments.policy import CHANGE
from app.appointments.queries.timetable import school_timetable
from app.appointments.slots import Timetable, is_in_post, is_there, room_slots_on
from app.appointments.states import AT_ANY_TIME, LIVE
from app.core import clock
from app.core.database import session
from app.directory.models import Student
from app.directory.queries import calendar_of
from app.schooltime import Span, day_at

Cause = Literal["closed", "away", "left", "student_left"]


@dataclass(frozen=True)
class Displaced:
    """A booking that somebody has to look at, and why: the room is closed, or somebody is away or has left."""

    booking: Appointment
    cause: Cause


def still_to_come(school_id: UUID, *, counsellor_id: UUID | None = None) -> Sequence[Appointment]:
    """Return the live bookings of a school, or of one counsellor there, from now on in order, seats left out."""
    whose = () if counsellor_id is None else (Appointment.counsellor_id == counsellor_id,)
    return session().scalars(
        select(Appointment)
        .where(
            Appointment.school_id == school_id, Appointment.state.in_(LIVE), Appointment.starts_at > clock.now(),
            Appointment.session_id.is_(None), *whose,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def displaced(actor: Actor, school_id: UUID) -> list[Displaced]:
    """Return what is booked at times that are no longer open, or with somebody who is no longer there.

    Nothing is called off by itself: a person moves it or talks to the student. What must be kept from the actor is
    left out, as everywhere; colleagues see it.
    """
    bookings = still_to_come(school_id)
    if not bookings:
        return []
    calendar = calendar_of(school_id)
    first, last = (day_at(calendar, bookings[index].starts_at) for index in (0, -1))
    timetable = school_timetable(school_id, first, last)
    left = _left({booking.student_id for booking in bookings if booking.student_id is not None})
    found = ((booking, _cause(booking, timetable, left)) for booking in bookings)
    return [Displaced(booking, cause) for booking, cause in found if cause and CHANGE.allows(actor, booking)]


def _cause(booking: Appointment, timetable: Timetable, left: set[UUID]) -> Cause | None:
    day = day_at(timetable.calendar, booking.starts_at)
    span = Span(booking.starts_at, booking.ends_at)
    if booking.student_id in left:
        return "student_left"
    if not is_in_post(timetable, booking.counsellor_id, day):
        return "left"
    if not is_there(timetable, booking.counsellor_id, day, span):
        return "away"
    if booking.kind in AT_ANY_TIME or booking.room_id is None:
        return None
    room = timetable.rooms[booking.room_id]
    inside = any(slot.start <= span.start and span.end <= slot.end for slot in room_slots_on(timetable, room, day))
    return None if inside else "closed"


def _left(student_ids: set[UUID]) -> set[UUID]:
    rows = session().scalars(select(Student.id).where(Student.id.in_(student_ids), Student.state == "left"))
    return set(rows)
