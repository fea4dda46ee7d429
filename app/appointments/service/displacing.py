"""Bookings that no longer fit are noticed, whoever entered what came over them, and those who can help are told."""

from collections.abc import Collection, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import delete, select

from app import audit, vault
from app.access import TEACHERS, PostKind
from app.appointments.models import Appointment, DisplacedBooking
from app.appointments.queries.displaced import Displaced, displaced_at
from app.appointments.states import LIVE
from app.core import clock
from app.core.database import Database, session
from app.directory.queries import posts_at, today_at
from app.notifications import service as notifications

_THEIR_OWN = ("closed", "off_duty", "student_left")
"""What the booking's own counsellor looks after; where they are away themselves, all their colleagues do."""


def tell_of_displaced(database: Database) -> int:
    """Tell those who can help of bookings that no longer fit; return of how many. A job's work.

    Holidays are entered in the school's calendar, which does not know of appointments: this is where both meet. Each
    school is looked at by itself, and written to only where something is new.
    """
    with database.transaction(writes=False):
        schools = [school_id for school_id in _schools() if any(_news(school_id))]
    return sum(database.retrying(partial(_tell, school_id)) for school_id in schools)


def _schools() -> Sequence[UUID]:
    to_come = select(Appointment.school_id).where(Appointment.state.in_(LIVE), Appointment.starts_at > clock.now())
    return session().scalars(to_come.union(select(DisplacedBooking.school_id))).all()


def _news(school_id: UUID) -> tuple[list[Displaced], set[UUID]]:
    """Return what does not fit and of which nobody was told, and what was told of and has been settled."""
    found = displaced_at(school_id)
    known = set(session().scalars(
        select(DisplacedBooking.appointment_id).where(DisplacedBooking.school_id == school_id)
    ))
    return [one for one in found if one.booking.id not in known], known - {one.booking.id for one in found}


def _tell(school_id: UUID) -> int:
    new, settled = _news(school_id)
    session().execute(delete(DisplacedBooking).where(DisplacedBooking.appointment_id.in_(settled)))
    session().add_all(
        DisplacedBooking(
            appointment_id=one.booking.id, school_id=school_id, cause_code=one.cause, noticed_at=clock.now()
        )
        for one in new
    )
    session().flush()
    on = today_at(school_id)
    here = {person_id for person_id, _ in posts_at([school_id], PostKind.COUNSELLOR, on=on)}
    teachers = {person_id for person_id, _ in posts_at([school_id], *TEACHERS, on=on)}
    _queue("appointment:displaced", {who for one in new for who in _who_helps(one, here)}, school_id)
    asked = {one.booking.booked_by for one in new if one.booking.booked_by in teachers - here}
    _queue("appointment:asked_displaced", {who for who in asked if who is not None}, school_id)
    return len(new)


def _who_helps(one: Displaced, here: Collection[UUID]) -> set[UUID]:
    knowing = set(here)
    if one.booking.reason_id is not None:
        knowing &= vault.readers_of(one.booking.reason_id)
    own = {one.booking.counsellor_id} & knowing
    return own if own and one.cause in _THEIR_OWN else knowing


def _queue(kind: str, people: Collection[UUID], school_id: UUID) -> None:
    subject = {"appointment:displaced": "displaced", "appointment:asked_displaced": "asked"}[kind]
    notifications.queue(
        kind, to=sorted(people), organisation=school_id, subject=(subject, school_id), by=audit.system("appointments")
    )
