"""The public holidays and make-up working days of China, as far as the State Council has announced them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest

import chinese_calendar

from app.schooltime.calendar import Holiday, MakeUpDay, SchoolCalendar
from app.schooltime.days import ONE_DAY
from app.schooltime.names import name_of

MONDAY = date(2024, 1, 1)


class Known(StrEnum):
    """How much is known of a year; of one that is not announced yet only its weekends."""

    ANNOUNCED = "announced"
    WEEKENDS_ONLY = "weekends_only"


@dataclass(frozen=True)
class NationalCalendar:
    """What the country has off in a year, and the weekend days on which it works instead."""

    year: int
    known: Known
    holidays: tuple[Holiday, ...] = ()
    make_up_days: tuple[MakeUpDay, ...] = ()


@lru_cache(maxsize=16)
def national_calendar(year: int) -> NationalCalendar:
    """Return a year's holidays and make-up days; none, and WEEKENDS_ONLY, before they are announced."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return NationalCalendar(year, Known.WEEKENDS_ONLY)
    return NationalCalendar(year, Known.ANNOUNCED, _holidays(year), tuple(_make_up_days(year)))


def seeded(calendar: SchoolCalendar, year: int) -> SchoolCalendar:
    """Return the calendar with a year's national days added where the school has entered nothing itself."""
    national = national_calendar(year)
    own = [entry.day for entry in calendar.make_up_days]
    holidays = [
        holiday
        for holiday in national.holidays
        if not any(holiday.overlaps(other) for other in calendar.holidays)
        and not any(day in holiday for day in own)
    ]
    make_up_days = [
        entry
        for entry in national.make_up_days
        if entry.day not in own and not any(entry.day in holiday for holiday in calendar.holidays)
    ]
    return replace(
        calendar,
        holidays=(*calendar.holidays, *holidays),
        make_up_days=(*calendar.make_up_days, *make_up_days),
    )


def years_on_weekends_only(calendar: SchoolCalendar) -> tuple[int, ...]:
    """Return the years of its terms for which a calendar holds no holiday: pages say so in a banner."""
    taught = {day.year for term in calendar.terms for day in (term.first, term.last)}
    known = {day.year for holiday in calendar.holidays for day in (holiday.first, holiday.last)}
    return tuple(sorted(taught - known))


def _holidays(year: int) -> tuple[Holiday, ...]:
    runs: list[Holiday] = []
    for day, words in _of(year, chinese_calendar.holidays):
        name = name_of(words)
        if runs and (runs[-1].name, runs[-1].last) == (name, day - ONE_DAY):
            runs[-1] = replace(runs[-1], last=day)
        else:
            runs.append(Holiday(name, day, day))
    return tuple(runs)


def _make_up_days(year: int) -> Iterator[MakeUpDay]:
    """Pair each make-up day with the weekday given away for it, in order.

    The State Council names the days, not whose lessons they take; schools usually teach what fell out.
    """
    worked, given = list(_of(year, chinese_calendar.workdays)), list(_of(year, chinese_calendar.in_lieu_days))
    for occasion in dict.fromkeys(words for _, words in worked):
        days = [day for day, words in worked if words == occasion]
        instead = [day for day, words in given if words == occasion][: len(days)]
        for day, replaced in zip_longest(days, instead, fillvalue=MONDAY):
            yield MakeUpDay(day, replaced.isoweekday())


def _of(year: int, table: dict[date, str]) -> list[tuple[date, str]]:
    return sorted((day, words) for day, words in table.items() if day.year == year)
