"""The clocks that levels and hand-overs run against, as data; what is due when is a pure function of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, assert_never

from app.schooltime.calendar import SchoolCalendar
from app.schooltime.counting import MINUTE, add_school_days, add_school_minutes
from app.schooltime.errors import NoSchoolTime
from app.schooltime.zones import add_wall_days, in_utc

ClockKind = Literal["always", "school_minutes", "school_days", "wall_days"]


@dataclass(frozen=True)
class Clock:
    """How long something may take: minutes that always run, school minutes, school days or days on the wall.

    `at_most_hours` bounds it by real hours, whatever the calendar says: R3 climbs after 30 minutes of school,
    and never later than 12 hours (4-domain.md).
    """

    kind: ClockKind
    amount: float
    at_most_hours: float | None = None

    def __post_init__(self) -> None:
        if self.amount < 0 or (self.at_most_hours is not None and self.at_most_hours < 0):
            raise ValueError("time is counted forward")
        if self.kind.endswith("_days") and self.amount != int(self.amount):
            raise ValueError("days are counted whole")


def due(clock: Clock, started_at: datetime, calendar: SchoolCalendar) -> datetime:
    """Return when a clock that was started runs out: never before its start, never earlier for a later start.

    Where the calendar knows no more school, what is left of the clock runs by the wall: nothing waits for ever.
    """
    started_at = in_utc(started_at)
    try:
        moment = _runs_out(clock, started_at, calendar)
    except NoSchoolTime as ended:
        moment = ended.otherwise
    if clock.at_most_hours is None:
        return moment
    return min(moment, started_at + timedelta(hours=clock.at_most_hours))


def _runs_out(clock: Clock, started_at: datetime, calendar: SchoolCalendar) -> datetime:
    match clock.kind:
        case "always":
            return started_at + clock.amount * MINUTE
        case "school_minutes":
            return add_school_minutes(calendar, started_at, clock.amount)
        case "school_days":
            return add_school_days(calendar, started_at, int(clock.amount))
        case "wall_days":
            return add_wall_days(calendar.zone, started_at, int(clock.amount))
    assert_never(clock.kind)
