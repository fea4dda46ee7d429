"""What nobody opens in time is told to the next tier, and again, until somebody opens it: that it waits, never what."""

from uuid import UUID

from sqlalchemy import select

from app import vault
from app.core import clock
from app.core.database import session
from app.directory.queries import calendar_of
from app.letterbox.clocks import opening_due
from app.letterbox.hearing import in_post_around
from app.letterbox.models import Letter
from app.letterbox.service import trail
from app.letterbox.service.doer import DOER
from app.notifications import service as notifications

_AT_A_TIME = 100


def climb() -> int:
    """Tell the next tier of every letter whose opening clock has run out; return how many letters that were.

    The room, then leadership, then the centre; from there on everybody again, at each turn of the clock: a red one
    every ten minutes, an orange one every half hour of school and at least twice a day (4-domain.md, Levels).
    """
    late = (
        select(Letter)
        .where(Letter.opening_due_at <= clock.now())
        .order_by(Letter.opening_due_at, Letter.id)
        .limit(_AT_A_TIME)
        .with_for_update(skip_locked=True)
    )
    letters = session().scalars(late).all()
    for letter in letters:
        _climb(letter)
    return len(letters)


def _climb(letter: Letter) -> None:
    letter.opening_due_at = opening_due(letter.suggested_level, calendar_of(letter.school_id))
    told: list[UUID] = []
    while not told and letter.climbed <= len(letter.ladder):
        letter.climbed += 1
        told = _people_on(letter)
    letter.climbed = min(letter.climbed, len(letter.ladder))
    session().flush()
    trail.changed(DOER, "letter:climbed", letter, step=letter.climbed, told=len(told))
    _tell(letter, told)


def _tell(letter: Letter, told: list[UUID]) -> None:
    """Lead those who read it to the letter, and the others to a page that says that letters wait."""
    reading = vault.readers_each([letter.id])[letter.id]
    for subject, people in (("letter", reading.intersection(told)), ("letter_late", set(told) - reading)):
        notifications.queue(
            "letter:unopened", to=sorted(people), organisation=letter.school_id, subject=(subject, letter.id), by=DOER,
            urgent=letter.suggested_level == "R4",
        )


def _people_on(letter: Letter) -> list[UUID]:
    """Return who of this rung opens letters of this school today; above the last rung that is everybody on the ladder.

    Who now has another post, or one somewhere else, hears nothing of it.
    """
    rungs = letter.ladder[letter.climbed : letter.climbed + 1] or letter.ladder
    people = {UUID(hex=person_id) for rung in rungs for person_id in rung}
    around = in_post_around(letter.school_id)
    return sorted(people & (around.room | around.leadership | around.centre))
