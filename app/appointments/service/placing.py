"""Giving a booking its place in time: whoever books, and however, what was claimed first is first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app import audit
from app.appointments.errors import CounsellorAway, InThePast, NotFree, NotOpen, SlotTaken, StudentLeft
from app.appointments.events import EVENT_OF
from app.appointments.models import Appointment, CounsellingRoom
from app.appointments.queries import get_room, nearest_free, school_timetable, taken_between
from app.appointments.service.claims import Taken, claim
from app.appointments.service.rooms import ensure
from app.appointments.slots import (
    Timetable,
    free_people,
    free_place,
    is_free_for,
    is_in_post,
    receiving,
    room_slots_on,
)
from app.appointments.states import AT_ANY_TIME, WAITING, Kind, State
from app.core import clock
from app.core.database import savepoint, session
from app.core.errors import Missing
from app.core.ids import new_id
from app.directory.queries import calendar_of, get_student
from app.schooltime import Span, day_at

JUST_NOW = timedelta(minutes=15)
"""So long ago something may have begun that could not wait and is entered afterwards."""
USUAL = 40
LONGEST = 240


@dataclass(frozen=True)
class Wish:
    """What somebody wants: when, where, with whom; None is whoever, or wherever, there is time.

    `minutes` is for what waits for no opening hours, `seats` for the session of a group, and who is `kept_from` is not
    chosen to receive somebody who does not want them to know.
    """

    school_id: UUID
    starts_at: datetime
    kind: Kind = "individual"
    room_id: UUID | None = None
    counsellor_id: UUID | None = None
    student_id: UUID | None = None
    minutes: int = USUAL
    seats: int | None = None
    kept_from: frozenset[UUID] = frozenset()


class Sealed(NamedTuple):
    """A reason as it is kept: under a key of its own, so that it moves along unopened."""

    reason_id: UUID
    reason: bytes


@dataclass(frozen=True)
class Terms:
    """How a booking begins: its state, until when it waits, who booked it, and what it belongs to."""

    state: State = "confirmed"
    expires_at: datetime | None = None
    booked_by: UUID | None = None
    sealed: Sealed | None = None
    series: tuple[UUID, int] | None = None
    moved_from: UUID | None = None


@contextmanager
def telling_nearest(wish: Wish) -> Iterator[None]:
    """Undo what was begun where the time is not free, and say what is: `nearest` comes with the refusal."""
    try:
        with savepoint():
            yield
    except (Taken, NotFree) as found:
        kind = type(found) if isinstance(found, NotFree) else SlotTaken
        # What was read meanwhile was never so: the page that shows the refusal reads it again.
        session().expire_all()
    else:
        return
    # What was changed past the session is undone in the database alone: a page that says so reads it anew.
    session().expire_all()
    raise kind(
        nearest=nearest_free(
            wish.school_id, wish.starts_at, counsellor_id=wish.counsellor_id, student_id=wish.student_id
        )
    )


def place(wish: Wish, terms: Terms, *, by: audit.Doer) -> Appointment:
    """Book a time in one piece or not at all; raises SlotTaken, NotOpen, CounsellorAway, InThePast, StudentLeft."""
    with telling_nearest(wish):
        return put(wish, terms, by=by)
    raise AssertionError("unreachable")


def put(wish: Wish, terms: Terms, *, by: audit.Doer) -> Appointment:
    """Do the same within a savepoint of the caller's, who undoes it on Taken."""
    demand_student(wish.student_id, wish.school_id)
    room = _room(wish)
    booking = Appointment(
        id=new_id(), school_id=wish.school_id, student_id=wish.student_id, kind=wish.kind, state=terms.state,
        seats=wish.seats, session_id=None, seat=None, moved_from_id=terms.moved_from, revision=1,
        minutes_before=room.minutes_before if room else 0, minutes_after=room.minutes_after if room else 0,
        **_where_and_when(wish, room, by), **_terms(terms),
    )
    if room is not None:
        ensure(room, by=by)
    keep(booking, by=by)
    return booking


