"""Was the room open when it says, and for how long in a week: what was noted, beside what the hours promise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.access import Actor
from app.appointments.models import CounsellingRoom, RoomOpening
from app.appointments.policy import SEE_LOG
from app.appointments.queries.timetable import school_timetable
from app.appointments.slots import Timetable, room_slots_on
from app.core import clock
from app.core.database import session
from app.schooltime import SchoolCalendar, Span, bell_span, bells_on, day_at

PUNCTUAL = timedelta(minutes=5)
"""So long after its first slot has begun, opening still counts as on time (Xinxia's own default)."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayLog:
    """One day of a room: when it was to open, when it did, and for how many minutes it was open outside lessons.

    `on_time` is None where nothing was promised, or where its time has not come.
    """

    day: date
    due_at: datetime | None
    opened_at: datetime | None
    on_time: bool | None
    minutes: int
    still_open: bool


@dataclass(frozen=True)
class WeekLog:
    """A week of a room beside the minutes that are wanted of it."""

    days: Sequence[DayLog]
    wanted: int

    @property
    def minutes(self) -> int:
        """How long the room was open outside lessons."""
        return sum(day.minutes for day in self.days)

    @property
    def is_met(self) -> bool:
        """Say whether it was open as long as is wanted."""
        return self.minutes >= self.wanted

    @property
    def late(self) -> int:
        """On how many days it opened late or not at all."""
        return sum(1 for day in self.days if day.on_time is False)


def open_now(room: CounsellingRoom) -> RoomOpening | None:
    """Return what was noted when the room was opened, while it is open."""
    return session().scalar(
        select(RoomOpening).where(RoomOpening.room_id == room.id, RoomOpening.closed_at.is_(None))
    )


def week_log(room: CounsellingRoom, day: date, *, by: Actor) -> WeekLog:
    """Return the week in which a day lies, from Monday to Sunday; raises Missing for whom it is none of."""
    SEE_LOG.demand(by, room)
    monday = day - ONE_DAY * day.weekday()
    days = [monday + ONE_DAY * number for number in range(7)]
    rows = session().scalars(
        select(RoomOpening)
        .where(RoomOpening.room_id == room.id, RoomOpening.day >= days[0], RoomOpening.day <= days[-1])
        .order_by(RoomOpening.opened_at)
    ).all()
    timetable = school_timetable(room.school_id, days[0], days[-1])
    return WeekLog([_day_log(room, each, timetable, rows) for each in days], room.minutes_wanted)


def _day_log(room: CounsellingRoom, day: date, timetable: Timetable, rows: Iterable[RoomOpening]) -> DayLog:
    slots = room_slots_on(timetable, room, day)
    due = slots[0].start if slots else None
    openings = [row for row in rows if row.day == day]
    opened = openings[0].opened_at if openings else None
    return DayLog(
        day, due, opened, _on_time(due, opened), sum(_minutes(row, timetable, slots) for row in openings),
        any(row.closed_at is None for row in openings),
    )


def _on_time(due: datetime | None, opened: datetime | None) -> bool | None:
    if due is None or (opened is None and clock.now() <= due + PUNCTUAL):
        return None
    return opened is not None and opened <= due + PUNCTUAL


def _minutes(row: RoomOpening, timetable: Timetable, slots: Sequence[Span]) -> int:
    calendar = timetable.calendar
    span = Span(row.opened_at, row.closed_at or closes_at(row, slots, calendar))
    lessons = (
        bell_span(calendar, row.day, bell) for bell in bells_on(calendar, row.day) if bell.name.isdecimal()
    )
    during = sum((_shared(span, lesson) for lesson in lessons), timedelta())
    return int((span.length - during) / timedelta(minutes=1))


def _shared(one: Span, other: Span) -> timedelta:
    return max(min(one.end, other.end) - max(one.start, other.start), timedelta())


def closes_at(row: RoomOpening, slots: Sequence[Span], calendar: SchoolCalendar) -> datetime:
    """Return until when an opening counts that nobody has closed: now or, on a day that is over, its last slot."""
    if day_at(calendar, clock.now()) == row.day:
        return max(row.opened_at, clock.now())
    return max([row.opened_at, *(slot.end for slot in slots)])
