"""Counting in school time: so many minutes or days of school after a moment, and how many between two."""

from datetime import datetime, timedelta
from itertools import islice

from app.schooltime.calendar import SchoolCalendar
from app.schooltime.days import ONE_DAY, SEARCH_DAYS, school_days
from app.schooltime.errors import NoSchoolTime
from app.schooltime.hours import day_at, school_hours, school_spans, school_spans_from
from app.schooltime.zones import add_wall_days, in_utc

MINUTE = timedelta(minutes=1)


def add_school_minutes(calendar: SchoolCalendar, moment: datetime, minutes: float) -> datetime:
    """Return when so many minutes of school have passed; NoSchoolTime where the calendar ends before."""
    _check_forward(minutes)
    left, reached = minutes * MINUTE, in_utc(moment)
    for span in school_spans_from(calendar, reached):
        if left <= span.length:
            return span.start + left
        left, reached = left - span.length, span.end
    raise NoSchoolTime(otherwise=reached + left, days=SEARCH_DAYS)


def add_school_days(calendar: SchoolCalendar, moment: datetime, days: int) -> datetime:
    """Return the end of school so many school days after the day of a moment, which itself does not count.

    No days is the same school day, or the next one when school is over. NoSchoolTime as above.
    """
    _check_forward(days)
    if days == 0:
        return _end_of_running_day(calendar, moment)
    reached, left = in_utc(moment), days
    for day in islice(school_days(calendar, day_at(calendar, moment) + ONE_DAY), days):
        hours = school_hours(calendar, day)
        reached, left = hours.end if hours else reached, left - 1
    if left:
        raise NoSchoolTime(otherwise=add_wall_days(calendar.zone, reached, left), days=SEARCH_DAYS)
    return reached


def school_minutes_between(calendar: SchoolCalendar, start: datetime, end: datetime) -> float:
    """Return how many minutes of school lie between two moments; none where the clock was set back."""
    return sum((span.length for span in school_spans(calendar, start, end)), timedelta()) / MINUTE


def _end_of_running_day(calendar: SchoolCalendar, moment: datetime) -> datetime:
    for span in school_spans_from(calendar, moment):
        return span.end
    raise NoSchoolTime(otherwise=in_utc(moment), days=SEARCH_DAYS)


def _check_forward(amount: float) -> None:
    if amount < 0:
        raise ValueError("time is counted forward")
