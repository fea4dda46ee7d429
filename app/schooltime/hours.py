"""School hours as spans of time in UTC: from the first bell of a day to the end of its last."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.schooltime.calendar import Bell, SchoolCalendar
from app.schooltime.days import ONE_DAY, bells_on, school_days
from app.schooltime.zones import in_utc, moment_at, wall_at


class Span(NamedTuple):
    """A stretch of time in UTC; its end does not belong to it."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasts, really, also across a change of clocks."""
        return self.end - self.start


def day_at(calendar: SchoolCalendar, moment: datetime) -> date:
    """Return the day it is at school."""
    return wall_at(calendar.zone, moment).date()


def bell_span(calendar: SchoolCalendar, day: date, bell: Bell) -> Span:
    """Return when a bell rings on a day and when it ends."""
    start, end = (datetime.combine(day, wall) for wall in (bell.start, bell.end))
    return Span(moment_at(calendar.zone, start), moment_at(calendar.zone, end))


def school_hours(calendar: SchoolCalendar, day: date) -> Span | None:
    """Return the school hours of a day, breaks included: people are there between the bells, too."""
    bells = bells_on(calendar, day)
    if not bells:
        return None
    return Span(bell_span(calendar, day, bells[0]).start, bell_span(calendar, day, bells[-1]).end)


def is_school_time(calendar: SchoolCalendar, moment: datetime) -> bool:
    """Say whether a moment lies in school hours."""
    hours = school_hours(calendar, day_at(calendar, moment))
    return hours is not None and hours.start <= moment < hours.end


def school_spans(calendar: SchoolCalendar, start: datetime, end: datetime) -> Iterator[Span]:
    """Yield the school time between two moments, a span a day, in order."""
    start, end = in_utc(start), in_utc(end)
    day, last = day_at(calendar, start), day_at(calendar, end)
    while day <= last:
        hours = school_hours(calendar, day)
        if hours and max(hours.start, start) < min(hours.end, end):
            yield Span(max(hours.start, start), min(hours.end, end))
        day += ONE_DAY


def school_spans_from(calendar: SchoolCalendar, start: datetime) -> Iterator[Span]:
    """Yield the school time after a moment, a span a day; ends where the calendar knows no more."""
    start = in_utc(start)
    for day in school_days(calendar, day_at(calendar, start)):
        hours = school_hours(calendar, day)
        if hours and hours.end > start:
            yield Span(max(hours.start, start), hours.end)
