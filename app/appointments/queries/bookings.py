"""Bookings and what they claim."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app import vault
from app.access import Actor
from app.appointments.cells import Claim, cells_between
from app.appointments.models import Appointment, AppointmentClaim, SeriesGap
from app.appointments.states import CLAIMING, EARLY, WAITING, deeds_from
from app.core import clock
from app.core.database import session

_C = AppointmentClaim


def get_appointment(appointment_id: UUID) -> Appointment | None:
    """Return a booking by its id."""
    return session().get(Appointment, appointment_id)


def taken_between(resource_ids: Collection[UUID], start: datetime, end: datetime) -> set[Claim]:
    """Return what is claimed of these people and rooms between two moments, with an hour on both sides."""
    cells = cells_between(start, end, before=60, after=60)
    rows = session().execute(
        select(_C.resource_kind, _C.resource_id, _C.place, _C.cell).where(
            _C.resource_kind.in_(("counsellor", "room", "student")), _C.resource_id.in_(resource_ids),
            _C.cell >= cells.start, _C.cell < cells.stop,
        )
    )
    return {Claim(*row) for row in rows}


def claimed_by(appointment_id: UUID) -> frozenset[Claim]:
    """Return what a booking has claimed."""
    rows = session().execute(
        select(_C.resource_kind, _C.resource_id, _C.place, _C.cell).where(_C.appointment_id == appointment_id)
    )
    return frozenset(Claim(*row) for row in rows)


def live_seats(appointment: Appointment) -> Sequence[Appointment]:
    """Return the seats of a session that somebody has, in order."""
    return session().scalars(
        select(Appointment)
        .where(Appointment.session_id == appointment.id, Appointment.state.in_(CLAIMING))
        .order_by(Appointment.seat)
    ).all()


def seats_taken(session_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many seats somebody has in each of these sessions, for lists."""
    rows = session().execute(
        select(Appointment.session_id, func.count())
        .where(Appointment.session_id.in_(session_ids), Appointment.state.in_(CLAIMING))
        .group_by(Appointment.session_id)
    )
    return {session_id: number for session_id, number in rows if session_id is not None}


def readers_of_reason(booking: Appointment) -> set[UUID]:
    """Return who can read why somebody comes."""
    return vault.readers_of(booking.reason_id) if booking.reason_id is not None else set()


def deeds_now(booking: Appointment) -> tuple[str, ...]:
    """Return what the table of states and the clock allow at this moment."""
    now = clock.now()
    early = {"attend": booking.starts_at - EARLY, "miss": booking.starts_at}
    found = [deed for deed in deeds_from(booking.state) if now >= early.get(deed, now)]
    if booking.expires_at is not None and booking.expires_at <= now:
        found = [deed for deed in found if deed != "confirm"]
    return tuple(found)


def past_due(*, most: int) -> Sequence[Appointment]:
    """Return bookings that still wait for a yes and whose time for it is over, the oldest first."""
    return session().scalars(
        select(Appointment)
        .where(Appointment.state.in_(WAITING), Appointment.expires_at <= clock.now())
        .order_by(Appointment.expires_at)
        .limit(most)
    ).all()


def bookings_between(
    actor: Actor, school_id: UUID, start: datetime, end: datetime, *, states: Collection[str] = CLAIMING
) -> Sequence[Appointment]:
    """Return what takes time at a school between two moments, in order, seats left out.

    Who must not know of one sees that the time is taken: `policy.READ` says of which they may know more.
    """
    return session().scalars(
        select(Appointment)
        .where(
            Appointment.school_id == school_id, Appointment.starts_at < end,
            Appointment.starts_at >= start, Appointment.session_id.is_(None), Appointment.state.in_(states),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def requests_of(actor: Actor, *, since: datetime) -> Sequence[Appointment]:
    """Return what somebody asked for on behalf of students, the latest first."""
    return session().scalars(
        select(Appointment)
        .where(Appointment.booked_by == actor.person_id, Appointment.starts_at >= since)
        .order_by(Appointment.starts_at.desc(), Appointment.id)
        .limit(100)
    ).all()


def occurrences_of(series_id: UUID) -> Sequence[Appointment]:
    """Return the bookings of a series in order, also those that were moved or called off."""
    return session().scalars(
        select(Appointment)
        .where(Appointment.series_id == series_id)
        .order_by(Appointment.series_number, Appointment.booked_at, Appointment.id)
    ).all()


def gaps_of(series_id: UUID) -> Sequence[SeriesGap]:
    """Return the occurrences of a series that were left out."""
    return session().scalars(
        select(SeriesGap).where(SeriesGap.series_id == series_id).order_by(SeriesGap.number)
    ).all()