def keep(booking: Appointment, *, by: audit.Doer) -> None:
    """Write a booking down with its claims and its event; raises Taken."""
    session().add(booking)
    session().flush()
    claim(booking)
    begun = booking.state if booking.state in WAITING else "booked"
    audit.record(
        by, EVENT_OF[begun], organisation=booking.school_id, subject=("appointment", booking.id), kind=booking.kind,
        counsellor=booking.counsellor_id, room=booking.room_id, series=booking.series_id, instead=booking.moved_from_id,
    )


def _terms(terms: Terms) -> dict[str, Any]:
    series_id, number = terms.series or (None, None)
    now = clock.now()
    return {
        "expires_at": terms.expires_at, "booked_by": terms.booked_by, "booked_at": now, "state_at": now,
        "series_id": series_id, "series_number": number,
        "reason_id": terms.sealed.reason_id if terms.sealed else None,
        "reason": terms.sealed.reason if terms.sealed else None,
    }


def demand_student(student_id: UUID | None, school_id: UUID) -> None:
    """Raise StudentLeft, or Missing for a student of another school."""
    student = get_student(student_id) if student_id is not None else None
    if student_id is not None and (student is None or student.school_id != school_id):
        raise Missing()
    if student is not None and student.state == "left":
        raise StudentLeft()


def _room(wish: Wish) -> CounsellingRoom | None:
    if wish.room_id is None:
        if wish.kind in AT_ANY_TIME:
            return None
        raise Missing()
    room = get_room(wish.room_id)
    if room is None or room.school_id != wish.school_id:
        raise Missing()
    return room


def _where_and_when(wish: Wish, room: CounsellingRoom | None, by: audit.Doer) -> dict[str, Any]:
    """Return the time, the place in the room and the counsellor of a booking; raises Taken and what `place` says."""
    day = day_at(calendar_of(wish.school_id), wish.starts_at)
    timetable = school_timetable(wish.school_id, day, day)
    span = _span(wish, room, timetable)
    people = _people(wish, room, timetable, span, by)
    wanted = [*people, *([room.id] if room else []), *([wish.student_id] if wish.student_id else [])]
    taken = taken_between(wanted, span.start, span.end)
    free = free_people(people, room, span, taken, only=wish.counsellor_id)
    spot = free_place(room, span, taken) if room else None
    if not free or (room is not None and spot is None) or not is_free_for(wish.student_id, span, taken):
        raise Taken
    return {
        "starts_at": span.start, "ends_at": span.end, "zone_name": timetable.calendar.zone.key,
        "room_id": room.id if room else None, "place": spot, "counsellor_id": free[0],
    }


def _span(wish: Wish, room: CounsellingRoom | None, timetable: Timetable) -> Span:
    """Return from when to when it takes: a slot of the room, or as long as is asked for what cannot wait."""
    now = clock.now()
    if wish.kind in AT_ANY_TIME:
        if wish.starts_at < now - JUST_NOW:
            raise InThePast()
        return Span(wish.starts_at, wish.starts_at + timedelta(minutes=min(max(wish.minutes, 5), LONGEST)))
    if wish.starts_at < now:
        raise InThePast()
    assert room is not None
    slots = room_slots_on(timetable, room, day_at(timetable.calendar, wish.starts_at)) if room.open else ()
    for slot in slots:
        if slot.start == wish.starts_at:
            return slot
    raise NotOpen()


def _people(
    wish: Wish, room: CounsellingRoom | None, timetable: Timetable, span: Span, by: audit.Doer
) -> Sequence[UUID]:
    """Return who could take it, those on duty first; raises CounsellorAway."""
    day = day_at(timetable.calendar, span.start)
    if wish.kind in AT_ANY_TIME:
        here = [post.person_id for post in timetable.in_post if is_in_post(timetable, post.person_id, day)]
        people = sorted(dict.fromkeys(here), key=lambda person: person != by.person_id)
    else:
        assert room is not None
        people = list(receiving(timetable, room.id, day, span, also=by.person_id))
    people = [person for person in people if person not in wish.kept_from]
    if not people or (wish.counsellor_id is not None and wish.counsellor_id not in people):
        raise CounsellorAway()
    return people
