"""When a student of whom the room takes care does not come, somebody looks after them the same day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import audit, vault
from app.access import Actor, PostKind
from app.appointments.models import Appointment, LookIn
from app.appointments.policy import LOOK_IN
from app.appointments.queries.look_ins import overdue
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid, Stale
from app.core.ids import new_id
from app.directory.queries import calendar_of, posts_at, today_at
from app.escalation.queries import watched_concerns_of
from app.files.queries import in_charge_of
from app.notifications import service as notifications
from app.schooltime import day_at, school_hours

AT_LEAST = timedelta(minutes=30)
"""So much time there is for it even when school is over (Xinxia's own default)."""
DONE = ("met", "adult", "known")
"""What a person can note; `came` is noted by itself when the student comes after all."""


def begin(booking: Appointment, *, by: Actor) -> None:
    """Make a task of somebody's not coming, if a counsellor who may know of it watches over them.

    Whoever notes the absence learns nothing by it: the task is seen by those alone who watch over the student.
    """
    owner_id = next(_watching(booking), None)
    if owner_id is None or booking.student_id is None:
        return
    task = _task_of(booking) or LookIn(id=new_id(), school_id=booking.school_id, appointment_id=booking.id)
    task.student_id, task.owner_id = booking.student_id, owner_id
    task.begun_at, task.due_at, task.told_at = clock.now(), _due(booking.school_id), None
    task.outcome_code = task.done_by = task.done_at = None
    session().add(task)
    session().flush()
    _record(by, "look_in:begun", task)
    _tell("look_in:begun", [owner_id], task, by=by)


def came_after_all(booking: Appointment, *, by: Actor) -> None:
    """End the task of a student who came late."""
    task = _task_of(booking)
    if task is not None and task.done_at is None:
        _end(task, "came", by=by)


def close(task: LookIn, *, outcome: str, by: Actor) -> None:
    """Note what was done; raises Stale where somebody did it already."""
    LOOK_IN.demand(by, task)
    if outcome not in DONE:
        raise Invalid()
    if task.done_at is not None:
        raise Stale()
    _end(task, outcome, by=by)


def tell_of_overdue() -> int:
    """Tell those who watch over a student that nobody has looked after them: that something waits, never what."""
    late = overdue(most=100)
    for task in late:
        doer = audit.system("appointments")
        task.told_at = clock.now()
        _record(doer, "look_in:overdue", task)
        _tell("look_in:overdue", list(_watching(task.appointment)), task, by=doer)
    return len(late)


def _end(task: LookIn, outcome: str, *, by: Actor) -> None:
    task.outcome_code, task.done_by, task.done_at = outcome, by.person_id, clock.now()
    session().flush()
    _record(by, "look_in:done", task)


def _task_of(booking: Appointment) -> LookIn | None:
    return session().scalar(select(LookIn).where(LookIn.appointment_id == booking.id))


def _watching(booking: Appointment) -> Iterator[UUID]:
    """Name the counsellors who may know of a booking and watch over its student, the booking's own first."""
    if booking.student_id is None:
        return
    cards = [concern.card_id for concern in watched_concerns_of(booking.student_id)]
    reading = vault.readers_of(*cards) if cards else set()
    reading |= in_charge_of(booking.student_id)
    here = {person_id for person_id, _ in posts_at(
        [booking.school_id], PostKind.COUNSELLOR, on=today_at(booking.school_id)
    )}
    knowing = reading & here
    if booking.reason_id is not None:
        knowing &= vault.readers_of(booking.reason_id)
    yield from sorted(knowing, key=lambda person_id: (person_id != booking.counsellor_id, person_id))


def _due(school_id: UUID) -> datetime:
    calendar, soonest = calendar_of(school_id), clock.now() + AT_LEAST
    hours = school_hours(calendar, day_at(calendar, clock.now()))
    return max(hours.end, soonest) if hours is not None else soonest


def _record(by: audit.Doer, action: str, task: LookIn) -> None:
    codes = {"outcome": task.outcome_code} if task.outcome_code else {}
    audit.record(
        by, action, organisation=task.school_id, subject=("look_in", task.id), appointment=task.appointment_id,
        owner=task.owner_id, **codes,
    )


def _tell(kind: str, to: list[UUID], task: LookIn, *, by: audit.Doer) -> None:
    notifications.queue(kind, to=to, organisation=task.school_id, subject=("look_in", task.id), by=by)
