"""In which period of the bells a moment lies."""

from datetime import datetime

from app.schooltime import SchoolCalendar, bell_span, bells_on, day_at


def period_at(calendar: SchoolCalendar, moment: datetime) -> str | None:
    """Return the name of the period in which a moment lies."""
    day = day_at(calendar, moment)
    for bell in bells_on(calendar, day):
        span = bell_span(calendar, day, bell)
        if span.start <= moment < span.end:
            return bell.name
    return None
