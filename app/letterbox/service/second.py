"""A second person reads what was answered to a letter that may be grave: once it is sent, for no child waits for it."""

from uuid import UUID

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict
from app.core.words import N_
from app.directory.queries import calendar_of
from app.escalation.levels import GRAVE
from app.letterbox import policy
from app.letterbox.clocks import second_reading_due
from app.letterbox.models import AnswerReading, Letter, LetterMessage
from app.letterbox.service import trail
from app.letterbox.service.readership import head_of, kept_from, sharing, teams_of
from app.notifications import service as notifications


class ReadAlready(Conflict):
    """Two colleagues read it at the same time."""

    words = N_("A colleague has read this answer already.")


def ask(letter: Letter, answer: LetterMessage, *, by: Actor) -> list[AnswerReading]:
    """Ask colleagues to read an answer within a school day; where there are none, that is the centre.

    The centre gets the letter's key for it, and whoever wrote the letter sees that the centre can read it now.
    Returns the readings asked for: the event of the answer says that there are to be some.
    """
    if (letter.level or letter.suggested_level) not in GRAVE:
        return []
    due_at = second_reading_due(calendar_of(letter.school_id))
    reading = AnswerReading(
        message_id=answer.id, letter_id=letter.id, school_id=letter.school_id, author_id=by.person_id,
        due_at=due_at, remind_at=due_at,
    )
    session().add(reading)
    session().flush()
    notifications.queue(
        "letter:second_reading", to=sorted(_second_readers(letter, by)), organisation=letter.school_id,
        subject=("letter", letter.id), by=by,
    )
    return [reading]


def _second_readers(letter: Letter, by: Actor) -> set[UUID]:
    without = kept_from(head_of(letter, by=by))
    teams = teams_of(letter.school_id, without)
    reading = vault.readers_each([letter.id])[letter.id]
    room, centre = teams["room"], teams["centre"]
    if colleagues := (room.living or centre.living) & reading - {by.person_id}:
        return set(colleagues)
    sharing(letter, by=by, basis="letter:second_reader")(centre.holders, ())
    return set(centre.living)


def mark_read(reading: AnswerReading, *, by: Actor) -> None:
    """Keep that a second person has read an answer; raises ReadAlready."""
    policy.READ_SECOND.demand(by, reading)
    if reading.read_at is not None:
        raise ReadAlready()
    reading.read_at, reading.read_by, reading.remind_at = clock.now(), by.person_id, None
    session().flush()
    trail.kept(by, "letter:second_read", reading)
