"""Who waits for a time: put on the list and taken off, and offered what becomes free, one after the other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import audit
from app.access import TEACHERS, Actor, PostKind
from app.appointments.errors import (
    NobodySuits,
    NobodyToAnswer,
    NoLongerWaits,
    NoSuchCounsellor,
    NoSuchPeriod,
    NotOffered,
    NotPossible,
    OfferedAlready,
    WaitsAlready,
)
from app.appointments.models import Appointment, CounsellingRoom, WaitingEntry, WaitingOffer
from app.appointments.openings import Opening, can_answer, first_match, match_for, matches
from app.appointments.periods import periods_of
from app.appointments.policy import ASK_FOR, BOOK, KEEP_WAITING, TAKE_BACK
from app.appointments.queries.waiting import open_offers, schools_with_waiting, waiting_at, waits_of
from app.appointments.service.answers import end
from app.appointments.service.booking import hold
from app.appointments.service.placing import Wish, demand_student
from app.appointments.service.reasons import seal_reason, sealed_of
from app.appointments.service.steps import step
from app.appointments.states import WAITED_FOR, Kind
from app.core import clock
from app.core.database import Database, session
from app.core.errors import Stale
from app.core.ids import new_id
from app.directory.models import Student
from app.directory.queries import calendar_of, get_placed_student, holders_of, posts_at, today_at
from app.notifications import service as notifications

USUAL = 2
"""How urgent it is when a teacher asks: the room alone puts somebody before others."""


@dataclass(frozen=True)
class Suits:
    """What would suit somebody who waits; nothing said is whatever comes."""

    weekdays: tuple[int, ...] = ()
    periods: tuple[str, ...] = ()
    counsellor_id: UUID | None = None


def add_waiting(
    student_id: UUID, *, kind: Kind = "individual", urgency: int = USUAL, suits: Suits = Suits(),
    reason: Mapping[str, Any] | None = None, excluded: Collection[UUID] = (), by: Actor,
) -> WaitingEntry:
    """Put a student on the list as a counsellor of the room; raises WaitsAlready, StudentLeft, NotPossible."""
    student = get_placed_student(student_id)
    BOOK.demand(by, student)
    assert student is not None
    return _add(student.school_id, student_id, kind, urgency, suits, reason, excluded, by=by)


def ask_to_wait(
    student_id: UUID, *, suits: Suits = Suits(), reason: Mapping[str, Any] | None = None,
    excluded: Collection[UUID] = (), by: Actor,
) -> WaitingEntry:
    """Put a student on the list on their behalf; raises WaitsAlready, StudentLeft."""
    student = get_placed_student(student_id)
    ASK_FOR.demand(by, student)
    assert student is not None
    return _add(student.school_id, student_id, "individual", USUAL, suits, reason, excluded, by=by)


def _add(
    school_id: UUID, student_id: UUID, kind: Kind, urgency: int, suits: Suits, reason: Mapping[str, Any] | None,
    excluded: Collection[UUID], *, by: Actor,
) -> WaitingEntry:
    if kind not in WAITED_FOR:
        raise NotPossible()
    demand_student(student_id, school_id)
    # Of what is kept from somebody they learn nothing by asking again.
    if any(_knows(by, one) for one in waits_of(student_id, WaitingEntry.kind == kind)):
        raise WaitsAlready()
    sealed = seal_reason(reason, school_id=school_id, excluded=excluded, by=by)
    entry = WaitingEntry(
        id=new_id(), school_id=school_id, student_id=student_id, kind=kind, urgency=urgency, since=clock.now(),
        **_wishes(school_id, suits), booked_by=by.person_id, rests_until=None, revision=1, ended_at=None, end_code=None,
        reason_id=sealed.reason_id if sealed else None, reason=sealed.reason if sealed else None,
    )
    session().add(entry)
    _record(by, "waiting:added", entry, urgency=urgency)
    return entry


def _knows(by: Actor, entry: WaitingEntry) -> bool:
    return entry.booked_by == by.person_id or KEEP_WAITING.allows(by, entry)


def _wishes(school_id: UUID, suits: Suits) -> dict[str, Any]:
    """Return wishes as they are kept; raises NoSuchPeriod, NoSuchCounsellor."""
    if not set(suits.periods) <= set(periods_of(calendar_of(school_id))):
        raise NoSuchPeriod()
    here = holders_of(PostKind.COUNSELLOR, organisation_id=school_id, on=today_at(school_id))
    if suits.counsellor_id is not None and suits.counsellor_id not in here:
        raise NoSuchCounsellor()
    return {
        "weekdays": sorted(set(suits.weekdays)), "periods": list(dict.fromkeys(suits.periods)),
        "counsellor_id": suits.counsellor_id,
    }


def change_waiting(entry: WaitingEntry, *, urgency: int, suits: Suits, revision: int, by: Actor) -> None:
    """Change how urgent it is and what would suit; raises Stale, NoLongerWaits."""
    KEEP_WAITING.demand(by, entry)
    _demand_waits(entry)
    if entry.revision != revision:
        raise Stale()
    entry.urgency, entry.revision = urgency, revision + 1
    for name, value in _wishes(entry.school_id, suits).items():
        setattr(entry, name, value)
    _record(by, "waiting:changed", entry, urgency=urgency)


def take_off(entry: WaitingEntry, *, code: str, by: Actor) -> None:
    """Take somebody off the list, and give back what is held for them just now."""
    KEEP_WAITING.demand(by, entry)
    _take_off(entry, code, by=by)


def take_wait_back(entry: WaitingEntry, *, by: Actor) -> None:
    """Take somebody off for whom one asked oneself."""
    TAKE_BACK.demand(by, entry)
    _take_off(entry, "taken_back", by=by)


def booked_otherwise(student_id: UUID, kind: str, *, by: Actor) -> None:
    """Take a student off who has a time by now, as far as whoever booked may know that they wait."""
    for entry in waits_of(student_id, WaitingEntry.kind == kind):
        if _knows(by, entry):
            _take_off(entry, "booked", by=by)


def booked_by_themselves(student_id: UUID, *, by: audit.Doer) -> None:
    """Take a student off who has booked a talk alone without an account: they know that they wait."""
    for entry in waits_of(student_id, WaitingEntry.kind == "individual"):
        _take_off(entry, "booked", by=by)


def _take_off(entry: WaitingEntry, code: str, *, by: audit.Doer) -> None:
    _demand_waits(entry)
    offer = open_offers([entry.id]).get(entry.id)
    end(entry, code, by=by)
    if offer is not None:
        step(offer.appointment, "cancel", by=by)


def _demand_waits(entry: WaitingEntry) -> None:
    if entry.ended_at is not None:
        raise NoLongerWaits()


def offer(entry: WaitingEntry, *, room_id: UUID, starts_at: datetime, by: Actor) -> Appointment:
    """Hold a time for one who waits, whatever suits and whoever is before them: a person decided so.

    Raises NobodyToAnswer outside school hours, OfferedAlready, NoLongerWaits, and what `place` raises.
    """
    KEEP_WAITING.demand(by, entry)
    _demand_waits(entry)
    _demand_answer(entry.school_id)
    if open_offers([entry.id]):
        raise OfferedAlready()
    found = match_for(entry, room_id=room_id, starts_at=starts_at, also=by.person_id)
    wish = Wish(entry.school_id, starts_at, _kind(entry), room_id, None, entry.student_id)
    if found is None and entry.reason_id is not None:
        raise NobodySuits()
    return _offer(entry, _wish(found) if found else wish, by=by)


def offer_next(room: CounsellingRoom, *, starts_at: datetime, by: Actor) -> Appointment:
    """Hold a time for the next one whom it suits; raises NobodyToAnswer, NobodySuits, and what `place` raises."""
    BOOK.demand(by, room)
    _demand_answer(room.school_id)
    found = first_match(room.school_id, room_id=room.id, starts_at=starts_at, also=by.person_id)
    if found is None:
        raise NobodySuits()
    return _offer(found.entry, _wish(found), by=by)


def offer_openings(database: Database) -> int:
    """Hold what is free for those who wait, at every school where somebody can answer now; return how many. A job.

    Each school has a transaction of its own, and none is written in where there is nothing to offer.
    """
    with database.transaction(writes=False):
        schools = [school_id for school_id in schools_with_waiting() if _has_work(school_id)]
    return sum(database.retrying(partial(offer_at, school_id)) for school_id in schools)


def _has_work(school_id: UUID) -> bool:
    return bool(_of_left(school_id)) or next(iter(matches(school_id)), None) is not None


def offer_at(school_id: UUID) -> int:
    """Do the same at one school, inside the transaction at hand."""
    by = audit.system("appointments")
    for entry in _of_left(school_id):
        _take_off(entry, "left", by=by)
    offers = 0
    for found in matches(school_id):
        _offer(found.entry, _wish(found), by=by)
        offers += 1
    return offers


def accept_offer(booking: Appointment, *, revision: int | None = None, by: audit.Doer) -> None:
    """Make a time that is held for somebody theirs; raises NotOffered when the offer has ended.

    For the pages on which the student, or the room in their stead, says so; they ask their own permissions.
    """
    _answer(booking, "confirm", revision, by=by)


def decline_offer(booking: Appointment, *, revision: int | None = None, by: audit.Doer) -> None:
    """Give back a time that is held for somebody: it goes to the next one; raises NotOffered."""
    _answer(booking, "cancel", revision, by=by)


def _answer(booking: Appointment, deed: Any, revision: int | None, *, by: audit.Doer) -> None:
    over = booking.expires_at is None or booking.expires_at <= clock.now()
    if booking.state != "held" or over:
        raise NotOffered()
    step(booking, deed, revision=revision, by=by)


def _demand_answer(school_id: UUID) -> None:
    if not can_answer(calendar_of(school_id), clock.now()):
        raise NobodyToAnswer()


def _wish(found: Opening) -> Wish:
    entry = found.entry
    return Wish(
        entry.school_id, found.slot.start, _kind(entry), found.slot.room_id, found.counsellor_id, entry.student_id
    )


def _kind(entry: WaitingEntry) -> Kind:
    kind: Kind = entry.kind  # type: ignore[assignment]
    return kind


def _offer(entry: WaitingEntry, wish: Wish, *, by: audit.Doer) -> Appointment:
    booking = hold(wish, sealed=sealed_of(entry), booked_by=entry.booked_by, by=by)
    session().add(WaitingOffer(
        id=new_id(), school_id=entry.school_id, entry_id=entry.id, appointment_id=booking.id, offered_at=clock.now(),
        answered_at=None, answer_code=None,
    ))
    _record(by, "waiting:offered", entry, appointment=booking.id)
    _tell(entry, booking, by=by)
    return booking


def _tell(entry: WaitingEntry, booking: Appointment, *, by: audit.Doer) -> None:
    """Tell the counsellor whose time it is, and whoever asked: somebody has to tell the student soon."""
    here = posts_at([entry.school_id], PostKind.COUNSELLOR, *TEACHERS, on=today_at(entry.school_id))
    room = {person_id for person_id, post in here if post.kind is PostKind.COUNSELLOR}
    others = {person_id for person_id, _post in here} - room
    for person_id in dict.fromkeys((booking.counsellor_id, entry.booked_by)):
        if person_id in room or person_id in others:
            notifications.queue(
                "waiting:offered", to=[person_id], organisation=entry.school_id, by=by,
                subject=("waiting" if person_id in room else "asked", booking.id),
            )


def _of_left(school_id: UUID) -> list[WaitingEntry]:
    """Return who waits and has left the school."""
    left = select(Student.id).where(Student.state == "left")
    return list(waiting_at(school_id, WaitingEntry.student_id.in_(left)))


def _record(by: audit.Doer, action: str, entry: WaitingEntry, **codes: UUID | str | int | None) -> None:
    session().flush()
    audit.record(by, action, organisation=entry.school_id, subject=("waiting_entry", entry.id), **codes)
