"""What a school's year is made of: facts that check themselves when they are put together."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from operator import attrgetter
from typing import Any, Self
from zoneinfo import ZoneInfo

from app.schooltime.errors import (
    BellsOverlap,
    DayTwice,
    EndsBeforeStart,
    Nameless,
    NotAWeekday,
    TermsOverlap,
    UnreadableCalendar,
    WeekdayTwice,
)
from app.schooltime.names import words_of
from app.schooltime.stored import built, plain

WEEKDAYS = range(1, 8)
_CONTROL = re.compile(r"[\0-\x1f\x7f]")


@dataclass(frozen=True)
class Days:
    """A named run of days, the first and the last one included."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.last < self.first:
            raise EndsBeforeStart(start=self.first)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: "Days") -> bool:
        """Say whether a day lies in both."""
        return self.first <= other.last and other.first <= self.last

    @property
    def words(self) -> str:
        """What a page hands to gettext to show the name."""
        return words_of(self.name)


class Term(Days):
    """The days between which there is school; outside terms there is none."""


class Holiday(Days):
    """Days off within a term."""


@dataclass(frozen=True)
class MakeUpDay:
    """A day off turned into a school day (调休) with the bells of some weekday; Monday is 1."""

    day: date
    follows: int

    def __post_init__(self) -> None:
        if self.follows not in WEEKDAYS:
            raise NotAWeekday


@dataclass(frozen=True)
class HalfDay:
    """A school day on which only the bells that lie wholly between two times ring."""

    day: date
    start: time
    end: time

    def __post_init__(self) -> None:
        _check_order(self.start, self.end)


@dataclass(frozen=True)
class Bell:
    """A period of the day from one ringing to the next: 早读, a lesson, 午休."""

    name: str
    start: time
    end: time

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_order(self.start, self.end)

    @property
    def words(self) -> str:
        """What a page hands to gettext to show the name."""
        return words_of(self.name)


@dataclass(frozen=True)
class BellSchedule:
    """The bells of some weekdays, Monday is 1."""

    weekdays: tuple[int, ...]
    bells: tuple[Bell, ...]

    def __post_init__(self) -> None:
        if not set(self.weekdays) <= set(WEEKDAYS):
            raise NotAWeekday
        for before, after in pairwise(sorted(self.bells, key=attrgetter("start"))):
            if after.start < before.end:
                raise BellsOverlap(time=f"{after.start:%H:%M}")


@dataclass(frozen=True)
class SchoolCalendar:
    """When there is school: InvalidCalendar is raised where the parts do not fit together."""

    zone: ZoneInfo
    terms: tuple[Term, ...]
    schedules: tuple[BellSchedule, ...]
    holidays: tuple[Holiday, ...] = ()
    make_up_days: tuple[MakeUpDay, ...] = ()
    half_days: tuple[HalfDay, ...] = ()

    def __post_init__(self) -> None:
        for before, after in pairwise(sorted(self.terms, key=attrgetter("first"))):
            if before.overlaps(after):
                raise TermsOverlap(day=after.first)
        if _repeated(weekday for schedule in self.schedules for weekday in schedule.weekdays):
            raise WeekdayTwice
        made_up = [entry.day for entry in self.make_up_days]
        twice = _repeated(made_up) + _repeated(entry.day for entry in self.half_days)
        twice += [day for day in made_up if any(day in holiday for holiday in self.holidays)]
        if twice:
            raise DayTwice(day=twice[0])

    def dump(self) -> dict[str, Any]:
        """Return the calendar as JSON keeps it."""
        stored: dict[str, Any] = plain(self)
        return stored

    @classmethod
    def load(cls, stored: Any) -> Self:
        """Return the calendar that was dumped; InvalidCalendar where it is none."""
        try:
            calendar: Self = built(cls, stored)
        # Without its cause: the message of a ValueError quotes what stood there.
        except ValueError:
            raise UnreadableCalendar from None
        return calendar


def _check_name(name: str) -> None:
    # No control characters: PostgreSQL keeps no NUL in JSON.
    if not name.strip() or _CONTROL.search(name):
        raise Nameless


def _check_order(start: time, end: time) -> None:
    if start.tzinfo or end.tzinfo:
        raise ValueError("bells ring by the wall clock of the school's zone")
    if end <= start:
        raise EndsBeforeStart(start=f"{start:%H:%M}")


def _repeated(values: Iterable[Any]) -> list[Any]:
    ordered = sorted(values)
    return [after for before, after in pairwise(ordered) if before == after]
