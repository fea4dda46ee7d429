"""When there is a slot, and when it is free: pure functions over the school's calendar and what the room entered."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.appointments.cells import Claim, cells_between
from app.appointments.models import BlockedTime, CounsellingRoom, DutyTurn, RoomHours
from app.schooltime import SchoolCalendar, Span, bell_span, bells_on, moment_at, term_on, weekday_followed


@dataclass(frozen=True)
class FreeSlot:
    """A time at which somebody can come: where, and who could be there, the one on duty first."""

    room_id: UUID
    start: datetime
    end: datetime
    counsellors: tuple[UUID, ...]


class InPost(NamedTuple):
    """A counsellor of the school, from when to when; None where no end is set."""

    person_id: UUID
    first: date
    last: date | None


@dataclass(frozen=True)
class Timetable:
    """Everything that says when a school's rooms take bookings."""

    calendar: SchoolCalendar
    rooms: Mapping[UUID, CounsellingRoom]
    hours: Sequence[RoomHours]
    turns: Sequence[DutyTurn] = ()
    blocks: Sequence[BlockedTime] = ()
    in_post: Sequence[InPost] = ()


def slots_on(
    day: date, *, calendar: SchoolCalendar, hours: Iterable[RoomHours], gap: int = 0
) -> tuple[Span, ...]:
    """Return the slots of a day in their order: inside the hours, each as long as they say, `gap` minutes apart.

    On a make-up day the hours of the weekday it follows count; on holidays and outside terms only those that were
    entered for that very day. Where clocks are put forward a slot that is skipped is none.
    """
    spans = (span for each in hours if counts_on(each, day, calendar) for span in _windows(each, day, calendar))
    found = (slot for span, minutes in spans for slot in _cut(span, minutes, gap))
    return tuple(sorted(set(found)))


def counts_on(hours: RoomHours, day: date, calendar: SchoolCalendar) -> bool:
    """Say whether hours are in force on a day."""
    if not _in_force(hours, day):
        return False
    return hours.weekday is None or (term_on(calendar, day) is not None and weekday_of(calendar, day) == hours.weekday)


def weekday_of(calendar: SchoolCalendar, day: date) -> int:
    """Return whose roster counts on a day: that of the weekday it follows, 0 on a holiday."""
    return weekday_followed(calendar, day) or 0


def _in_force(row: RoomHours | DutyTurn, day: date) -> bool:
    return row.first_on <= day and (row.last_on is None or day <= row.last_on)


def _windows(hours: RoomHours, day: date, calendar: SchoolCalendar) -> Iterator[tuple[Span, int | None]]:
    """Yield from when to when a room is open on a day by one of its rows, and how long a slot is."""
    if hours.period_label is not None:
        for bell in bells_on(calendar, day):
            if bell.name == hours.period_label:
                yield bell_span(calendar, day, bell), hours.slot_minutes
        return
    if hours.weekday is None or _school_is_in(hours, day, calendar):
        assert hours.from_time is not None and hours.to_time is not None
        start, end = (datetime.combine(day, wall) for wall in (hours.from_time, hours.to_time))
        yield Span(moment_at(calendar.zone, start), moment_at(calendar.zone, end)), hours.slot_minutes


def _school_is_in(hours: RoomHours, day: date, calendar: SchoolCalendar) -> bool:
    """Say whether a half day leaves these hours whole."""
    assert hours.from_time is not None and hours.to_time is not None
    return all(
        half.start <= hours.from_time and hours.to_time <= half.end for half in calendar.half_days if half.day == day
    )


def _cut(span: Span, minutes: int | None, gap: int) -> Iterator[Span]:
    """Cut a time into slots of real minutes, so that none is longer or shorter where clocks are changed."""
    length = timedelta(minutes=minutes) if minutes else span.length
    start = span.start
    while length and start + length <= span.end:
        yield Span(start, start + length)
        start += length + timedelta(minutes=gap)


def room_slots_on(timetable: Timetable, room: CounsellingRoom, day: date) -> tuple[Span, ...]:
    """Return the slots of a room on a day, whether free or not; one that is closed for it is none."""
    hours = [each for each in timetable.hours if each.room_id == room.id]
    found = slots_on(day, calendar=timetable.calendar, hours=hours, gap=room.minutes_before + room.minutes_after)
    return tuple(slot for slot in found if not is_blocked(timetable.blocks, slot, room_id=room.id))


def is_blocked(
    blocks: Iterable[BlockedTime], span: Span, *, room_id: UUID | None = None, person_id: UUID | None = None
) -> bool:
    """Say whether a room is closed, or a counsellor away, in any part of a time."""
    return any(
        block.starts_at < span.end and span.start < block.ends_at
        for block in blocks
        if (room_id is not None and block.room_id == room_id)
        or (person_id is not None and block.person_id == person_id)
    )


