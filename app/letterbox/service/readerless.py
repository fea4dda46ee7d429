"""A letter that nobody can open any more is noticed from plain rows alone, and said to those who can change it.

Its readers have left, or lost their keys with a password. Who hears of it: leadership, the school's administrator and
the centre, at once and then once every school day until somebody reads it again; with no word of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.database import session
from app.directory.queries import calendar_of
from app.letterbox.clocks import said_again_at
from app.letterbox.hearing import hearers_each, readerless_among
from app.letterbox.models import Letter
from app.letterbox.queries import is_waiting
from app.letterbox.service import trail
from app.letterbox.service.doer import DOER
from app.notifications import service as notifications

_AT_A_TIME = 200


def look() -> int:
    """Look which waiting letters nobody can open, and tell; return of how many was told. A job's work."""
    return sum(_look_at(letters) for letters in _waiting())


def _waiting() -> Iterator[Sequence[Letter]]:
    """Yield the letters for which somebody waits, a few hundred at a time."""
    last: UUID | None = None
    while True:
        some = select(Letter).where(is_waiting(), *([Letter.id > last] if last else []))
        letters = session().scalars(some.order_by(Letter.id).limit(_AT_A_TIME)).all()
        if not letters:
            return
        last = letters[-1].id
        yield letters


def _look_at(letters: Sequence[Letter]) -> int:
    without = readerless_among(letters)
    for letter in _ours(letter for letter in letters if letter.id not in without and letter.readerless_since):
        letter.readerless_since = letter.readerless_due_at = None
        session().flush()
        trail.changed(DOER, "letter:has_reader", letter)
    due = _ours(letter for letter in letters if letter.id in without and _is_due(letter))
    return _tell([letter for letter in due if _is_due(letter)])


def _ours(letters: Iterable[Letter]) -> Sequence[Letter]:
    """Return these letters as they stand now, locked; those that another process has at hand are left to it."""
    ids = [letter.id for letter in letters]
    locked = select(Letter).where(Letter.id.in_(ids)).order_by(Letter.id).with_for_update(skip_locked=True)
    return session().scalars(locked, execution_options={"populate_existing": True}).all() if ids else []


def _is_due(letter: Letter) -> bool:
    return letter.readerless_due_at is None or letter.readerless_due_at <= clock.now()


def _tell(letters: Sequence[Letter]) -> int:
    hearers = hearers_each(letters)
    for letter in letters:
        letter.readerless_since = letter.readerless_since or clock.now()
        letter.readerless_due_at = said_again_at(calendar_of(letter.school_id))
        session().flush()
        told = hearers[letter.id].everybody
        trail.changed(DOER, "letter:readerless", letter, told=len(told))
        notifications.queue(
            "letter:readerless", to=sorted(told), organisation=letter.school_id, subject=("letter_late", letter.id),
            by=DOER, urgent=letter.suggested_level == "R4",
        )
    return len(letters)
