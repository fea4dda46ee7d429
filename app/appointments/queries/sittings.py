"""Sessions that somebody holds: what goes on, what comes next, and how often a student has come."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from app.access import Actor
from app.appointments.models import Appointment, Sitting
from app.core import clock
from app.core.database import session
from app.files.models import FileEntry, StudentFile

GOES_ON_FOR = timedelta(days=14)
"""So long a session that nobody ended stands on the first page (Xinxia's own default)."""


def sitting_of(booking: Appointment, person_id: UUID) -> Sitting | None:
    """Return the session that somebody holds, or held, at a booking."""
    return session().get(Sitting, (booking.id, person_id))


def last_entry(file_id: UUID, *which: ColumnElement[bool]) -> FileEntry | None:
    """Return the newest entry of a file of which something holds."""
    return session().scalar(
        select(FileEntry).where(FileEntry.file_id == file_id, *which).order_by(FileEntry.number.desc()).limit(1)
    )


def may_begin(booking: Appointment) -> bool:
    """Say whether a booking is one that a session can be held at: of one student, agreed to, and not missed."""
    return booking.state in ("confirmed", "attended") and booking.student_id is not None and booking.session_id is None


def going_on(actor: Actor, school_id: UUID) -> Sequence[Appointment]:
    """Return the bookings whose sessions the actor began and has not ended, the latest first."""
    return session().scalars(
        select(Appointment)
        .join(Sitting, and_(Sitting.appointment_id == Appointment.id, Sitting.person_id == actor.person_id))
        .where(
            Appointment.school_id == school_id, Sitting.ended_at.is_(None), Sitting.entry_id.is_not(None),
            Sitting.begun_at > clock.now() - GOES_ON_FOR,
        )
        .order_by(Sitting.begun_at.desc())
        .limit(3)
    ).all()


def next_bookings(actor: Actor, school_id: UUID) -> Sequence[Appointment]:
    """Return what the actor has next: the first that is not over and whose session they have not begun."""
    begun = select(Sitting.appointment_id).where(Sitting.person_id == actor.person_id)
    return session().scalars(
        select(Appointment)
        .where(
            Appointment.counsellor_id == actor.person_id, Appointment.school_id == school_id,
            Appointment.ends_at > clock.now(), Appointment.session_id.is_(None),
            or_(Appointment.state == "confirmed", Appointment.state == "attended"), Appointment.id.not_in(begun),
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(1)
    ).all()


def came_before(bookings: Collection[Appointment], actor: Actor) -> Mapping[UUID, int]:
    """Return how often the student of each booking had come before it, as far as the actor may know of it.

    Bookings and the sessions that stand in the files say it, whichever says more: not all who come are booked.
    """
    students = {booking.student_id for booking in bookings if booking.student_id is not None}
    if not students:
        return {}
    said = _booked_before(students, actor), _written_before(students, actor)
    return {
        booking.id: max(sum(at < booking.starts_at for at in came.get(booking.student_id, ())) for came in said)
        for booking in bookings if booking.student_id is not None
    }


def _booked_before(students: Collection[UUID], actor: Actor) -> Mapping[UUID | None, list[datetime]]:
    rows = session().execute(
        select(Appointment.student_id, Appointment.starts_at, Appointment.reason_id).where(
            Appointment.student_id.in_(students), Appointment.state == "attended", Appointment.session_id.is_(None),
        )
    ).all()
    reached = actor.ring.reaches({row.reason_id for row in rows if row.reason_id is not None})
    found = defaultdict(list)
    for row in rows:
        if row.reason_id is None or row.reason_id in reached:
            found[row.student_id].append(row.starts_at)
    return found


def _written_before(students: Collection[UUID], actor: Actor) -> Mapping[UUID | None, list[datetime]]:
    rows = session().execute(
        select(StudentFile.student_id, StudentFile.id, FileEntry.started_at)
        .join(FileEntry, FileEntry.file_id == StudentFile.id)
        .where(
            StudentFile.student_id.in_(students), FileEntry.state == "signed",
            FileEntry.kind.in_(("first", "follow_up", "crisis")),
        )
    ).all()
    reached = actor.ring.reaches({row.id for row in rows})
    found = defaultdict(list)
    for row in rows:
        if row.id in reached:
            found[row.student_id].append(row.started_at)
    return found
