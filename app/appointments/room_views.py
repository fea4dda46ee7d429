"""The week of a counselling room: what is open when, who is on duty, what is not available, and what was kept of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.access import Actor, PostKind
from app.appointments import queries
from app.appointments.models import BlockedTime, CounsellingRoom
from app.appointments.policy import BOOK, KEEP_ROOM, OPEN_ROOM, SEE_LOG
from app.appointments.queries.displaced import Offer, displaced_at, offers_for
from app.appointments.queries.log import ONE_DAY
from app.appointments.queries.rooms import blocks_to_come
from app.appointments.room_shapes import ROOM
from app.appointments.service import Planned
from app.appointments.slots import Timetable, on_duty, room_slots_on, weekday_of
from app.appointments.views import Line, lines_of
from app.core.words import N_
from app.directory.queries import calendar_of, holders_of, names_of, names_of_organisations, today_at
from app.schooltime import SchoolCalendar, Span, day_at, is_school_day, moment_at

WEEKDAYS = {
    1: N_("Monday"), 2: N_("Tuesday"), 3: N_("Wednesday"), 4: N_("Thursday"), 5: N_("Friday"), 6: N_("Saturday"),
    7: N_("Sunday"),
}
CAUSES = {
    "closed": N_("The room is closed"),
    "absent": N_("Away"),
    "busy": N_("Has something else to do"),
}
MOST = 40
"""So many bookings that no longer fit are shown at once, the first ones first."""
DISPLACED = {
    "closed": N_("The room is not open then"),
    "away": N_("The counsellor is away then"),
    "off_duty": N_("The counsellor is no longer on duty then"),
    "left": N_("The counsellor no longer works here then"),
    "student_left": N_("The student has left the school"),
}
OBSTACLES = {
    "away": N_("the colleague is away then"),
    "taken": N_("the colleague has somebody else then"),
    "kept": N_("the colleague has no key to it"),
}
_KEEPERS = (PostKind.COUNSELLOR, PostKind.LEAD, PostKind.SCHOOL_ADMIN)


class Stretch(NamedTuple):
    """A time of a day without a break: how many appointments fit into it, who receives, and who of them stands in."""

    start: datetime
    end: datetime
    times: int
    people: tuple[UUID, ...]
    standing_in: frozenset[UUID]


@dataclass(frozen=True)
class DayPlan:
    """One day of a room: what is open, and what is not available; beside it what was kept of the day."""

    day: date
    is_school_day: bool
    stretches: Sequence[Stretch]
    blocks: Sequence[BlockedTime]
    log: queries.DayLog


@dataclass(frozen=True)
class WeekPlan:
    """A week of a room, from Monday to Sunday, and the names of everybody in it."""

    days: Sequence[DayPlan]
    log: queries.WeekLog
    names: Mapping[UUID, str]


class DisplacedLine(NamedTuple):
    """A booking that no longer fits, why, and where it can go; of nobody who left is asked where to."""

    line: Line
    cause: str
    offers: tuple[Offer, ...]


class Desk(NamedTuple):
    """A room as its first page shows it: is it open, and how much of its week is done."""

    room: CounsellingRoom
    opened_at: datetime | None
    week: queries.WeekLog
    may_open: bool


def rooms_open_to(actor: Actor) -> list[tuple[CounsellingRoom, str]]:
    """Return the rooms whose week somebody may see, each with its school where there are several."""
    schools = names_of_organisations(sorted(actor.organisations(*_KEEPERS)))
    found = [(room, name) for school_id, name in schools.items() for room in queries.rooms_of(school_id)]
    several = len(schools) > 1
    return [(room, name if several else "") for room, name in found if SEE_LOG.allows(actor, room)]


def desks_of(actor: Actor) -> list[Desk]:
    """Return the rooms of somebody who sees their log, as they stand now."""
    return [
        Desk(
            room, opening.opened_at if (opening := queries.open_now(room)) else None,
            queries.week_log(room, today_at(room.school_id), by=actor), OPEN_ROOM.allows(actor, room),
        )
        for room, _school in rooms_open_to(actor)
    ]


def week_plan(room: CounsellingRoom, day: date, *, by: Actor) -> WeekPlan:
    """Return the week in which a day lies."""
    log = queries.week_log(room, day, by=by)
    timetable = queries.school_timetable(room.school_id, log.days[0].day, log.days[-1].day)
    days = [_day_plan(room, one, timetable) for one in log.days]
    people = {person for one in days for stretch in one.stretches for person in stretch.people}
    people |= {block.person_id for one in days for block in one.blocks if block.person_id is not None}
    return WeekPlan(days, log, names_of(people))


def _day_plan(room: CounsellingRoom, log: queries.DayLog, timetable: Timetable) -> DayPlan:
    calendar, day = timetable.calendar, log.day
    whole = Span(midnight(calendar, day), midnight(calendar, day + ONE_DAY))
    blocks = [
        block for block in timetable.blocks
        if block.room_id in (None, room.id) and block.starts_at < whole.end and whole.start < block.ends_at
    ]
    return DayPlan(
        day, is_school_day(calendar, day), _stretches(room, day, timetable) if room.open else (),
        sorted(blocks, key=lambda block: block.starts_at), log,
    )


def _stretches(room: CounsellingRoom, day: date, timetable: Timetable) -> list[Stretch]:
    """Join the slots that follow each other and have the same people."""
    weekday = weekday_of(timetable.calendar, day)
    named = {turn.person_id for turn in timetable.turns if turn.room_id == room.id and turn.weekday == weekday}
    rest, found = timedelta(minutes=room.minutes_before + room.minutes_after), list[Stretch]()
    for slot in room_slots_on(timetable, room, day):
        people = on_duty(timetable, room.id, day, slot)
        last = found[-1] if found else None
        if last is not None and last.people == people and last.end <= slot.start <= last.end + rest:
            found[-1] = last._replace(end=slot.end, times=last.times + 1)
        else:
            standing_in = frozenset(people) - named if named else frozenset()
            found.append(Stretch(slot.start, slot.end, 1, people, standing_in))
    return found


def displaced_lines(actor: Actor, school_id: UUID) -> list[DisplacedLine]:
    """Return what no longer fits at a school, as far as somebody may know of it, the first ones with free times."""
    found = queries.displaced(actor, school_id)[:MOST]
    offers = offers_for([one.booking for one in found if one.cause != "student_left"])
    lines = {line.booking.id: line for line in lines_of([one.booking for one in found], actor, school_id)}
    return [DisplacedLine(lines[one.booking.id], one.cause, offers.get(one.booking.id, ())) for one in found]


def displaced_count(room: CounsellingRoom, *, by: Actor) -> int:
    """Return how many bookings no longer fit: to the room those of which somebody may know, to others only how many."""
    if BOOK.allows(by, room):
        return len(queries.displaced(by, room.school_id))
    return len(displaced_at(room.school_id)) if KEEP_ROOM.allows(by, room) else 0


def planned_lines(planned: Sequence[Planned], actor: Actor, school_id: UUID) -> list[tuple[Line, str | None]]:
    """Return what would be handed over, and what is in the way of each."""
    lines = lines_of([one.booking for one in planned], actor, school_id)
    return [(line, one.obstacle) for line, one in zip(lines, planned, strict=True)]


def midnight(calendar: SchoolCalendar, day: date) -> datetime:
    """Return the moment at which a day begins at a school."""
    return moment_at(calendar.zone, datetime.combine(day, time()))


def kept_of(room: CounsellingRoom, *, by: Actor) -> dict[str, Any]:
    """Return the hours and turns that count or will count, what is not available, and who can be put on the roster."""
    today = today_at(room.school_id)
    hours = [one for one in queries.hours_of([room]) if one.last_on is None or one.last_on >= today]
    turns = [one for one in queries.turns_of([room]) if one.last_on is None or one.last_on >= today]
    blocks = blocks_to_come(room.school_id, [room.id])
    here = holders_of(PostKind.COUNSELLOR, organisation_id=room.school_id, on=today)
    named: Iterable[UUID | None] = (
        *here, *(one.person_id for one in turns), *(one.substitute_id for one in turns),
        *(one.person_id for one in blocks),
    )
    names = names_of(one for one in named if one is not None)
    return {
        "hours": hours, "turns": turns, "blocks": blocks, "names": names, "whole_days": whole_days_of(room, blocks),
        "counsellors": {one: names[one] for one in here},
        "may_book": BOOK.allows(by, room), "may_keep": KEEP_ROOM.allows(by, room),
        "may_open": OPEN_ROOM.allows(by, room),
    }


def whole_days_of(room: CounsellingRoom, blocks: Iterable[BlockedTime]) -> dict[UUID, tuple[date, date]]:
    """Return the first and last day of those times that are whole days."""
    calendar = calendar_of(room.school_id)
    found = {}
    for block in blocks:
        first, after = day_at(calendar, block.starts_at), day_at(calendar, block.ends_at)
        if (midnight(calendar, first), midnight(calendar, after)) == (block.starts_at, block.ends_at):
            found[block.id] = (first, after - ONE_DAY)
    return found


def times_of(
    room: CounsellingRoom, *, first_on: date, last_on: date | None, start: time | None, end: time | None
) -> tuple[datetime, datetime]:
    """Return from when to when something is not available: whole days where no time of day is given."""
    calendar, last = calendar_of(room.school_id), last_on or first_on
    begins = moment_at(calendar.zone, datetime.combine(first_on, start or time()))
    ends = moment_at(calendar.zone, datetime.combine(last, end)) if end else midnight(calendar, last + ONE_DAY)
    return begins, ends


def whose_choices(room: CounsellingRoom, counsellors: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """Return who and what can be marked as not available."""
    return [(ROOM, room.name), *sorted(((str(one), name) for one, name in counsellors.items()), key=lambda one: one[1])]
