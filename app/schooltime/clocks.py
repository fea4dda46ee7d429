"""Due times: some clocks run always, some in school time, and none waits longer than it may."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from app.schooltime.calendar import NoSchoolTime, SchoolCalendar
from app.schooltime.days import add_school_days, add_school_minutes


@dataclass(frozen=True)
class Clock:
    """How long something may wait: minutes always, minutes of school time, school days or days by the wall.

    `at_most_hours` bounds a clock of school time by the wall: R3 never waits longer than twelve hours.
    """

    kind: Literal["always", "school_minutes", "school_days", "wall_days"]
    amount: int
    at_most_hours: float | None = None


def due(clock: Clock, started_at: datetime, calendar: SchoolCalendar) -> datetime:
    """Return the moment by which something must have happened, in UTC; without school time the wall decides."""
    started = started_at.astimezone(UTC)
    at = _unbounded(clock, started, calendar)
    if clock.at_most_hours is None:
        return at
    return min(at, started + timedelta(hours=clock.at_most_hours))


def _unbounded(clock: Clock, started: datetime, calendar: SchoolCalendar) -> datetime:
    wall = {"always": "minutes", "school_minutes": "minutes"}.get(clock.kind, "days")
    try:
        if clock.kind == "school_minutes":
            return add_school_minutes(calendar, started, clock.amount)
        if clock.kind == "school_days":
            return add_school_days(calendar, started, clock.amount)
    except NoSchoolTime:
        pass
    return started + timedelta(**{wall: clock.amount})
