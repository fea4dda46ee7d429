"""A letter is posted: looked at by screening while it is open, then sealed to those who will read it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from app import audit, vault
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid
from app.core.words import N_
from app.directory.queries import calendar_of
from app.entrance.models import Letterbox
from app.escalation.levels import GRAVE, is_higher
from app.letterbox.clocks import answer_due, opening_due
from app.letterbox.models import Letter
from app.letterbox.screening import Screening, joined, screen
from app.letterbox.service import attaching, flood, messages, trail
from app.letterbox.service.attaching import Checked
from app.letterbox.service.doer import DOER
from app.letterbox.service.readership import KeptFrom, Readers, readers_of
from app.notifications import service as notifications
from app.vault import letters
from app.vault.letters import Writer
from app.vault.return_codes import read_return_code

LONGEST = 20_000


class NothingWritten(Invalid):
    """A letter without a word."""

    words = N_("Write something first. A single sentence is enough.")


class TooLong(Invalid):
    """Longer than any letter needs to be."""

    words = N_("This is too long for one letter. Please send it in two parts.")


@dataclass(frozen=True)
class Weighed:
    """What a letter looks like before a person reads it: what screening found, and the level to begin with."""

    found: Screening
    level: str

    @property
    def grave(self) -> bool:
        """Say whether it may be an emergency."""
        return self.level in GRAVE


def weigh(answers: Mapping[str, Any], found: Screening | None = None) -> Weighed:
    """Return how urgent a letter may be, by all its words and by what its writer says of being safe.

    `found` is what screening says of these words, where it was asked before the transaction: long ones take a second.
    """
    found = found or look_through(answers)
    said = "R4" if answers.get("unsafe") else "R3" if answers.get("unsure") else "R0"
    return Weighed(found, said if is_higher(said, found.level) else found.level)


def look_through(answers: Mapping[str, Any], screen: Callable[[str], Screening] = screen) -> Screening:
    """Return what screening says of a letter, and of the words about who should not learn of it."""
    beside = str(answers.get("excluded_words", "")).strip()
    found = screen(str(answers.get("text", "")).strip())
    return joined(found, screen(beside)) if beside else found


def who_reads(letterbox: Letterbox, answers: Mapping[str, Any], *, grave: bool) -> Readers:
    """Return who would read a letter if it were sent as it stands now; raises NobodyReads."""
    return readers_of(answers["box"], school_id=letterbox.school_id, without=_without(answers), grave=grave)


def _without(answers: Mapping[str, Any]) -> KeptFrom:
    return KeptFrom(frozenset(answers.get("excluded", ())), bool(answers.get("excluded_words", "").strip()))


def post(
    letterbox: Letterbox, answers: Mapping[str, Any], *, code: str, source: str = "", writer: Writer | None = None,
    weighed: Weighed | None = None, by: audit.Doer = DOER, files: Sequence[Checked] = (),
) -> Letter:
    """Post a letter under a return code; raises NothingWritten, TooLong, NobodyReads, Busy, and what
    `attach` raises.

    `writer` is what the code stands for and `weighed` what screening found, where this slow work was done before the
    transaction. Screening only suggests: it decides who is told at once, never whether a letter is read. `source` is
    where it comes from, kept as a keyed hash for a quarter of an hour: nobody is shut out by it, see `flood`. `by` is
    whoever typed in what came on paper.
    """
    text = worded(answers["text"])
    weighed = weighed or weigh(answers)
    who = who_reads(letterbox, answers, grave=weighed.grave)
    key = letters.seal_letter(
        organisation_id=letterbox.school_id, to=who.to, standby=who.standby, basis="letter:posted",
        writer=writer or letters.writer_of(read_return_code(code)),
    )
    letter = _letter(letterbox, key.object_id, who, weighed, unsafe=bool(answers.get("unsafe")))
    if flood.is_one(letter.school_id, source) and not weighed.grave:
        letter.state = "held"
    vault.write(letter, "head", _head(answers, weighed.found), key)
    _seal_name(letter, answers)
    session().add(letter)
    session().flush()
    attached = attaching.attach(messages.add(letter, "letter", text, key), files, key)
    trail.changed(by, "letter:received", letter, *attached, box=letter.box_code, level=weighed.level)
    _tell(letter, who, grave=weighed.grave, by=by)
    return letter


def worded(text: str) -> str:
    """Return what was written without the blanks around it; raises NothingWritten, TooLong."""
    if not text.strip():
        raise NothingWritten()
    if len(text) > LONGEST:
        raise TooLong()
    return text.strip()


def _letter(letterbox: Letterbox, letter_id: UUID, who: Readers, weighed: Weighed, *, unsafe: bool) -> Letter:
    calendar = calendar_of(letterbox.school_id)
    return Letter(
        id=letter_id,
        school_id=letterbox.school_id,
        box_code=who.box,
        state="waiting",
        received_at=clock.now(),
        suggested_level=weighed.level,
        rules_code=weighed.found.version,
        unsafe=unsafe,
        opening_due_at=opening_due(weighed.level, calendar),
        due_at=answer_due(who.box, calendar),
        ladder=who.rungs,
        climbed=0,
        read_by_writer=1,
        read_by_staff=0,
        revision=1,
        thread=messages.beginning(letter_id),
    )


def _head(answers: Mapping[str, Any], found: Screening) -> dict[str, Any]:
    named = answers.get("mode") == "named"
    return {
        "addressed_to": answers["box"],
        "mode": answers.get("mode", "anonymous"),
        "name": answers.get("name", "").strip() if named else "",
        "class": answers.get("class", "").strip(),
        "reply": bool(answers.get("reply", True)),
        "talk": bool(answers.get("talk")),
        "excluded": sorted(person_id.hex for person_id in answers.get("excluded", ())),
        "excluded_words": answers.get("excluded_words", "").strip(),
        "screening": asdict(found),
        "typed_by": answers.get("typed_by", ""),
    }


def _seal_name(letter: Letter, answers: Mapping[str, Any]) -> None:
    """Seal the name of somebody who gives it for an emergency only: nobody holds it plainly.

    Room and centre stand by, whichever box the letter lies in: what is an emergency is theirs.
    """
    name = answers.get("name", "").strip()
    if answers.get("mode") != "sealed" or not name:
        return
    who = readers_of("room", school_id=letter.school_id, without=_without(answers), grave=True)
    key = letters.seal_letter(
        organisation_id=letter.school_id, to=(), standby=(*who.to, *who.standby), basis="letter:name", writer=None
    )
    letter.name_id = key.object_id
    vault.write(letter, "name", name, key)


def _tell(letter: Letter, who: Readers, *, grave: bool, by: audit.Doer) -> None:
    if letter.state == "held":
        flood.tell(letter, who.people)
        return
    notifications.queue(
        "letter:urgent" if grave else "letter:received", to=sorted(who.people), organisation=letter.school_id,
        subject=("letter", letter.id), by=by, urgent=letter.suggested_level == "R4",
    )
