"""What students do without an account: book, move, call off, and ask for a time by a typed name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app import audit, vault
from app.appointments.errors import (
    CardOfSomebodyWhoLeft,
    CounsellorAway,
    EnoughBooked,
    HasBegun,
    ManyWait,
    NoSuchCode,
    NotOpen,
    StudentLeft,
)
from app.appointments.models import Appointment, TypedName
from app.appointments.queries import nearest_free
from app.appointments.queries.own import AHEAD, count_unsettled, free_for, get_typed_name, own_bookings
from app.appointments.service.booking import REQUEST_WAITS, may_take, moved, wish_of
from app.appointments.service.placing import Sealed, Terms, Wish, demand_student, place, telling_nearest
from app.appointments.service.reasons import seal_for_room
from app.appointments.service.steps import step
from app.appointments.service.waiting import accept_offer, booked_by_themselves
from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.directory.queries import calendar_of, today_at
from app.escalation.readers import teams_around
from app.files.service import RoomNotFounded
from app.schooltime import day_at, due
from app.vault import letters
from app.vault.letters import Writer

DOER = audit.system("students")
"""Nobody whose name the trail may know: whoever came with a code, or typed a name."""
MOST_OPEN = 2
"""How many times a student may have booked and not used yet (Xinxia's own default): others need some too."""
FEW = 2
"""So many unmatched requests a school always takes, however little is free."""


def book_with_card(
    school_id: UUID, student_id: UUID, *, when: tuple[UUID, datetime], about: str
) -> Appointment:
    """Book a time at once for whoever's card it is: the room is open and somebody is on duty, or it is refused.

    Raises EnoughBooked, CardOfSomebodyWhoLeft, and what `place` raises.
    """
    demand_present(student_id, school_id)
    if len([one for one in own_bookings(student_id) if one.state != "held"]) >= MOST_OPEN:
        raise EnoughBooked()
    wish = Wish(school_id, when[1], room_id=when[0], student_id=student_id)
    demand_soon(wish)
    booking = place(wish, Terms(sealed=_reason(school_id, about)), by=DOER)
    booked_by_themselves(student_id, by=DOER)
    return booking


def ask_by_name(
    school_id: UUID, *, when: tuple[UUID, datetime], about: str, written: Mapping[str, str], writer: Writer
) -> TypedName:
    """Ask for a time by name and class, which the room alone reads; the time is kept free until it has looked.

    It claims counsellor and room, and the student when the room has found them. Raises ManyWait where half of what
    is free waits for a name already, RoomNotFounded, and what `place` raises.
    """
    demand_room_for_names(school_id)
    room = teams_around(school_id=school_id, grade_id=None, excluded=())["room"]
    if not room.living:
        raise RoomNotFounded()
    wish = Wish(school_id, when[1], room_id=when[0])
    demand_soon(wish)
    ends = min(due(REQUEST_WAITS, clock.now(), calendar_of(school_id)), wish.starts_at)
    booking = place(wish, Terms("requested", ends, None, _reason(school_id, about)), by=DOER)
    key = letters.seal_letter(
        organisation_id=school_id, to=room.holders, basis="appointment:asked_by_name", writer=writer
    )
    typed = TypedName(id=key.object_id, school_id=school_id, appointment_id=booking.id)
    vault.write(typed, "written", dict(written), key)
    session().add(typed)
    session().flush()
    return typed


def typed_name_behind(writer: Writer, *, school_id: UUID) -> TypedName:
    """Return the request to which a return code leads at a school; raises NoSuchCode."""
    key = letters.come_back(writer, organisation_id=school_id)
    typed = get_typed_name(key.object_id) if key is not None else None
    if typed is None:
        raise NoSuchCode()
    return typed


def move_own(booking: Appointment, *, when: tuple[UUID, datetime], revision: int) -> Appointment:
    """Move a booking to another free time, with the same counsellor if they are free then."""
    _demand_to_come(booking)
    wish = replace(wish_of(booking), starts_at=when[1], room_id=when[0], counsellor_id=None)
    demand_soon(wish)
    with telling_nearest(wish):
        wish = replace(wish, counsellor_id=_with_whom(booking, wish))
        return moved(booking, wish, revision=revision, by=DOER)
    raise AssertionError("unreachable")


def cancel_own(booking: Appointment, *, revision: int) -> None:
    """Call a booking off that has not begun; its time is free at once."""
    _demand_to_come(booking)
    step(booking, "cancel", revision=revision, by=DOER)


def accept_own(booking: Appointment, *, revision: int) -> None:
    """Take a time that the waiting list holds for the student; raises what `accept_offer` raises."""
    accept_offer(booking, revision=revision, by=DOER)


def demand_present(student_id: UUID, school_id: UUID) -> None:
    """Raise CardOfSomebodyWhoLeft for the card of a student who has left the school."""
    try:
        demand_student(student_id, school_id)
    except (StudentLeft, Missing):
        raise CardOfSomebodyWhoLeft() from None


def demand_room_for_names(school_id: UUID) -> None:
    """Raise ManyWait where as many times are kept for unmatched names as are free besides.

    Whoever has a card always finds the other half: names that somebody made up cannot take all.
    """
    waiting = count_unsettled(school_id)
    if waiting >= FEW and waiting >= len(free_for(school_id, None)):
        raise ManyWait()


def demand_soon(wish: Wish) -> None:
    """Raise NotOpen for a time further ahead than students book."""
    day = day_at(calendar_of(wish.school_id), wish.starts_at)
    if day > today_at(wish.school_id) + AHEAD:
        raise NotOpen(nearest=nearest_free(wish.school_id, clock.now(), student_id=wish.student_id))


def _reason(school_id: UUID, about: str) -> Sealed | None:
    return seal_for_room({"about": about, "words": ""}, school_id=school_id) if about else None


def _demand_to_come(booking: Appointment) -> None:
    if booking.starts_at <= clock.now():
        raise HasBegun()


def _with_whom(booking: Appointment, wish: Wish) -> UUID:
    """Return the counsellor of a booking if they are free at another time, or somebody who may know of it.

    Raises CounsellorAway where there is nobody; a time that is not free is left to `moved` to refuse.
    """
    slots = [slot for slot in free_for(booking.school_id, None) if slot.start == wish.starts_at]
    people = [one for slot in slots for one in slot.counsellors if may_take(booking, one)]
    if slots and not people:
        raise CounsellorAway()
    return booking.counsellor_id if booking.counsellor_id in people or not people else people[0]
