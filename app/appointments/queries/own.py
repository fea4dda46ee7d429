"""What a student who came with a code sees: what they booked themselves, and the times they could still take."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from app.appointments.models import Appointment, TypedName, WaitingOffer
from app.appointments.queries.timetable import free_between
from app.appointments.slots import FreeSlot
from app.appointments.states import LIVE
from app.core import clock
from app.core.database import session
from app.directory.queries import today_at

AHEAD = timedelta(days=14)
"""How far ahead students book ([P] 4-domain.md): two weeks, so that there is something left for next week's need."""


def own_bookings(student_id: UUID, *, states: Collection[str] = LIVE) -> Sequence[Appointment]:
    """Return what a student booked without an account and what is still to come, in order.

    What a counsellor or a teacher booked is not among it: whoever finds a lost card learns nothing of that. A time
    that the waiting list offered the student is, whoever put them on it.
    """
    return session().scalars(
        select(Appointment)
        .where(
            Appointment.student_id == student_id, Appointment.kind == "individual",
            or_(Appointment.booked_by.is_(None), Appointment.id.in_(select(WaitingOffer.appointment_id))),
            Appointment.state.in_(states), Appointment.ends_at > clock.now(),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def free_for(school_id: UUID, student_id: UUID | None) -> list[FreeSlot]:
    """Return the free times of the next two weeks, one for each time of day, in order."""
    today = today_at(school_id)
    by_time: dict[object, FreeSlot] = {}
    for slot in free_between(school_id, today, today + AHEAD, student_id=student_id):
        by_time.setdefault(slot.start, slot)
    return sorted(by_time.values(), key=lambda slot: slot.start)


def get_typed_name(typed_id: UUID) -> TypedName | None:
    """Return who asked without a card by the id of their request."""
    return session().get(TypedName, typed_id)


def typed_names_of(bookings: Sequence[Appointment]) -> dict[UUID, TypedName]:
    """Return who asked for these bookings by name, by booking; those that were moved are followed back."""
    first = {_first(booking): booking.id for booking in bookings}
    rows = session().scalars(select(TypedName).where(TypedName.appointment_id.in_(first)))
    return {first[row.appointment_id]: row for row in rows}


def typed_name_of(booking: Appointment) -> TypedName | None:
    """Return who asked for a booking by name, if somebody did."""
    return typed_names_of([booking]).get(booking.id)


def count_unsettled(school_id: UUID) -> int:
    """Return how many times of a school are kept for names that nobody has found yet."""
    return session().scalar(
        select(func.count()).select_from(TypedName).where(
            TypedName.school_id == school_id, TypedName.settled_at.is_(None)
        )
    ) or 0


def as_it_stands(appointment_id: UUID) -> Appointment:
    """Return a booking as it stands now: what it was moved to, if it was."""
    booking = session().get_one(Appointment, appointment_id)
    while booking.state == "moved":
        booking = session().scalars(select(Appointment).where(Appointment.moved_from_id == booking.id)).one()
    return booking


def _first(booking: Appointment) -> UUID:
    """Return the booking that this one goes back to."""
    while booking.moved_from_id is not None:
        booking = session().get_one(Appointment, booking.moved_from_id)
    return booking.id
