"""What somebody else should have looked at by now is said again, tier by tier: an emergency opening, an answer.

Once when it is due to those who were asked, then each school day to the next: leadership, then the centre. From there
on those of the last tier hear once a week. How far it went stands in the row that is locked for it, so that of several
processes one tells, and one that dies in between has told nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.core import clock
from app.core.database import session
from app.directory.queries import calendar_of
from app.letterbox.clocks import said_again_at
from app.letterbox.hearing import Hearers, hearers_each, in_post_around
from app.letterbox.models import AnswerReading, EmergencyOpening
from app.letterbox.service import trail
from app.letterbox.service.doer import DOER
from app.notifications import service as notifications

_AT_A_TIME = 100
_FROM_THEN_ON = timedelta(days=7)
Late = EmergencyOpening | AnswerReading
Row = TypeVar("Row", EmergencyOpening, AnswerReading)


def remind() -> int:
    """Tell the next tier of what nobody has looked at in time; return how many things that were. A job's work."""
    openings, readings = _due(EmergencyOpening), _due(AnswerReading)
    for opening in openings:
        _of_opening(opening)
    for reading in readings:
        _of_reading(reading)
    return len(openings) + len(readings)


def _due(kind: type[Row]) -> Sequence[Row]:
    """Return the rows of which the next tier is to hear, locked; those that another process has are its own."""
    late = select(kind).where(kind.remind_at <= clock.now()).order_by(kind.remind_at).limit(_AT_A_TIME)
    return session().scalars(late.with_for_update(skip_locked=True, of=kind)).all()


def _of_opening(opening: EmergencyOpening) -> None:
    """Tell those who hold the reason, and did not open it themselves."""
    reading = vault.readers_each([opening.id])[opening.id] - {opening.opened_by}
    around = in_post_around(opening.school_id).within(reading)
    told = _next(opening, [around.room, around.leadership, around.centre])
    _keep("letter:review_reminded", opening, told)
    notifications.queue(
        "letter:review_late", to=sorted(told), organisation=opening.school_id, subject=("name_opening", opening.id),
        by=DOER,
    )


def _of_reading(reading: AnswerReading) -> None:
    """Tell those who read the letter, then those who may hear of it, whom the notice leads to no letter."""
    letter = reading.letter
    around = hearers_each([letter])[letter.id]
    readers = vault.readers_each([letter.id])[letter.id]
    told = _next(reading, [_second(around, readers, reading.author_id), around.leadership, around.centre])
    _keep("letter:second_reading_reminded", reading, told)
    for subject, people in (("letter", told & readers), ("letter_late", told - readers)):
        notifications.queue(
            "letter:second_late", to=sorted(people), organisation=letter.school_id, subject=(subject, letter.id),
            by=DOER,
        )


def _second(around: Hearers, readers: set[UUID], author_id: UUID) -> frozenset[UUID]:
    """Return who was asked to read it: the readers of the room, or of the centre where there is no second one."""
    asked = readers - {author_id}
    return around.room & asked or around.centre & asked


def _next(row: Late, tiers: Sequence[frozenset[UUID]]) -> frozenset[UUID]:
    """Return whose turn it is, and note when the next turn is; a tier in which nobody is counts as none."""
    living = [people for people in tiers if people]
    told = living[min(row.reminded, len(living) - 1)] if living else frozenset()
    row.remind_at = _later(row, is_last=row.reminded + 1 >= len(living))
    row.reminded += 1
    session().flush()
    return told


def _later(row: Late, *, is_last: bool) -> datetime:
    return clock.now() + _FROM_THEN_ON if is_last else said_again_at(calendar_of(row.school_id))


def _keep(action: str, row: Late, told: frozenset[UUID]) -> None:
    trail.kept(DOER, action, row, step=row.reminded, told=len(told))
