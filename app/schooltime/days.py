"""School days and school minutes: walking along a calendar, in any zone, through summer time and back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from app.schooltime.calendar import Bell, NoSchoolTime, SchoolCalendar

_FARTHEST = 400
_MINUTE = timedelta(minutes=1)


def is_school_day(calendar: SchoolCalendar, day: date) -> bool:
    """Say whether there is school on a day."""
    return bool(bells_on(calendar, day))


def bells_on(calendar: SchoolCalendar, day: date) -> tuple[Bell, ...]:
    """Return the periods of a day; none on a day without school."""
    if not any(term.starts_on <= day <= term.ends_on for term in calendar.terms):
        return ()
    weekday = calendar.make_up_days.get(day)
    if weekday is None:
        if day in calendar.holidays:
            return ()
        weekday = day.weekday()
    bells = calendar.bells.get(weekday, ())
    if day in calendar.half_days:
        return tuple(bell for bell in bells if bell.ends <= calendar.half_day_until)
    return tuple(bells)


def school_week(calendar: SchoolCalendar, day: date) -> int | None:
    """Return the number of the week in its term, the week of the first day being 1; None outside terms."""
    for term in calendar.terms:
        if term.starts_on <= day <= term.ends_on:
            monday = term.starts_on - timedelta(days=term.starts_on.weekday())
            return (day - monday).days // 7 + 1
    return None


def school_spans(calendar: SchoolCalendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the school day from first to last bell, day by day from a moment on, in UTC.

    Raises NoSchoolTime when no school day follows within 400 days.
    """
    day = start.astimezone(calendar.zone).date()
    last = day
    while (day - last).days <= _FARTHEST:
        if bells := bells_on(calendar, day):
            opens, closes = _moment(calendar, day, bells[0].starts), _moment(calendar, day, bells[-1].ends)
            if closes > start:
                yield max(opens, start.astimezone(UTC)), closes
                last = day
        day += timedelta(days=1)
    raise NoSchoolTime()


def add_school_minutes(calendar: SchoolCalendar, start: datetime, minutes: int) -> datetime:
    """Return the moment by which so many minutes of school time have passed."""
    left = timedelta(minutes=minutes)
    for opens, closes in school_spans(calendar, start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise NoSchoolTime()


def add_school_days(calendar: SchoolCalendar, start: datetime, days: int) -> datetime:
    """Return the end of school on the so-manieth school day after the day of a moment."""
    today = start.astimezone(calendar.zone).date()
    for opens, closes in school_spans(calendar, start):
        if opens.astimezone(calendar.zone).date() > today or days == 0:
            days -= 1
            if days <= 0:
                return closes
    raise NoSchoolTime()


def school_minutes_between(calendar: SchoolCalendar, start: datetime, end: datetime) -> int:
    """Return the whole minutes of school time between two moments, 0 when they are the wrong way round."""
    passed = timedelta()
    try:
        for opens, closes in school_spans(calendar, start):
            if opens >= end:
                break
            passed += min(closes, end) - opens
    except NoSchoolTime:
        pass
    return int(passed / _MINUTE)


def _moment(calendar: SchoolCalendar, day: date, at: time) -> datetime:
    """Return a local time of a day in UTC; a time that summer time skips is the moment after the gap."""
    return datetime.combine(day, at, calendar.zone).astimezone(UTC)
