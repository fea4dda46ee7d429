"""What those do who open a box: take a letter up, answer, note, set the level, pass on what is not theirs, close."""

from typing import Any

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid, Stale
from app.core.ids import new_id
from app.core.words import N_
from app.directory.queries import calendar_of
from app.escalation.levels import GRAVE
from app.letterbox import policy
from app.letterbox.clocks import answer_due, next_look_due, opening_due
from app.letterbox.models import Letter, LetterMessage
from app.letterbox.service import drafts, messages, second, trail
from app.letterbox.service.messages import Said
from app.letterbox.service.posting import worded
from app.letterbox.service.readership import give, head_of, kept_from, lasting_holders, leave_to, readers_of, sharing
from app.notifications import service as notifications


class LetterClosed(Conflict):
    """A closed letter is opened again only by its writer."""

    words = N_("This letter is closed. Whoever wrote it can open it again by writing.")


class NotOpened(Conflict):
    """What may be grave is not put away unread."""

    words = N_("This letter may be urgent and nobody has opened it yet. Take it up and read it before you close it.")


class NothingChanged(Invalid):
    """A level that it has already."""

    words = N_("The letter is at this level already.")


def take_up(letter: Letter, *, by: Actor) -> None:
    """Open a letter that waits: its opening clock stops, and colleagues see who has it.

    Once the school has it, it is not left to the centre any more.
    """
    policy.ANSWER.demand(by, letter)
    if letter.state not in ("waiting", "held"):
        return
    letter.state = "in_hand"
    letter.opening_due_at = None
    _back_with_the_school(letter, by)
    if letter.opened_at is None:
        letter.opened_at, letter.opened_by = clock.now(), by.person_id
    _touch(letter)
    trail.changed(by, "letter:opened", letter)


def read(letter: Letter, *, by: Actor) -> tuple[dict[str, Any], list[Said]]:
    """Return what the writer said about themselves, and every message that the actor's keys open, notes included."""
    policy.READ.demand(by, letter)
    found = messages.all_of(letter)
    keys = by.ring.open_many({letter.id, *(message.object_id for message in found)})
    return head_of(letter, by=by), messages.read(found, keys)


def answer(letter: Letter, *, words: str, revision: int, by: Actor) -> LetterMessage:
    """Send an answer, signed; the writer reads it when they come back; raises Stale, LetterClosed."""
    policy.ANSWER.demand(by, letter)
    expect(letter, revision)
    message = messages.add(letter, "answer", worded(words), by.ring.open(letter.id), by=by)
    letter.state, letter.opening_due_at = "answered", None
    _back_with_the_school(letter, by)
    letter.due_at = next_look_due(letter.level, calendar_of(letter.school_id))
    letter.answered_at = letter.answered_at or clock.now()
    letter.read_by_staff = message.number
    _touch(letter)
    drafts.end(letter, by=by)
    trail.changed(by, "letter:answered", letter, *second.ask(letter, message, by=by))
    return message


def note(letter: Letter, *, words: str, by: Actor) -> LetterMessage:
    """Keep a note for colleagues: under a key of its own, which the return code never opens.

    Who does not read the notes that are there begins others: those stay with whom they were written for.
    """
    policy.NOTE.demand(by, letter)
    opened = by.ring.open_many([letter.notes_id]) if letter.notes_id else {}
    key = opened[letter.notes_id] if letter.notes_id in opened else _notes_key(letter, by)
    message = messages.add(letter, "note", worded(words), key, by=by)
    if letter.state == "answered":
        # A note is a look at it.
        letter.due_at = letter.due_at and next_look_due(letter.level, calendar_of(letter.school_id))
        session().flush()
    trail.changed(by, "letter:noted", letter)
    return message


def _notes_key(letter: Letter, by: Actor) -> vault.ObjectKey:
    readers = lasting_holders(letter)
    if by.person_id not in vault.readers_among(readers):
        # Opened in an emergency: what its reader notes stays readable to them.
        readers.append(vault.user(by.person_id))
    letter.notes_id = new_id()
    return vault.create_object(
        letter.notes_id, organisation_id=letter.school_id, to=readers, by=by.ring, basis="letter:notes"
    )


def set_level(letter: Letter, *, level: str, revision: int, by: Actor) -> None:
    """Set the level that a person sees in it; screening has only suggested one; raises NothingChanged, Stale.

    Whoever sets a level has read the letter. A grave one is to be acted on as soon as a concern would be.
    """
    policy.SET_LEVEL.demand(by, letter)
    expect(letter, revision)
    if level == letter.level:
        raise NothingChanged()
    take_up(letter, by=by)
    before, letter.level = letter.level, level
    if level in GRAVE:
        soon = answer_due(letter.box_code, calendar_of(letter.school_id), level=level)
        letter.due_at = min(letter.due_at or soon, soon)
    elif letter.state == "answered":
        letter.due_at = None
    _touch(letter)
    trail.changed(by, "letter:level_set", letter, level=level, before=before)


def reroute(letter: Letter, *, revision: int, by: Actor) -> None:
    """Give a letter from the principal's mailbox to the room; who gives it away reads no further.

    Raises NobodyReads while nobody could open it.
    """
    policy.REROUTE.demand(by, letter)
    expect(letter, revision)
    without = kept_from(head_of(letter, by=by))
    who = readers_of("room", school_id=letter.school_id, without=without, grave=False)
    give(letter, who, share=sharing(letter, by=by, basis="letter:rerouted"))
    leave_to(letter, who)
    letter.state, letter.ladder, letter.climbed = "waiting", who.rungs, 0
    letter.due_at = answer_due("room", calendar_of(letter.school_id))
    letter.opening_due_at = opening_due(letter.suggested_level, calendar_of(letter.school_id))
    _touch(letter)
    trail.changed(by, "letter:rerouted", letter)
    notifications.queue(
        "letter:urgent" if letter.suggested_level in GRAVE else "letter:received", to=sorted(who.people),
        organisation=letter.school_id, subject=("letter", letter.id), by=by, urgent=letter.suggested_level == "R4",
    )


def close(letter: Letter, *, revision: int, by: Actor) -> None:
    """Close a letter that needs nothing more; the writer can still read it, and opens it again by writing.

    Raises Stale, LetterClosed, and NotOpened for one that may be grave and that nobody has taken up.
    """
    policy.CLOSE.demand(by, letter)
    expect(letter, revision)
    if letter.opening_due_at is not None:
        raise NotOpened()
    letter.state, letter.closed_at, letter.due_at, letter.opening_due_at = "closed", clock.now(), None, None
    _touch(letter)
    trail.changed(by, "letter:closed", letter)


def _back_with_the_school(letter: Letter, by: Actor) -> None:
    if by.organisations() & {letter.school_id}:
        letter.climbed = 0


def expect(letter: Letter, revision: int) -> None:
    """Raise Stale where the letter has changed since the page, LetterClosed where nothing is done to it any more."""
    if letter.revision != revision:
        raise Stale()
    if letter.state == "closed":
        raise LetterClosed()


def _touch(letter: Letter) -> None:
    letter.revision += 1
    session().flush()
