"""Which free time goes to whom of those who wait: by urgency and age, as it suits, and never to one who was asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_

from app import vault
from app.appointments.cells import Claim
from app.appointments.models import WaitingEntry
from app.appointments.periods import period_at
from app.appointments.queries import school_timetable, taken_between
from app.appointments.queries.waiting import asked_about, open_offers, waiting_at
from app.appointments.slots import FreeSlot, free_slots, is_free_for, weekday_of
from app.appointments.states import OFFER_HOLDS
from app.core import clock
from app.directory.queries import calendar_of
from app.schooltime import SchoolCalendar, Span, day_at, school_hours

AHEAD = timedelta(days=21)
"""How far ahead a time is offered by itself: as far as the pages show free ones."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Opening:
    """A free time, the one who waits and to whom it goes, and with which counsellor."""

    entry: WaitingEntry
    slot: FreeSlot
    counsellor_id: UUID


@dataclass(frozen=True)
class Range:
    """Which times are looked at: from when to when they begin, where, and who receives beside those on duty."""

    since: datetime
    until: datetime
    room_id: UUID | None = None
    also: UUID | None = None


class Free(NamedTuple):
    """What is free, and what is taken of whom."""

    slots: Sequence[FreeSlot]
    taken: set[Claim]


def can_answer(calendar: SchoolCalendar, now: datetime) -> bool:
    """Say whether somebody who is offered a time now has the whole of the hold, within school hours, to answer."""
    hours = school_hours(calendar, day_at(calendar, now))
    return hours is not None and hours.start <= now and now + OFFER_HOLDS <= hours.end


def suits(entry: WaitingEntry, slot: FreeSlot, calendar: SchoolCalendar) -> bool:
    """Say whether a time is what somebody wished for; a make-up day counts as the weekday that it follows."""
    day = day_at(calendar, slot.start)
    weekday = weekday_of(calendar, day) or day.isoweekday()
    return (not entry.weekdays or weekday in entry.weekdays) and (
        not entry.periods or period_at(calendar, slot.start) in entry.periods
    )


def matches(school_id: UUID) -> Iterator[Opening]:
    """Yield, one after the other, who is to be offered what now; what is held meanwhile is no longer free.

    Nobody is named twice, and nobody before one who comes earlier in the list and whom the same time would suit.
    """
    now = clock.now()
    if can_answer(calendar_of(school_id), now):
        yield from _matches(school_id, Range(now + OFFER_HOLDS, now + AHEAD))


def first_match(school_id: UUID, *, room_id: UUID, starts_at: datetime, also: UUID) -> Opening | None:
    """Return who is the next to be offered one time; `also` receives, whether on duty or not."""
    return next(_matches(school_id, Range(starts_at, starts_at, room_id, also)), None)


def match_for(entry: WaitingEntry, *, room_id: UUID, starts_at: datetime, also: UUID) -> Opening | None:
    """Return one time for one who waits, whatever they wished for; None where it is not free for them."""
    free = _free(entry.school_id, [entry], Range(starts_at, starts_at, room_id, also))
    knowing = _knowing(entry)
    for slot in free.slots:
        person = _with_whom(entry, slot, knowing, wished=True) or _with_whom(entry, slot, knowing, wished=False)
        if person is not None and is_free_for(entry.student_id, Span(slot.start, slot.end), free.taken):
            return Opening(entry, slot, person)
    return None


def _matches(school_id: UUID, within: Range) -> Iterator[Opening]:
    entries = _ready(school_id)
    if not entries:
        return
    calendar, asked = calendar_of(school_id), asked_about([entry.id for entry in entries])
    free = _free(school_id, entries, within)
    for entry in entries:
        if not free.slots:
            return
        found = _first(entry, free, calendar, asked)
        if found is not None:
            yield found
            free = _free(school_id, entries, within)


def _ready(school_id: UUID) -> Sequence[WaitingEntry]:
    """Return who waits and can be asked now, in order."""
    entries = waiting_at(school_id, or_(WaitingEntry.rests_until.is_(None), WaitingEntry.rests_until <= clock.now()))
    offered = open_offers([entry.id for entry in entries])
    return [entry for entry in entries if entry.id not in offered]


def _free(school_id: UUID, entries: Sequence[WaitingEntry], within: Range) -> Free:
    calendar = calendar_of(school_id)
    first, last = day_at(calendar, within.since), day_at(calendar, within.until)
    timetable = school_timetable(school_id, first, last)
    people = {*(post.person_id for post in timetable.in_post), *(entry.student_id for entry in entries)}
    taken = taken_between([*people, *timetable.rooms], within.since, within.until + ONE_DAY)
    days = (first + ONE_DAY * number for number in range((last - first).days + 1))
    found = free_slots(
        days, timetable, taken=taken, since=max(within.since, clock.now()), room_id=within.room_id, also=within.also
    )
    return Free([slot for slot in found if slot.start <= within.until], taken)


def _first(
    entry: WaitingEntry, free: Free, calendar: SchoolCalendar, asked: set[tuple[UUID, datetime]]
) -> Opening | None:
    knowing = _knowing(entry)
    for slot in free.slots:
        if (entry.id, slot.start) in asked or not suits(entry, slot, calendar):
            continue
        person = _with_whom(entry, slot, knowing, wished=True)
        if person is not None and is_free_for(entry.student_id, Span(slot.start, slot.end), free.taken):
            return Opening(entry, slot, person)
    return None


def _knowing(entry: WaitingEntry) -> set[UUID] | None:
    """Return who may know of it: of some it is kept why, and that, they wait; None is everybody."""
    return vault.readers_of(entry.reason_id) if entry.reason_id is not None else None


def _with_whom(entry: WaitingEntry, slot: FreeSlot, knowing: set[UUID] | None, *, wished: bool) -> UUID | None:
    """Return the first counsellor who is free then, and may know of it."""
    for one in slot.counsellors:
        if (not wished or entry.counsellor_id in (None, one)) and (knowing is None or one in knowing):
            return one
    return None
