"""One booking as a form or a program asks for it, and one deed by its name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.access import Actor
from app.appointments import queries, service
from app.appointments.models import Appointment
from app.appointments.service import Wish
from app.appointments.states import AT_ANY_TIME, Kind
from app.core import clock
from app.core.errors import Invalid
from app.core.words import N_

_DEEDS = {"confirm": service.confirm, "cancel": service.cancel, "attend": service.attend, "miss": service.miss}


class NoTime(Invalid):
    """A booking without a time, for what is not at once."""

    words = N_("Please choose one of the free times.")


def book_for(
    student: Any, *, kind: Kind, when: tuple[UUID, datetime] | None, counsellor_id: UUID | None, about: str, words: str,
    by: Actor,
) -> Appointment:
    """Book a time for a student, or now for what cannot wait, in the school's first room; raises NoTime."""
    reason = {"about": about, "words": words}
    if kind in AT_ANY_TIME:
        room = queries.rooms_of(student.school_id)[0]
        now = clock.now().replace(second=0, microsecond=0)
        wish = Wish(student.school_id, now, kind, room.id, counsellor_id or by.person_id, student.id)
        return service.walk_in(wish, reason=reason, by=by)
    if when is None:
        raise NoTime()
    room_id, starts_at = when
    booking = service.book(
        Wish(student.school_id, starts_at, kind, room_id, counsellor_id, student.id), reason=reason, by=by
    )
    service.booked_otherwise(student.id, kind, by=by)
    return booking


def ask_for(
    student: Any, *, when: tuple[UUID, datetime] | None, about: str, words: str, by: Actor
) -> Appointment:
    """Ask for a time on behalf of a student; raises NoTime."""
    if when is None:
        raise NoTime()
    wish = Wish(student.school_id, when[1], room_id=when[0], student_id=student.id)
    return service.ask_for(wish, reason={"about": about, "words": words}, by=by)


def change(booking: Appointment, deed: str, *, revision: int, by: Actor) -> None:
    """Do a deed to a booking that has one button."""
    _DEEDS[deed](booking, revision=revision, by=by)
