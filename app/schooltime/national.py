"""The national holidays and make-up working days (调休) of a year, as far as they are announced."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar


@dataclass(frozen=True)
class NationalYear:
    """Free weekdays and working weekend days of a year; not `announced`: only weekends are known."""

    year: int
    announced: bool
    holidays: frozenset[date]
    make_up_days: frozenset[date]


@cache
def national_year(year: int) -> NationalYear:
    """Return what is announced for a year; a year nobody announced yet has its weekends and no more."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = [day for day in days if day.year == year]
    try:
        free = frozenset(day for day in days if day.weekday() < 5 and chinese_calendar.is_holiday(day))
        working = frozenset(day for day in days if day.weekday() >= 5 and chinese_calendar.is_workday(day))
    except NotImplementedError:
        return NationalYear(year, False, frozenset(), frozenset())
    return NationalYear(year, True, free, working)
