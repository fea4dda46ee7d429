"""The school calendar from lines of a form or parts of a program; what does not fit raises InvalidCalendar."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from hashlib import sha256
from typing import Any

from app.core.words import N_
from app.schooltime import (
    Bell,
    BellSchedule,
    HalfDay,
    Holiday,
    InvalidCalendar,
    MakeUpDay,
    SchoolCalendar,
    Term,
)

Lines = Sequence[tuple[str, ...]]
MOST_SCHEDULES = 7


class UnreadableLine(InvalidCalendar):
    """A line of the form lacks a date or a time, or has one that is none."""

    words = N_("Every line needs its dates or times. Empty the whole line to leave it out.")


def version_of(calendar: SchoolCalendar) -> str:
    """Return by which a form notices that somebody else has changed the calendar since."""
    return sha256(json.dumps(calendar.dump(), sort_keys=True).encode()).hexdigest()[:16]


def with_terms(calendar: SchoolCalendar, terms: Lines) -> SchoolCalendar:
    """Return the calendar with these terms: name, first and last day."""
    return replace(calendar, terms=tuple(Term(name, _day(first), _day(last)) for name, first, last in terms))


def with_days(calendar: SchoolCalendar, holidays: Lines, make_up_days: Lines, half_days: Lines) -> SchoolCalendar:
    """Return the calendar with these holidays, make-up days (day, weekday followed) and half days (day, from, to)."""
    return replace(
        calendar,
        holidays=tuple(Holiday(name, _day(first), _day(last or first)) for name, first, last in holidays),
        make_up_days=tuple(MakeUpDay(_day(day), _weekday(follows)) for day, follows in make_up_days),
        half_days=tuple(HalfDay(_day(day), _hour(start), _hour(end)) for day, start, end in half_days),
    )


def with_bells(calendar: SchoolCalendar, schedules: Sequence[tuple[Sequence[str], Lines]]) -> SchoolCalendar:
    """Return the calendar with these bell schedules: their weekdays, and their periods with name, start and end."""
    made = [
        BellSchedule(
            tuple(sorted({_weekday(weekday) for weekday in weekdays})),
            tuple(Bell(name, _hour(start), _hour(end)) for name, start, end in bells),
        )
        for weekdays, bells in schedules
    ]
    return replace(calendar, schedules=tuple(made))


def with_parts(calendar: SchoolCalendar, parts: Mapping[str, Any]) -> SchoolCalendar:
    """Return the calendar with these parts as programs send them in place of its own; the others stay."""
    made: dict[str, Any] = {name: tuple(_PARTS[name](**line) for line in lines) for name, lines in parts.items()}
    return replace(calendar, **made)


def _schedule(weekdays: Iterable[int], bells: Iterable[Mapping[str, Any]]) -> BellSchedule:
    return BellSchedule(tuple(sorted(set(weekdays))), tuple(Bell(**bell) for bell in bells))


_PARTS: dict[str, Callable[..., Any]] = {
    "terms": Term, "holidays": Holiday, "make_up_days": MakeUpDay, "half_days": HalfDay, "schedules": _schedule,
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableLine() from None


def _hour(text: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise UnreadableLine() from None
    if found.tzinfo is not None:
        raise UnreadableLine()
    return found


def _weekday(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise UnreadableLine()
    return int(text)
