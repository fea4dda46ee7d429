"""How many letters came and how soon they were answered: figures without names, small ones hidden."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.database import session
from app.directory.queries import calendar_of, today_at
from app.escalation.figures import SMALLEST_SHOWN, shown, total_of
from app.letterbox.clocks import answer_due
from app.letterbox.models import BoxOpening, Letter, LetterCount
from app.schooltime import SchoolCalendar, is_school_day

WEEKS = 12


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


def count(letter: Letter, families: Iterable[str]) -> None:
    """Count what a letter is about in its week, in the letter's own transaction and tied to nothing."""
    week = _monday(today_at(letter.school_id))
    for family in sorted(set(families)):
        key = (letter.school_id, letter.box_code, week, family)
        row = session().get(LetterCount, key)
        if row is None:
            names = ("school_id", "box_code", "week", "family_code")
            session().add(LetterCount(**dict(zip(names, key, strict=True)), count=1))
        else:
            row.count = LetterCount.count + 1
    session().flush()


def figures_of(school_id: UUID, box_code: str) -> Figures:
    """Return the figures of a box; whoever asks must be in charge of it."""
    today, calendar = today_at(school_id), calendar_of(school_id)
    since = _monday(today) - timedelta(weeks=WEEKS - 1)
    rows = session().execute(
        select(Letter.received_at, Letter.answered_at).where(
            Letter.school_id == school_id, Letter.box_code == box_code,
            Letter.received_at >= datetime.combine(since, datetime.min.time(), calendar.zone),
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
    rows = session().execute(
        select(LetterCount.family_code, LetterCount.count).where(
            LetterCount.school_id == school_id, LetterCount.box_code == box_code, LetterCount.week >= since
        )
    )
    found: dict[str, int] = {}
    for family, number in rows:
        found[family] = found.get(family, 0) + number
    return [(family, shown(number)) for family, number in sorted(found.items(), key=lambda item: (-item[1], item[0]))]


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


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _hours(hours: float) -> int:
    return math.ceil(hours)
