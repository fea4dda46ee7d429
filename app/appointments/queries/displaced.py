"""Bookings that no longer fit: a holiday, a closed room, an absence or the end of a post came over them."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.access import Actor
from app.appointments.cells import Claim
from app.appointments.models import Appointment, DisplacedBooking
from app.appointments.policy import CHANGE
from app.appointments.queries.bookings import taken_between
from app.appointments.queries.timetable import NEAR, ONE_DAY, school_timetable
from app.appointments.slots import (
    FreeSlot,
    Timetable,
    free_slots,
    is_in_post,
    is_there,
    nearest,
    on_duty,
    room_slots_on,
    weekday_of,
)
from app.appointments.states import AT_ANY_TIME, LIVE
from app.core import clock
from app.core.database import session
from app.directory.models import Student
from app.directory.queries import calendar_of
from app.schooltime import Span, day_at

Cause = Literal["closed", "away", "off_duty", "left", "student_left"]


@dataclass(frozen=True)
class Displaced:
    """A booking that somebody has to look at, and why: the room is closed, somebody is away, off duty or has left."""

    booking: Appointment
    cause: Cause


class Offer(NamedTuple):
    """A free time to which a booking can be moved, and with whom: the same counsellor wherever they have time."""

    slot: FreeSlot
    counsellor_id: UUID


def still_to_come(school_id: UUID, *, counsellor_id: UUID | None = None) -> Sequence[Appointment]:
    """Return the live bookings of a school, or of one counsellor there, from now on in order, seats left out."""
    whose = () if counsellor_id is None else (Appointment.counsellor_id == counsellor_id,)
    return session().scalars(
        select(Appointment)
        .where(
            Appointment.school_id == school_id, Appointment.state.in_(LIVE), Appointment.starts_at > clock.now(),
            Appointment.session_id.is_(None), *whose,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def displaced(actor: Actor, school_id: UUID) -> list[Displaced]:
    """Return what is booked at times that are no longer open, or with somebody who is no longer there.

    Nothing is called off by itself: a person moves it or talks to the student. What must be kept from the actor is
    left out, as everywhere; colleagues see it.
    """
    return [found for found in displaced_at(school_id) if CHANGE.allows(actor, found.booking)]


def displaced_at(school_id: UUID) -> list[Displaced]:
    """Return the same for whoever is told of it or counts it, and shows none of it."""
    # What is only held for somebody ends by itself within the hour.
    bookings = [booking for booking in still_to_come(school_id) if booking.state != "held"]
    if not bookings:
        return []
    calendar = calendar_of(school_id)
    first, last = (day_at(calendar, bookings[index].starts_at) for index in (0, -1))
    timetable = school_timetable(school_id, first, last)
    left = _left({booking.student_id for booking in bookings if booking.student_id is not None})
    found = ((booking, _cause(booking, timetable, left)) for booking in bookings)
    return [Displaced(booking, cause) for booking, cause in found if cause]


def is_known_displaced(school_id: UUID) -> bool:
    """Say whether anybody was told of a booking that does not fit: first pages ask this before they look closely."""
    told = select(DisplacedBooking.appointment_id).where(DisplacedBooking.school_id == school_id).limit(1)
    return session().scalar(told) is not None


def offers_for(bookings: Sequence[Appointment]) -> dict[UUID, tuple[Offer, ...]]:
    """Return, for each of some bookings of one school in their order, the three nearest times to move it to.

    Whoever must not know of a booking is offered for none. What is nearest for one is not offered for the next while
    there is something else, so that a list is gone through with the first button of each.
    """
    if not bookings:
        return {}
    school_id, calendar = bookings[0].school_id, calendar_of(bookings[0].school_id)
    today = day_at(calendar, clock.now())
    first = max(today, day_at(calendar, bookings[0].starts_at) - NEAR)
    last = max(today, day_at(calendar, bookings[-1].starts_at)) + NEAR
    timetable = school_timetable(school_id, first, last)
    who = {*(post.person_id for post in timetable.in_post), *timetable.rooms}
    who |= {booking.student_id for booking in bookings if booking.student_id is not None}
    start = min(clock.now(), bookings[0].starts_at)
    taken = taken_between(who, start, max(clock.now(), bookings[-1].starts_at) + NEAR + 2 * ONE_DAY)
    found: dict[UUID, tuple[Offer, ...]] = {}
    promised: set[tuple[UUID, datetime]] = set()
    for booking in bookings:
        found[booking.id] = _offers(booking, timetable, taken, promised)
        promised |= {(offer.counsellor_id, offer.slot.start) for offer in found[booking.id][:1]}
    return found


def _offers(
    booking: Appointment, timetable: Timetable, taken: Container[Claim], promised: Container[tuple[UUID, datetime]]
) -> tuple[Offer, ...]:
    calendar = timetable.calendar
    middle, today = day_at(calendar, booking.starts_at), day_at(calendar, clock.now())
    first = max(today, middle - NEAR)
    days = (first + ONE_DAY * number for number in range((max(today, middle) + NEAR - first).days + 1))
    slots = list(free_slots(days, timetable, taken=taken, since=clock.now(), student_id=booking.student_id))
    knowing = vault.readers_of(booking.reason_id) if booking.reason_id is not None else None
    with_whom = ((slot, _with(slot, booking, knowing)) for slot in slots)
    offers = {slot: Offer(slot, who) for slot, who in with_whom if who is not None}
    own = {slot: offer for slot, offer in offers.items() if offer.counsellor_id == booking.counsellor_id} or offers
    unpromised = [slot for slot, offer in own.items() if (offer.counsellor_id, slot.start) not in promised]
    return tuple(own[slot] for slot in nearest(unpromised or own, booking.starts_at))


def _with(slot: FreeSlot, booking: Appointment, knowing: set[UUID] | None) -> UUID | None:
    able = [one for one in slot.counsellors if knowing is None or one in knowing]
    return booking.counsellor_id if booking.counsellor_id in able else next(iter(able), None)


def _cause(booking: Appointment, timetable: Timetable, left: set[UUID]) -> Cause | None:
    day = day_at(timetable.calendar, booking.starts_at)
    span = Span(booking.starts_at, booking.ends_at)
    if booking.student_id in left:
        return "student_left"
    if not is_in_post(timetable, booking.counsellor_id, day):
        return "left"
    if not is_there(timetable, booking.counsellor_id, day, span):
        return "away"
    if booking.kind in AT_ANY_TIME or booking.room_id is None:
        return None
    room = timetable.rooms[booking.room_id]
    inside = any(slot.start <= span.start and span.end <= slot.end for slot in room_slots_on(timetable, room, day))
    if not inside:
        return "closed"
    return "off_duty" if _turn_has_ended(booking, day, span, timetable) else None


def _turn_has_ended(booking: Appointment, day: date, span: Span, timetable: Timetable) -> bool:
    """Say whether the counsellor had a turn of duty at this time that ends before it, and has no other.

    Who never had one received by their own choice, or took the booking over, and still does.
    """
    assert booking.room_id is not None
    weekday = weekday_of(timetable.calendar, day)
    ended = any(
        turn.person_id == booking.counsellor_id and turn.room_id == booking.room_id and turn.weekday == weekday
        and turn.last_on is not None and turn.last_on < day
        for turn in timetable.turns
    )
    return ended and booking.counsellor_id not in on_duty(timetable, booking.room_id, day, span)


def _left(student_ids: set[UUID]) -> set[UUID]:
    rows = session().scalars(select(Student.id).where(Student.id.in_(student_ids), Student.state == "left"))
    return set(rows)
