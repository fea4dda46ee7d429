"""The one way in which a booking changes its state: the table is asked, one change wins, claims follow."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from app import audit, vault
from app.appointments.errors import NotPossible, NotYet, SessionFull
from app.appointments.events import EVENT_OF
from app.appointments.models import Appointment
from app.appointments.queries import live_seats
from app.appointments.queries.own import typed_name_of
from app.appointments.service import answers
from app.appointments.service.claims import claim, release
from app.appointments.states import CLAIMING, EARLY, LIVE, Deed, State, after
from app.core import clock
from app.core.database import session
from app.core.errors import Stale


def step(booking: Appointment, deed: Deed, *, by: audit.Doer, revision: int | None = None) -> None:
    """Do one deed, in a session for everybody who has a seat too.

    Raises NotPossible where the table has no such row, Stale where somebody was quicker, and Taken where time
    that was given back has another owner by now.
    """
    to = _state_after(booking, deed)
    had, held, seat = booking.state in CLAIMING, booking.state == "held", booking.seat
    if booking.session_id is not None:
        seat = None if to not in CLAIMING else seat or free_seat(session().get_one(Appointment, booking.session_id))
    _compare_and_swap(booking, booking.revision if revision is None else revision, state=to, seat=seat)
    if had and to not in CLAIMING:
        release(booking)
    elif to in CLAIMING and not had:
        claim(booking)
    if to in ("cancelled", "expired") and booking.student_id is None and not booking.is_session:
        settle(booking, by=by)
    audit.record(
        by, EVENT_OF[deed], organisation=booking.school_id, subject=("appointment", booking.id), kind=booking.kind,
        counsellor=booking.counsellor_id, room=booking.room_id,
    )
    if held:
        answers.follow(booking, deed, by=by)
    if booking.is_session and to in ("cancelled", "expired"):
        for each in live_seats(booking):
            step(each, deed, by=by)


def give_to(booking: Appointment, counsellor_id: UUID, *, by: audit.Doer) -> None:
    """Give a booking at its time to another counsellor, a session with its seats; raises Taken, NotPossible, Stale."""
    if booking.state not in LIVE or booking.session_id is not None:
        raise NotPossible()
    seats = live_seats(booking) if booking.is_session else ()
    for each in (booking, *seats):
        _compare_and_swap(
            each, each.revision, state=each.state, seat=each.seat, counsellor_id=counsellor_id,
            expires_at=each.expires_at,
        )
    release(booking)
    claim(booking)
    audit.record(
        by, "appointment:handed_on", organisation=booking.school_id, subject=("appointment", booking.id),
        counsellor=counsellor_id,
    )


def match_to(booking: Appointment, student_id: UUID, *, revision: int, by: audit.Doer) -> None:
    """Say whose a booking is that somebody asked for by name, and take the student's time; raises Taken, Stale."""
    if booking.state != "requested" or booking.student_id is not None or booking.is_session:
        raise NotPossible()
    _compare_and_swap(
        booking, revision, state=booking.state, seat=None, student_id=student_id, expires_at=booking.expires_at
    )
    release(booking)
    claim(booking)
    settle(booking, by=by)
    audit.record(
        by, "appointment:matched", organisation=booking.school_id, subject=("appointment", booking.id),
    )


def settle(booking: Appointment, *, by: audit.Doer) -> None:
    """Let nobody but whoever has its code read any more who asked for a booking by name."""
    typed = typed_name_of(booking)
    if typed is None or typed.settled_at is not None:
        return
    typed.settled_at, typed.settled_by = clock.now(), by.person_id
    for holder in vault.holders_of(typed.id):
        if holder.kind != "letter":
            vault.withdraw(typed.id, holder=holder)


def _state_after(booking: Appointment, deed: Deed) -> State:
    to, now = after(booking.state, deed), clock.now()
    if to is None:
        raise NotPossible()
    if deed == "confirm" and booking.expires_at is not None and booking.expires_at <= now:
        raise NotPossible()
    if (deed == "attend" and now < booking.starts_at - EARLY) or (deed == "miss" and now < booking.starts_at):
        raise NotYet()
    return to


def _compare_and_swap(booking: Appointment, revision: int, **values: Any) -> None:
    """Change a booking that is still as it was seen; of two at once one finds it changed."""
    session().flush()
    expected = (
        Appointment.id == booking.id, Appointment.state == booking.state, Appointment.revision == revision,
    )
    done = session().execute(
        update(Appointment)
        .where(*expected)
        .values(**{"revision": revision + 1, "state_at": clock.now(), "expires_at": None} | values),
        execution_options={"synchronize_session": False},
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    session().refresh(booking)


def free_seat(group: Appointment) -> int:
    """Return the first seat of a session that nobody has; raises SessionFull."""
    taken = {each.seat for each in live_seats(group)}
    for seat in range(1, (group.seats or 0) + 1):
        if seat not in taken:
            return seat
    raise SessionFull()
