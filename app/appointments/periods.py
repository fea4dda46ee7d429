"""The periods of the bells: which there are, and in which of them a moment lies."""

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


def periods_of(calendar: SchoolCalendar) -> dict[str, str]:
    """Return the periods of a school's bells in their order, each with what a page hands to gettext."""
    bells = sorted((bell for each in calendar.schedules for bell in each.bells), key=lambda bell: bell.start)
    return {bell.name: bell.words for bell in bells}
