"""Seats in the session of a group: each has one student, and each student one time."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from app import audit
from app.access import Actor
from app.appointments.errors import NotPossible
from app.appointments.models import Appointment
from app.appointments.policy import CHANGE
from app.appointments.service.placing import Terms, Wish, demand_student, keep, telling_nearest
from app.appointments.service.reasons import seal_reason
from app.appointments.service.steps import free_seat
from app.core import clock
from app.core.errors import Missing
from app.core.ids import new_id


def join(
    group: Appointment, student_id: UUID, *, reason: Mapping[str, Any] | None = None, excluded: Collection[UUID] = (),
    by: Actor,
) -> Appointment:
    """Give a student a seat in a session; raises SessionFull, SlotTaken, StudentLeft, NotPossible."""
    CHANGE.demand(by, group)
    sealed = seal_reason(reason, school_id=group.school_id, excluded=excluded, by=by)
    with telling_nearest(Wish(group.school_id, group.starts_at, "group", student_id=student_id)):
        return seat_in(group, student_id, Terms(booked_by=by.person_id, sealed=sealed), by=by)
    raise AssertionError("unreachable")


def seat_in(group: Appointment, student_id: UUID | None, terms: Terms, *, by: audit.Doer) -> Appointment:
    """Do the same within a savepoint of the caller's, who undoes it on Taken."""
    if not group.is_session or group.state != "confirmed" or group.ends_at <= clock.now():
        raise NotPossible()
    if student_id is None:
        raise Missing()
    demand_student(student_id, group.school_id)
    now = clock.now()
    booking = Appointment(
        id=new_id(), school_id=group.school_id, room_id=group.room_id, place=group.place,
        counsellor_id=group.counsellor_id, student_id=student_id, kind="group", state=terms.state,
        starts_at=group.starts_at, ends_at=group.ends_at, zone_name=group.zone_name, minutes_before=0,
        minutes_after=0, expires_at=terms.expires_at, seats=None, session_id=group.id, seat=free_seat(group),
        series_id=None, series_number=None, moved_from_id=terms.moved_from, booked_by=terms.booked_by, booked_at=now,
        state_at=now, revision=1, reason_id=terms.sealed.reason_id if terms.sealed else None,
        reason=terms.sealed.reason if terms.sealed else None,
    )
    keep(booking, by=by)
    return booking
