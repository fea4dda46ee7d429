"""One booking as a form or a program asks for it, and one deed by its name."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.access import Actor
from app.appointments import queries, service
from app.appointments.models import Appointment, CounsellingRoom
from app.appointments.policy import CHANGE
from app.appointments.service import Wish
from app.appointments.service.placing import USUAL
from app.appointments.slots import Timetable, free_place, on_duty
from app.appointments.states import AT_ANY_TIME, Kind
from app.core import clock
from app.core.errors import Invalid, Missing
from app.core.words import N_
from app.directory.queries import calendar_of
from app.schooltime import Span, day_at

_ANSWERS = {"accept": service.accept_offer, "decline": service.decline_offer}
_DEEDS = {"confirm": service.confirm, "cancel": service.cancel, "attend": service.attend, "miss": service.miss}


class NoTime(Invalid):
    """A booking without a time, for what is not at once."""

    words = N_("Please choose one of the free times.")


def book_for(
    student: Any, *, kind: Kind, when: tuple[UUID | None, datetime] | None, counsellor_id: UUID | None, about: str,
    words: str, by: Actor,
) -> Appointment:
    """Book a time for a student, or now for what cannot wait, wherever there is room; raises NoTime.

    Who waited for it no longer does.
    """
    reason = {"about": about, "words": words}
    if kind in AT_ANY_TIME:
        now = clock.now().replace(second=0, microsecond=0)
        room_id = when[0] if when and when[0] else _room_now(student.school_id, now, by)
        wish = Wish(student.school_id, now, kind, room_id, counsellor_id or by.person_id, student.id)
        return service.walk_in(wish, reason=reason, by=by)
    if when is None:
        raise NoTime()
    room_id = when[0] or _room_at(student.school_id, when[1], counsellor_id, student.id, by)
    booking = service.book(
        Wish(student.school_id, when[1], kind, room_id, counsellor_id, student.id), reason=reason, by=by
    )
    service.booked_otherwise(student.id, kind, by=by)
    return booking


def room_of(room_id: UUID) -> CounsellingRoom:
    """Return a room that a form or a program names; raises Missing."""
    room = queries.get_room(room_id)
    if room is None:
        raise Missing()
    return room


def _room_now(school_id: UUID, now: datetime, by: Actor) -> UUID | None:
    """Return where somebody who is there is received: with whoever books, or where it is open, or where there is room.

    Where every place is taken it is somewhere else in the school: what cannot wait waits for no room.
    """
    day = day_at(calendar_of(school_id), now)
    timetable = queries.school_timetable(school_id, day, day)
    span = Span(now, now + timedelta(minutes=USUAL))
    taken = queries.taken_between(list(timetable.rooms), span.start, span.end)
    rooms = [room for room in timetable.rooms.values() if room.open and free_place(room, span, taken) is not None]
    rooms.sort(key=lambda room: (
        by.person_id not in on_duty(timetable, room.id, day, span) or not _keeps_roster(timetable, room.id),
        queries.open_now(room) is None,
    ))
    return rooms[0].id if rooms else None


def _keeps_roster(timetable: Timetable, room_id: UUID) -> bool:
    # Without one everybody is on duty everywhere, and it says nothing.
    return any(turn.room_id == room_id for turn in timetable.turns)


def _room_at(
    school_id: UUID, starts_at: datetime, counsellor_id: UUID | None, student_id: UUID, by: Actor
) -> UUID:
    """Return the first room in which a time is free; the school's first one refuses where none is."""
    day = day_at(calendar_of(school_id), starts_at)
    free = queries.free_between(
        school_id, day, day, counsellor_id=counsellor_id, student_id=student_id, also=by.person_id
    )
    return next((slot.room_id for slot in free if slot.start == starts_at), school_id)


def ask_for(
    student: Any, *, when: tuple[UUID | None, datetime] | None, about: str, words: str, by: Actor
) -> Appointment:
    """Ask for a time on behalf of a student; raises NoTime."""
    if when is None:
        raise NoTime()
    room_id = when[0] or _room_at(student.school_id, when[1], None, student.id, by)
    wish = Wish(student.school_id, when[1], room_id=room_id, student_id=student.id)
    return service.ask_for(wish, reason={"about": about, "words": words}, by=by)


def change(booking: Appointment, deed: str, *, revision: int, by: Actor) -> None:
    """Do a deed to a booking that has one button."""
    _DEEDS[deed](booking, revision=revision, by=by)


def answer_offer(booking: Appointment, deed: str, *, revision: int, by: Actor) -> None:
    """Note what somebody says to a time that is held for them: accept or decline."""
    CHANGE.demand(by, booking)
    _ANSWERS[deed](booking, revision=revision, by=by)
