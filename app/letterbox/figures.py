"""How many letters came and how soon they were answered: figures without names, small ones hidden."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import func, select

from app.access import Actor
from app.core import clock
from app.core.database import session
from app.directory.queries import calendar_of, today_at
from app.escalation.figures import SMALLEST_SHOWN, shown, total_of
from app.escalation.levels import FAMILIES
from app.letterbox import queries
from app.letterbox.clocks import answer_due
from app.letterbox.models import BoxOpening, Letter, LetterCount
from app.schooltime import SchoolCalendar, is_school_day

WEEKS = 12
ALL = ""
"""The count of all letters that were counted together, beside those of the families."""


@dataclass(frozen=True)
class Figures:
    """The last twelve weeks of one box, already made safe to show."""

    weeks: list[tuple[date, str]]
    total: str
    families: list[tuple[str, str]]
    median_hours: int | None
    slow_hours: int | None
    in_time: int | None
    streak: int
    gaps: int


def count_families(school_id: UUID, box_code: str, *, by: Actor) -> None:
    """Count what the letters of the last weeks were about, once there are five, with the keys of whoever opens them.

    Nothing that is kept readable says what a lone letter was about, and no figure changes with one (decision 20).
    """
    this_week, zone = _monday(today_at(school_id)), calendar_of(school_id).zone
    since = _counted_until(school_id, box_code) or this_week - timedelta(weeks=WEEKS)
    lines = queries.received(
        by, school_id, box_code, since=_midnight(since, zone), before=_midnight(this_week, zone)
    )
    if len(lines) < SMALLEST_SHOWN:
        return
    found = Counter(family for line in lines for family in set(line.head["screening"]["families"]))
    place = {"school_id": school_id, "box_code": box_code, "week": this_week - timedelta(weeks=1)}
    session().add_all(
        LetterCount(**place, family_code=family, count=number) for family, number in {ALL: len(lines), **found}.items()
    )
    session().flush()


def _counted_until(school_id: UUID, box_code: str) -> date | None:
    last = session().scalar(
        select(func.max(LetterCount.week)).where(LetterCount.school_id == school_id, LetterCount.box_code == box_code)
    )
    return last + timedelta(weeks=1) if last else None


def figures_of(school_id: UUID, box_code: str) -> Figures:
    """Return the figures of a box; whoever asks must be in charge of it."""
    today, calendar = today_at(school_id), calendar_of(school_id)
    since = _monday(today) - timedelta(weeks=WEEKS - 1)
    rows = session().execute(
        select(Letter.received_at, Letter.answered_at).where(
            Letter.school_id == school_id, Letter.box_code == box_code,
            Letter.received_at >= _midnight(since, calendar.zone),
        )
    ).all()
    weeks = [since + timedelta(weeks=number) for number in range(WEEKS)]
    counts = {week: 0 for week in weeks}
    for received_at, _answered_at in rows:
        counts[_monday(received_at.astimezone(calendar.zone).date())] += 1
    waited = sorted((answered - received) / timedelta(hours=1) for received, answered in rows if answered)
    opened = _opened_days(school_id, box_code, since)
    return Figures(
        weeks=[(week, shown(counts[week])) for week in weeks],
        total=total_of(counts.values()),
        families=_families(school_id, box_code, since),
        median_hours=_hours(statistics.median(waited)) if len(waited) >= SMALLEST_SHOWN else None,
        slow_hours=_hours(waited[math.ceil(len(waited) * 0.9) - 1]) if len(waited) >= SMALLEST_SHOWN else None,
        in_time=_share_in_time(rows, box_code, calendar),
        streak=_streak(calendar, opened, today),
        gaps=len(_school_days(calendar, since, today) - opened - {today}),
    )


def _families(school_id: UUID, box_code: str, since: date) -> list[tuple[str, str]]:
    """Return every family with a figure in steps, or nothing: which ones are named says nothing."""
    rows = session().execute(
        select(LetterCount.family_code, LetterCount.count).where(
            LetterCount.school_id == school_id, LetterCount.box_code == box_code, LetterCount.week >= since
        )
    )
    found: Counter[str] = Counter()
    for family, number in rows:
        found[family] += number
    steps = {family: found[family] // SMALLEST_SHOWN for family in FAMILIES} if found else {}
    return [(family, in_steps(found[family])) for family in sorted(steps, key=lambda family: -steps[family])]


def in_steps(count: int) -> str:
    """Return a count in steps of five: between two looks it tells nobody whether one letter more was counted."""
    return f"{count // SMALLEST_SHOWN * SMALLEST_SHOWN}+" if count >= SMALLEST_SHOWN else f"<{SMALLEST_SHOWN}"


def _share_in_time(
    rows: Sequence[tuple[datetime, datetime | None]], box_code: str, calendar: SchoolCalendar
) -> int | None:
    """Return how many of a hundred letters whose time is over were answered within it."""
    times = [(answer_due(box_code, calendar, since=received), answered) for received, answered in rows]
    old = [(until, answered) for until, answered in times if until <= clock.now()]
    if len(old) < SMALLEST_SHOWN:
        return None
    return round(100 * sum(1 for until, answered in old if answered and answered <= until) / len(old))


def _opened_days(school_id: UUID, box_code: str, since: date) -> set[date]:
    return set(
        session().scalars(
            select(BoxOpening.day).where(
                BoxOpening.school_id == school_id, BoxOpening.box_code == box_code, BoxOpening.day >= since
            )
        )
    )


def _school_days(calendar: SchoolCalendar, since: date, until: date) -> set[date]:
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    return {day for day in days if is_school_day(calendar, day)}


def _streak(calendar: SchoolCalendar, opened: set[date], today: date) -> int:
    """Return on how many school days in a row the box was opened; today counts once it was."""
    days = sorted(_school_days(calendar, today - timedelta(weeks=WEEKS), today), reverse=True)
    if days and days[0] == today and today not in opened:
        days = days[1:]
    streak = 0
    for day in days:
        if day not in opened:
            break
        streak += 1
    return streak


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _hours(hours: float) -> int:
    return math.ceil(hours)