def on_duty(timetable: Timetable, room_id: UUID, day: date, span: Span) -> tuple[UUID, ...]:
    """Return who receives in a room at a time: by the roster, the substitute for one who is away.

    A room for which no roster is in force has every counsellor of the school.
    """
    turns = [turn for turn in timetable.turns if turn.room_id == room_id and _in_force(turn, day)]
    weekday = weekday_of(timetable.calendar, day)
    named: Iterable[UUID] = (post.person_id for post in timetable.in_post)
    if turns:
        named = (_there(timetable, turn, day, span) for turn in turns if turn.weekday == weekday)
    return tuple(person for person in dict.fromkeys(named) if is_there(timetable, person, day, span))


def receiving(timetable: Timetable, room_id: UUID, day: date, span: Span, *, also: UUID | None) -> tuple[UUID, ...]:
    """Return who is on duty and, behind them, whoever books for themselves, if they are there."""
    people = on_duty(timetable, room_id, day, span)
    if also is None or also in people or not is_there(timetable, also, day, span):
        return people
    return (*people, also)


def _there(timetable: Timetable, turn: DutyTurn, day: date, span: Span) -> UUID:
    if turn.substitute_id is not None and not is_there(timetable, turn.person_id, day, span):
        return turn.substitute_id
    return turn.person_id


def is_there(timetable: Timetable, person_id: UUID, day: date, span: Span) -> bool:
    """Say whether somebody is a counsellor of the school on a day, and not away at the time."""
    return is_in_post(timetable, person_id, day) and not is_blocked(timetable.blocks, span, person_id=person_id)


def is_in_post(timetable: Timetable, person_id: UUID, day: date) -> bool:
    """Say whether somebody is a counsellor of the school on a day."""
    return any(
        post.person_id == person_id and post.first <= day and (post.last is None or day <= post.last)
        for post in timetable.in_post
    )


def free_slots(
    days: Iterable[date], timetable: Timetable, *, taken: Container[Claim], since: datetime,
    room_id: UUID | None = None, counsellor_id: UUID | None = None, student_id: UUID | None = None,
    also: UUID | None = None,
) -> Iterator[FreeSlot]:
    """Yield what is free on these days from a moment on, in order of days, rooms and time.

    `taken` is what is claimed; who or where may be narrowed down. `also` receives whether on duty or not: whoever
    books for themselves.
    """
    rooms = [room for room in timetable.rooms.values() if room.open and room_id in (None, room.id)]
    for day in days:
        for room in rooms:
            for slot in room_slots_on(timetable, room, day):
                if slot.start < since or not is_free_for(student_id, slot, taken):
                    continue
                if free_place(room, slot, taken) is None:
                    continue
                people = free_people(
                    receiving(timetable, room.id, day, slot, also=also), room, slot, taken, only=counsellor_id
                )
                if people:
                    yield FreeSlot(room.id, slot.start, slot.end, people)


def free_people(
    people: Iterable[UUID], room: CounsellingRoom | None, span: Span, taken: Container[Claim], *,
    only: UUID | None = None,
) -> tuple[UUID, ...]:
    """Return those of some counsellors who have nothing else at a time, nor around it."""
    cells = cells_around(room, span)
    return tuple(
        person for person in people
        if only in (None, person) and not any(Claim("counsellor", person, 0, cell) in taken for cell in cells)
    )


def free_place(room: CounsellingRoom, span: Span, taken: Container[Claim]) -> int | None:
    """Return the first place of a room that nobody has at a time, nor around it."""
    cells = cells_around(room, span)
    for place in range(room.places):
        if not any(Claim("room", room.id, place, cell) in taken for cell in cells):
            return place
    return None


def is_free_for(student_id: UUID | None, span: Span, taken: Container[Claim]) -> bool:
    """Say whether a student, if it is known which, has nothing else at a time."""
    return student_id is None or not any(
        Claim("student", student_id, 0, cell) in taken for cell in cells_between(span.start, span.end)
    )


def cells_around(room: CounsellingRoom | None, span: Span) -> range:
    """Return the cells of a time and of what a room keeps free around it."""
    before, after = (room.minutes_before, room.minutes_after) if room else (0, 0)
    return cells_between(span.start, span.end, before=before, after=after)


def nearest(slots: Iterable[FreeSlot], wanted: datetime, *, most: int = 3) -> tuple[FreeSlot, ...]:
    """Return the slots nearest to a moment, the nearest first and one for each time."""
    by_time: dict[datetime, FreeSlot] = {}
    for slot in slots:
        by_time.setdefault(slot.start, slot)
    found: Collection[FreeSlot] = by_time.values()
    return tuple(sorted(found, key=lambda slot: (abs(slot.start - wanted), slot.start))[:most])
