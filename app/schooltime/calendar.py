"""The calendar of one school as data: it can be stored as JSON and refuses what contradicts itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.core.errors import Invalid
from app.core.words import N_
from app.schooltime.national import national_year


class InvalidCalendar(Invalid):
    """A calendar that contradicts itself."""

    words = N_("This calendar contradicts itself: a term, a day or a bell overlaps another or ends before it begins.")


class UnknownZone(InvalidCalendar):
    """A time zone nobody knows."""

    words = N_("This time zone is not known.")


class NoSchoolTime(Exception):
    """There is no school day within more than a year."""


@dataclass(frozen=True)
class Term:
    """A term, both days included."""

    starts_on: date
    ends_on: date
    name: str = ""


@dataclass(frozen=True)
class Bell:
    """A period of the school day by local time, as people call it."""

    name: str
    starts: time
    ends: time


@dataclass(frozen=True)
class SchoolCalendar:
    """When there is school: terms less holidays, make-up days that follow some weekday's bells.

    `bells` holds the periods of each weekday, Monday is 0. `make_up_days` maps a day to the weekday whose
    bells it follows. `half_days` end with the morning, at `half_day_until`.
    """

    zone: ZoneInfo
    terms: tuple[Term, ...]
    bells: Mapping[int, tuple[Bell, ...]]
    holidays: frozenset[date] = frozenset()
    make_up_days: Mapping[date, int] = field(default_factory=dict)
    half_days: frozenset[date] = frozenset()
    half_day_until: time = time(12)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if any(term.ends_on < term.starts_on for term in self.terms):
            raise InvalidCalendar()
        if any(one.ends_on >= other.starts_on for one, other in pairwise(self.terms)):
            raise InvalidCalendar()
        for bells in self.bells.values():
            if any(bell.ends <= bell.starts for bell in bells):
                raise InvalidCalendar()
            if any(one.ends > other.starts for one, other in pairwise(bells)):
                raise InvalidCalendar()
        if not set(self.bells) <= set(range(7)) or not set(self.make_up_days.values()) <= set(range(7)):
            raise InvalidCalendar()

    def dump(self) -> dict[str, Any]:
        """Return the calendar as JSON can hold it."""
        return {
            "zone": self.zone.key,
            "terms": [[t.starts_on.isoformat(), t.ends_on.isoformat(), t.name] for t in self.terms],
            "bells": {
                str(day): [[b.name, b.starts.isoformat("minutes"), b.ends.isoformat("minutes")] for b in bells]
                for day, bells in self.bells.items()
            },
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "make_up_days": {day.isoformat(): weekday for day, weekday in sorted(self.make_up_days.items())},
            "half_days": sorted(day.isoformat() for day in self.half_days),
            "half_day_until": self.half_day_until.isoformat("minutes"),
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "SchoolCalendar":
        """Return a stored calendar; raises InvalidCalendar for what makes no sense."""
        try:
            return cls(
                zone=ZoneInfo(stored["zone"]),
                terms=tuple(
                    Term(date.fromisoformat(start), date.fromisoformat(end), name)
                    for start, end, name in sorted(stored["terms"])
                ),
                bells={
                    int(day): tuple(Bell(n, time.fromisoformat(s), time.fromisoformat(e)) for n, s, e in bells)
                    for day, bells in stored["bells"].items()
                },
                holidays=frozenset(map(date.fromisoformat, stored.get("holidays", ()))),
                make_up_days={
                    date.fromisoformat(day): int(weekday)
                    for day, weekday in stored.get("make_up_days", {}).items()
                },
                half_days=frozenset(map(date.fromisoformat, stored.get("half_days", ()))),
                half_day_until=time.fromisoformat(stored.get("half_day_until", "12:00")),
            )
        except ZoneInfoNotFoundError:
            raise UnknownZone() from None
        except (KeyError, ValueError, TypeError, AttributeError):
            raise InvalidCalendar() from None


_DAY = (
    ("早读", "07:50", "08:10"),
    ("1", "08:20", "09:00"),
    ("2", "09:10", "09:50"),
    ("3", "10:20", "11:00"),
    ("4", "11:10", "11:50"),
    ("午休", "12:00", "13:40"),
    ("5", "13:50", "14:30"),
    ("6", "14:40", "15:20"),
    ("7", "15:30", "16:10"),
    ("8", "16:20", "17:00"),
    ("课后", "17:00", "17:40"),
)


@lru_cache(maxsize=8)
def default_calendar(today: date) -> SchoolCalendar:
    """Return the calendar of a school that entered none: two terms a year around a day, Monday to Friday."""
    first = today.year if today.month >= 8 else today.year - 1
    years = [national_year(year) for year in range(first - 1, first + 3)]
    terms = []
    for year in (first - 1, first, first + 1):
        terms += [Term(date(year, 9, 1), date(year + 1, 1, 25)), Term(date(year + 1, 2, 17), date(year + 1, 7, 3))]
    bells = tuple(Bell(name, time.fromisoformat(start), time.fromisoformat(end)) for name, start, end in _DAY)
    return SchoolCalendar(
        zone=ZoneInfo("Asia/Shanghai"),
        terms=tuple(terms),
        bells={weekday: bells for weekday in range(5)},
        holidays=frozenset(day for year in years for day in year.holidays),
        # Which weekday a make-up day follows is announced with it; until a school enters it, Friday's bells.
        make_up_days={day: 4 for year in years for day in year.make_up_days},
    )
