"""Who waits for a time in the room, in the order in which times are offered."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.access import Actor, PostKind
from app.appointments.models import Appointment, WaitingEntry, WaitingOffer
from app.appointments.policy import KEEP_WAITING
from app.core.database import session

_ORDER = (WaitingEntry.urgency, WaitingEntry.since, WaitingEntry.id)
MOST = 300


def get_entry(waiting_id: UUID) -> WaitingEntry | None:
    """Return an entry of the waiting list by its id."""
    return session().get(WaitingEntry, waiting_id)


def waiting_at(school_id: UUID, *which: ColumnElement[bool]) -> Sequence[WaitingEntry]:
    """Return who waits at a school, the most urgent first and of those who has waited longest."""
    return session().scalars(
        select(WaitingEntry)
        .where(WaitingEntry.school_id == school_id, WaitingEntry.ended_at.is_(None), *which)
        .order_by(*_ORDER)
        .limit(MOST)
    ).all()


def waiting_for(actor: Actor) -> list[WaitingEntry]:
    """Return who waits for the room in which somebody counsels, in order, as far as they may know of it."""
    schools = sorted(actor.organisations(PostKind.COUNSELLOR))
    return [one for school in schools for one in waiting_at(school) if KEEP_WAITING.allows(actor, one)]


def asked_to_wait(actor: Actor) -> Sequence[WaitingEntry]:
    """Return the students for whom somebody asked and who still wait, the longest wait first."""
    return session().scalars(
        select(WaitingEntry)
        .where(WaitingEntry.booked_by == actor.person_id, WaitingEntry.ended_at.is_(None))
        .order_by(WaitingEntry.since, WaitingEntry.id)
        .limit(MOST)
    ).all()


def waits_of(student_id: UUID, *which: ColumnElement[bool]) -> Sequence[WaitingEntry]:
    """Return the entries of a student who still waits."""
    return session().scalars(
        select(WaitingEntry)
        .where(WaitingEntry.student_id == student_id, WaitingEntry.ended_at.is_(None), *which)
        .order_by(*_ORDER)
    ).all()


def schools_with_waiting() -> Sequence[UUID]:
    """Return the schools at which somebody waits."""
    return session().scalars(
        select(WaitingEntry.school_id).where(WaitingEntry.ended_at.is_(None)).distinct()
        .order_by(WaitingEntry.school_id)
    ).all()


def open_offers(entry_ids: Collection[UUID]) -> dict[UUID, WaitingOffer]:
    """Return the offers that wait for an answer, by entry."""
    rows = session().scalars(
        select(WaitingOffer).where(WaitingOffer.entry_id.in_(entry_ids), WaitingOffer.answered_at.is_(None))
    )
    return {row.entry_id: row for row in rows}


def offers_to(entry: WaitingEntry) -> Sequence[WaitingOffer]:
    """Return what was offered to somebody so far, the latest first."""
    return session().scalars(
        select(WaitingOffer)
        .where(WaitingOffer.entry_id == entry.id)
        .order_by(WaitingOffer.offered_at.desc(), WaitingOffer.id)
    ).all()


def open_offer_of(booking: Appointment) -> WaitingOffer | None:
    """Return the offer for which a booking holds its time, while it waits for an answer."""
    return session().scalar(
        select(WaitingOffer).where(WaitingOffer.appointment_id == booking.id, WaitingOffer.answered_at.is_(None))
    )


def asked_about(entry_ids: Collection[UUID]) -> set[tuple[UUID, datetime]]:
    """Return who was asked about which times before: nobody is asked twice about the same by itself."""
    rows = session().execute(
        select(WaitingOffer.entry_id, Appointment.starts_at)
        .join(Appointment, Appointment.id == WaitingOffer.appointment_id)
        .where(WaitingOffer.entry_id.in_(entry_ids))
    )
    return {(entry_id, starts_at) for entry_id, starts_at in rows}
