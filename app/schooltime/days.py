"""Which days are school days, which bells ring on them, and which week of term it is."""

from collections.abc import Iterator
from datetime import date, timedelta
from operator import attrgetter

from app.schooltime.calendar import Bell, SchoolCalendar, Term

ONE_DAY = timedelta(days=1)
# Longer than any break between terms: who finds no school day by then has no calendar for that time.
SEARCH_DAYS = 400


def term_on(calendar: SchoolCalendar, day: date) -> Term | None:
    """Return the term a day lies in."""
    return next((term for term in calendar.terms if day in term), None)


def weekday_followed(calendar: SchoolCalendar, day: date) -> int | None:
    """Return the weekday whose bells a day of term follows, Monday is 1; None on a holiday."""
    for make_up in calendar.make_up_days:
        if make_up.day == day:
            return make_up.follows
    return None if any(day in holiday for holiday in calendar.holidays) else day.isoweekday()


def bells_on(calendar: SchoolCalendar, day: date) -> tuple[Bell, ...]:
    """Return the bells of a day in their order; none where there is no school."""
    if term_on(calendar, day) is None:
        return ()
    weekday = weekday_followed(calendar, day)
    bells = next((each.bells for each in calendar.schedules if weekday in each.weekdays), ())
    for half in calendar.half_days:
        if half.day == day:
            bells = tuple(bell for bell in bells if half.start <= bell.start and bell.end <= half.end)
    return tuple(sorted(bells, key=attrgetter("start")))


def is_school_day(calendar: SchoolCalendar, day: date) -> bool:
    """Say whether any bell rings on a day."""
    return bool(bells_on(calendar, day))


def school_days(calendar: SchoolCalendar, since: date) -> Iterator[date]:
    """Yield the school days from a day on; ends when SEARCH_DAYS in a row hold none."""
    idle = 0
    while idle < SEARCH_DAYS:
        if is_school_day(calendar, since):
            yield since
            idle = 0
        else:
            idle += 1
        since += ONE_DAY


def school_week(calendar: SchoolCalendar, day: date) -> int | None:
    """Return the number of the week in its term (第12周); None outside terms.

    Weeks begin on Monday, holidays count, and week 1 holds the first school day: a term that is said to
    start on Sunday, 1 September, has its second week from the 9th.
    """
    term = term_on(calendar, day)
    if term is None:
        return None
    first = next(school_days(calendar, term.first), term.first)
    monday = first - timedelta(days=first.weekday())
    return max(1, (day - monday).days // 7 + 1)
