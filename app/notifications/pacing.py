"""When a message may leave: at once or gathered, and not in quiet hours; pure functions over school time."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.schooltime import SchoolCalendar, day_at, moment_at, school_hours, wall_at

Quiet = tuple[time, time]
PACES = ("at_once", "hourly", "mornings")
NIGHT: Quiet = (time(21), time(7))
"""Quiet unless somebody chooses otherwise: below red no clock asks anybody to act at night."""
LONGEST_WAIT = 3
"""Days after which a morning without school must do: in the holidays concerns are raised, too."""
_WITHOUT_SCHOOL = time(8)


@dataclass(frozen=True)
class Pace:
    """How soon a person wants to hear, and the hours in which they do not."""

    name: str = "at_once"
    quiet: Quiet | None = NIGHT


def departure(pace: Pace, moment: datetime, calendar: SchoolCalendar) -> datetime:
    """Return when a message about something that happened at a moment may leave."""
    return after_quiet(pace, _gathered(pace.name, moment, calendar), calendar.zone)


def after_quiet(pace: Pace, moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment itself, or the end of the quiet hours in which it lies."""
    if pace.quiet is None:
        return moment
    wall = wall_at(zone, moment)
    if not _lies_in(wall.time(), pace.quiet):
        return moment
    end = datetime.combine(wall.date(), pace.quiet[1])
    return moment_at(zone, end if end > wall else end + timedelta(days=1))


def _lies_in(wall: time, quiet: Quiet) -> bool:
    start, end = quiet
    return start <= wall < end if start < end else not end <= wall < start


def _gathered(name: str, moment: datetime, calendar: SchoolCalendar) -> datetime:
    if name == "hourly":
        return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return _next_morning(moment, calendar) if name == "mornings" else moment


def _next_morning(moment: datetime, calendar: SchoolCalendar) -> datetime:
    """Return the first bell of the next school day, or a morning three days on where there is none by then."""
    today = day_at(calendar, moment)
    last = today + timedelta(days=LONGEST_WAIT)
    hours = (school_hours(calendar, today + timedelta(days=days)) for days in range(LONGEST_WAIT + 1))
    bells = [found.start for found in hours if found is not None and found.start > moment]
    return min(bells, default=moment_at(calendar.zone, datetime.combine(last, _WITHOUT_SCHOOL)))
