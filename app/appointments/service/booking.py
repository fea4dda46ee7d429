"""Booking, moving and calling off; who came and who did not."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app import audit
from app.access import Actor
from app.appointments.errors import CounsellorAway, NotMatched, NotPossible
from app.appointments.models import Appointment
from app.appointments.policy import ASK_FOR, BOOK, CHANGE, TAKE_BACK
from app.appointments.queries import get_room, live_seats, past_due, readers_of_reason
from app.appointments.service import look_ins
from app.appointments.service.placing import Sealed, Terms, Wish, place, put, telling_nearest
from app.appointments.service.reasons import seal_reason, sealed_of
from app.appointments.service.seats import seat_in
from app.appointments.service.steps import step
from app.appointments.states import AT_ANY_TIME, OFFER_HOLDS, Kind
from app.core import clock
from app.core.errors import Missing
from app.directory.queries import calendar_of, get_placed_student
from app.schooltime import Clock, due

REQUEST_WAITS = Clock("school_days", 2, at_most_hours=24 * 14)
"""How long a time is kept free until the room agrees (Xinxia's own default)."""
_AT_A_TIME = 200


def book(
    wish: Wish, *, reason: Mapping[str, Any] | None = None, excluded: Collection[UUID] = (), by: Actor
) -> Appointment:
    """Book for a student, or a session for a group, as a counsellor of the room; see `place` for what it raises."""
    BOOK.demand(by, _about(wish))
    sealed = seal_reason(reason, school_id=wish.school_id, excluded=excluded, by=by)
    return place(replace(wish, kept_from=frozenset(excluded)), Terms(booked_by=by.person_id, sealed=sealed), by=by)


def ask_for(
    wish: Wish, *, reason: Mapping[str, Any] | None = None, excluded: Collection[UUID] = (), by: Actor
) -> Appointment:
    """Ask for an appointment on behalf of a student: it has its time at once, and waits for the room to agree.

    After two school days without an answer, or when its time has come, it ends and gives its time back.
    """
    student = get_placed_student(wish.student_id) if wish.student_id is not None else None
    ASK_FOR.demand(by, student)
    if wish.kind in AT_ANY_TIME or wish.seats is not None:
        raise Missing()
    ends = min(due(REQUEST_WAITS, clock.now(), calendar_of(wish.school_id)), wish.starts_at)
    sealed = seal_reason(reason, school_id=wish.school_id, excluded=excluded, by=by)
    return place(
        replace(wish, kept_from=frozenset(excluded)), Terms("requested", ends, by.person_id, sealed), by=by
    )


def walk_in(
    wish: Wish, *, reason: Mapping[str, Any] | None = None, by: Actor
) -> Appointment:
    """Enter somebody who is there now, or for whom it cannot wait; the opening hours are not asked."""
    if wish.kind not in AT_ANY_TIME:
        raise NotPossible()
    return book(wish, reason=reason, by=by)


def hold(
    wish: Wish, *, sealed: Sealed | None = None, lasts: timedelta = OFFER_HOLDS, booked_by: UUID | None = None,
    by: audit.Doer,
) -> Appointment:
    """Hold a time that is offered to a student: nobody else has it until they answered or the offer ends.

    For the packages and pages that offer; they ask their own permissions. `booked_by` is who asked, where that is
    somebody else than whoever offers.
    """
    ends = min(clock.now() + lasts, wish.starts_at)
    return place(wish, Terms("held", ends, booked_by or by.person_id, sealed), by=by)


def confirm(booking: Appointment, *, revision: int, by: Actor) -> None:
    """Agree to what was asked for."""
    CHANGE.demand(by, booking)
    if booking.student_id is None and not booking.is_session:
        raise NotMatched()
    step(booking, "confirm", revision=revision, by=by)


def cancel(booking: Appointment, *, revision: int, by: Actor) -> None:
    """Call a booking off; its time is free at once. A session is called off for everybody in it."""
    CHANGE.demand(by, booking)
    step(booking, "cancel", revision=revision, by=by)


def take_back(booking: Appointment, *, revision: int, by: Actor) -> None:
    """Call off what one has asked for."""
    TAKE_BACK.demand(by, booking)
    step(booking, "cancel", revision=revision, by=by)


def attend(booking: Appointment, *, revision: int, by: Actor) -> None:
    """Note that somebody came."""
    CHANGE.demand(by, booking)
    with telling_nearest(wish_of(booking)):
        step(booking, "attend", revision=revision, by=by)
    look_ins.came_after_all(booking, by=by)


def miss(booking: Appointment, *, revision: int, by: Actor) -> None:
    """Note that nobody came; what is left of the time is free for others."""
    CHANGE.demand(by, booking)
    step(booking, "miss", revision=revision, by=by)
    look_ins.begin(booking, by=by)


def move(
    booking: Appointment, *, starts_at: datetime, room_id: UUID | None = None, counsellor_id: UUID | None = None,
    revision: int, by: Actor,
) -> Appointment:
    """Move a booking to another time, room or counsellor; what is left out stays, and its seats move along.

    The old time is given back and the new one taken in one piece: where it is taken, all is as it was. A colleague
    who must not know of it is not given it, and counts as away.
    """
    CHANGE.demand(by, booking)
    if booking.session_id is not None:
        raise NotPossible()
    wish = replace(
        wish_of(booking), starts_at=starts_at, room_id=room_id or booking.room_id,
        counsellor_id=counsellor_id or booking.counsellor_id,
    )
    with telling_nearest(wish):
        if wish.counsellor_id != booking.counsellor_id and not may_take(booking, wish.counsellor_id):
            raise CounsellorAway()
        return moved(booking, wish, revision=revision, by=by)
    raise AssertionError("unreachable")


def may_take(booking: Appointment, counsellor_id: UUID | None) -> bool:
    """Say whether a booking can be given to somebody: where there is a reason, to whoever holds its key."""
    return booking.reason_id is None or counsellor_id in readers_of_reason(booking)


def moved(booking: Appointment, wish: Wish, *, revision: int, by: audit.Doer) -> Appointment:
    """Give back the old time and take the new one, within a savepoint of the caller's, who undoes it on Taken."""
    seats = list(live_seats(booking)) if booking.is_session else []
    state, expires = booking.state, booking.expires_at
    for each in (booking, *seats):
        step(each, "move", revision=revision if each is booking else None, by=by)
    terms = Terms(
        "requested" if state == "requested" else "confirmed",
        min(expires, wish.starts_at) if expires else None, booking.booked_by, sealed_of(booking),
        (booking.series_id, booking.series_number or 0) if booking.series_id else None, booking.id,
    )
    there = put(wish, terms, by=by)
    for each in seats:
        seat_in(there, each.student_id, Terms(booked_by=each.booked_by, sealed=sealed_of(each), moved_from=each.id),
                by=by)
    return there


def wish_of(booking: Appointment) -> Wish:
    """Return what was wanted, as it would be asked for again."""
    minutes = int((booking.ends_at - booking.starts_at) / timedelta(minutes=1))
    kind: Kind = booking.kind  # type: ignore[assignment]
    return Wish(
        booking.school_id, booking.starts_at, kind, booking.room_id, booking.counsellor_id, booking.student_id,
        minutes, booking.seats,
    )


def expire_due(by: audit.Doer | None = None) -> int:
    """End what nobody agreed to in time and give its time back; return how many. A job's work."""
    ended = past_due(most=_AT_A_TIME)
    for booking in ended:
        if booking.state in ("requested", "held"):
            step(booking, "expire", by=by or audit.system("appointments"))
    return len(ended)


def _about(wish: Wish) -> Any:
    """Return the record of which it is asked whether somebody may book: the room, or the student elsewhere."""
    found: Any = get_room(wish.room_id) if wish.room_id is not None else None
    if found is None and wish.room_id is None and wish.student_id is not None:
        found = get_placed_student(wish.student_id)
    if found is None or found.school_id != wish.school_id:
        raise Missing()
    return found
