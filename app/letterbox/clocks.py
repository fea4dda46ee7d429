"""Until when a letter is to be opened, answered, and its answer read by a second person."""

from datetime import datetime, timedelta

from app.core import clock
from app.escalation.levels import GRAVE
from app.escalation.tiers import clock_for
from app.schooltime import Clock, SchoolCalendar, due

_ANSWER = {"room": Clock("school_days", 1), "leadership": Clock("always", 48 * 60)}
"""The next school day; for the principal 48 hours (4-domain.md, Letterboxes)."""
_SECOND = Clock("school_days", 1)
"""An answer at R3 or R4 is read by a second person within a school day of being sent."""
_AGAIN = Clock("school_days", 1)
"""What nobody has done is said again the next school day (Xinxia's own default)."""


def answer_due(
    box: str, calendar: SchoolCalendar, *, since: datetime | None = None, level: str | None = None
) -> datetime:
    """Return until when a letter that came now, or then, is to be answered.

    One that a person takes for grave is not answered later than a first interview is held: within two hours at R4,
    the same day at R3.
    """
    since = since or clock.now()
    usual = due(_ANSWER[box], since, calendar)
    return min(usual, due(clock_for("assess", level), since, calendar)) if level in GRAVE else usual


def next_look_due(level: str | None, calendar: SchoolCalendar) -> datetime | None:
    """Return until when an answered letter is looked at again: at R4 after a day, at R3 after three, else never."""
    return due(clock_for("support", level), clock.now(), calendar) if level in GRAVE else None


def opening_due(level: str, calendar: SchoolCalendar) -> datetime | None:
    """Return until when somebody must have opened it: from R3 on as an alert must be acknowledged, below that never."""
    return due(clock_for("acknowledge", level), clock.now(), calendar) if level in GRAVE else None


def review_due() -> datetime:
    """Return until when somebody else looks at why a sealed name was opened: three days ([P] break-glass)."""
    return clock.now() + timedelta(days=3)


def second_reading_due(calendar: SchoolCalendar) -> datetime:
    """Return until when a second person reads what was answered now."""
    return due(_SECOND, clock.now(), calendar)


def said_again_at(calendar: SchoolCalendar) -> datetime:
    """Return when that something waits still, of which somebody was told now, is said again."""
    return due(_AGAIN, clock.now(), calendar)
