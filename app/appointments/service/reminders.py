"""In the morning of a school day, counsellors are told that they have appointments: never with whom, nor how many."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app import audit
from app.access import PostKind
from app.appointments.models import Appointment
from app.appointments.states import LIVE
from app.core import clock
from app.core.database import session
from app.directory.queries import calendar_of, posts_at, today_at
from app.notifications import service as notifications
from app.notifications.models import Notice
from app.schooltime import Span, day_at, moment_at, school_hours

AROUND = timedelta(minutes=30)
"""So long before and after the first bell somebody is reminded (Xinxia's own default)."""
_KIND = "appointment:today"


def remind() -> int:
    """Tell each counsellor once a day, around the first bell; return how many were told. A job's work."""
    return sum(_remind(school_id, rest) for school_id, rest in _schools_in_the_morning())


def _schools_in_the_morning() -> Iterator[tuple[UUID, Span]]:
    """Name the schools at which the first bell rings about now, each with the rest of its day."""
    now = clock.now()
    coming = select(Appointment.school_id).where(*_live(now, now + timedelta(days=1))).distinct()
    for school_id in session().scalars(coming).all():
        calendar = calendar_of(school_id)
        day = day_at(calendar, now)
        hours = school_hours(calendar, day)
        if hours is not None and hours.start - AROUND <= now < hours.start + AROUND:
            yield school_id, Span(now, moment_at(calendar.zone, datetime.combine(day + timedelta(days=1), time())))


def _remind(school_id: UUID, rest: Span) -> int:
    having = set(session().scalars(
        select(Appointment.counsellor_id).where(Appointment.school_id == school_id, *_live(rest.start, rest.end))
    ))
    here = {person_id for person_id, _post in posts_at([school_id], PostKind.COUNSELLOR, on=today_at(school_id))}
    told = set(session().scalars(
        select(Notice.person_id).where(
            Notice.kind == _KIND, Notice.person_id.in_(having), Notice.organisation_id == school_id,
            Notice.at > rest.start - 2 * AROUND,
        )
    ))
    return notifications.queue(
        _KIND, to=sorted((having & here) - told), organisation=school_id, subject=("appointment_day", school_id),
        by=audit.system("appointments"),
    )


def _live(start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Appointment.state.in_(LIVE), Appointment.session_id.is_(None), Appointment.starts_at > start,
        Appointment.starts_at < end,
    )
