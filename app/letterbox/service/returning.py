"""Coming back with a return code: read the answers, go on writing; wrong codes all cost the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app import vault
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid
from app.core.words import N_
from app.directory.queries import calendar_of
from app.escalation.levels import GRAVE, is_higher
from app.letterbox.clocks import answer_due, opening_due
from app.letterbox.models import Letter
from app.letterbox.screening import Screening, screen
from app.letterbox.service import attaching, messages, trail
from app.letterbox.service.attaching import Checked
from app.letterbox.service.doer import DOER
from app.letterbox.service.messages import Said
from app.letterbox.service.posting import worded
from app.letterbox.service.readership import Share, bring_up_to_date, give, kept_from, leave_to, readers_of
from app.notifications import service as notifications
from app.vault import Holder, ObjectKey, letters
from app.vault.keypairs import KeyPair
from app.vault.letters import Writer
from app.vault.return_codes import read_return_code


class NoSuchLetter(Invalid):
    """A code that is written rightly and leads to no letter at this school."""

    words = N_("No letter was found with this code at this school. Please compare it once more.")


class WaitForAnswer(Invalid):
    """Very much was written since somebody last answered."""

    words = N_(
        "You have written very often, and there is no answer yet. "
        "If it cannot wait, please call a number below, or begin a new letter."
    )


MOST_UNANSWERED = 50
"""How many messages may follow each other without an answer (Xinxia's own default): a letter stays one that is read."""


@dataclass(frozen=True)
class Opened:
    """A letter that its writer has come back to, with its open key."""

    letter: Letter
    writer: Writer
    key: ObjectKey = field(repr=False)


def writer_of(typed: str) -> Writer:
    """Return what a code stands for as it was typed; raises MistypedCode at no cost, and Busy."""
    return stretching(typed)()


def stretching(typed: str) -> Callable[[], Writer]:
    """Return the slow work of a code as it was typed, to be done outside the transaction; raises MistypedCode."""
    return letters.stretching(read_return_code(typed))


def come_back(writer: Writer, *, school_id: UUID) -> Opened:
    """Return the letter behind a return code; raises NoSuchLetter, also for a letter to another school."""
    key = letters.come_back(writer, organisation_id=school_id)
    letter = session().get(Letter, key.object_id) if key else None
    if key is None or letter is None:
        raise NoSuchLetter()
    return Opened(letter, writer, key)


def remembered(writer: Writer) -> dict[str, str]:
    """Return what a visit keeps of somebody who came back: never the code, which cannot be found from it."""
    return {"lookup": writer.lookup.hex(), "seed": writer.pair.seed().hex()}


def recalled(kept: Mapping[str, str]) -> Writer:
    """Return the writer that a visit remembers, without the slow work of their code."""
    return Writer(bytes.fromhex(kept["lookup"]), KeyPair.from_seed(bytes.fromhex(kept["seed"])))


def has_read(letter: Letter, number: int) -> bool:
    """Say whether somebody who reads the letter has opened this message of its writer."""
    return number <= letter.read_by_staff or letter.state not in ("waiting", "held")


def thread(opened: Opened) -> list[Said]:
    """Return what the writer may read, in order: letter and answers, never the room's notes."""
    found = messages.all_of(opened.letter)
    return messages.read(found, {opened.letter.id: opened.key})


def take_note(opened: Opened, said: list[Said]) -> None:
    """Keep when the writer was last here and how far they have read, and let those read it whose turn it is today.

    Only where that changes who reads it does the trail hear of the visit.
    """
    letter = opened.letter
    letter.writer_came_at = clock.now()
    letter.read_by_writer = max([letter.read_by_writer, *(each.message.number for each in said)])
    before = _readership(letter)
    new = find_readers(opened)
    if _readership(letter) != before:
        trail.changed(DOER, "letter:readers_renewed", letter)
    if letter.state in ("waiting", "in_hand", "held"):
        notifications.queue(
            "letter:received", to=sorted(new), organisation=letter.school_id, subject=("letter", letter.id), by=DOER
        )


def _readership(letter: Letter) -> tuple[str, list[list[str]], dict[Holder, bool]]:
    return letter.box_code, letter.ladder, dict(vault.holders_of(letter.id))


def find_readers(opened: Opened) -> set[UUID]:
    """Give the letter to those who open its box today, in its writer's name; return who did not read it before."""
    head = vault.read(opened.letter, "head", opened.key)
    return bring_up_to_date(opened.letter, head, share=_sharing(opened, "letter:visited"))


def go_on(
    opened: Opened, words: str, *, found: Screening | None = None, files: Sequence[Checked] = ()
) -> None:
    """Write more into the same letter; it waits again for those who read it, closed or not.

    What may be an emergency now goes the way it would have gone at once: to the room, with the centre standing by.
    `found` is what screening says of these words, where it was asked before the transaction. Raises WaitForAnswer, and
    what `attach` raises.
    """
    words = worded(words)
    letter, found = opened.letter, found or screen(words)
    if messages.unanswered(letter) >= MOST_UNANSWERED:
        raise WaitForAnswer()
    find_readers(opened)
    message = messages.add(letter, "more", words, opened.key)
    if is_higher(found.level, letter.suggested_level) or (found.level in GRAVE and letter.opening_due_at is None):
        _raise(opened, found)
    attached = attaching.attach(message, files, opened.key)
    if letter.level is not None and is_higher(found.level, letter.level):
        # What a person saw before was said of other words: somebody sets the level anew.
        letter.level = None
    due_at = answer_due(letter.box_code, calendar_of(letter.school_id), level=letter.level)
    letter.state, letter.closed_at, letter.due_at = "waiting", None, due_at
    letter.read_by_writer = message.number
    letter.revision += 1
    session().flush()
    trail.changed(DOER, "letter:continued", letter, *attached, level=letter.suggested_level)
    notifications.queue(
        "letter:urgent" if found.level in GRAVE else "letter:continued", to=sorted(vault.readers_of(letter.id)),
        organisation=letter.school_id, subject=("letter", letter.id), by=DOER, urgent=found.level == "R4",
    )


def _raise(opened: Opened, found: Screening) -> None:
    letter = opened.letter
    if is_higher(found.level, letter.suggested_level):
        letter.suggested_level, letter.rules_code = found.level, found.version
    if found.level not in GRAVE:
        return
    letter.opening_due_at = opening_due(letter.suggested_level, calendar_of(letter.school_id))
    without = kept_from(vault.read(letter, "head", opened.key))
    who = readers_of(letter.box_code, school_id=letter.school_id, without=without, grave=True)
    letter.ladder, letter.climbed = who.rungs, 0
    give(letter, who, share=_sharing(opened, "letter:raised"))
    if letter.box_code != who.box:
        leave_to(letter, who)


def _sharing(opened: Opened, basis: str) -> Share:
    """Return how a writer who has come back gives the key of their letter on."""

    def share(to: Sequence[Holder], standby: Sequence[Holder]) -> None:
        letters.share_letter(opened.key, writer=opened.writer, to=to, standby=standby, basis=basis)

    return share
