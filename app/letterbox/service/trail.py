"""What the trail says of letters: each deed with the state that it left, so that none is put back by SQL unseen."""

from typing import Any

from app import audit
from app.audit import Doer
from app.audit.body import Code
from app.entrance.models import Letterbox
from app.letterbox.models import AnswerReading, EmergencyOpening, Letter, LetterAttachment, LetterRelease

# What others rely on: what was said and in which order, who has it, which clocks run. When its writer was last here
# leaves no event: the trail would remember a child's hours for good.
_HELD: dict[type, tuple[str, ...]] = {
    Letter: (
        "box_code", "state", "received_at", "suggested_level", "unsafe", "level", "opening_due_at", "due_at",
        "opened_at", "opened_by", "answered_at", "closed_at", "read_by_staff", "ladder", "climbed", "thread",
        "head", "talk", "readerless_since", "readerless_due_at",
    ),
    LetterAttachment: ("message_id", "details", "stored_size"),
    AnswerReading: ("letter_id", "author_id", "due_at", "read_at", "read_by", "reminded", "remind_at"),
    EmergencyOpening: (
        "letter_id", "opened_by", "opened_at", "expires_at", "review_due_at", "reason", "reviewed_at", "reviewed_by",
        "verdict_code", "basis_code", "subject_code", "key_id", "reminded", "remind_at",
    ),
    LetterRelease: ("letter_id", "author_id", "recipient_id", "basis_code", "at", "words"),
    Letterbox: ("open", "address_code", "hotlines_note", "hours_note"),
}


def changed(by: Doer, action: str, letter: Letter, *also: Any, **codes: Code) -> None:
    """Keep that somebody changed a letter, and what it and other rows that were written hold now."""
    audit.record(
        by, action, organisation=letter.school_id, subject=("letter", letter.id), holds=holding(letter, *also), **codes
    )


def kept(by: Doer, action: str, row: AnswerReading | EmergencyOpening | LetterRelease, **codes: Code) -> None:
    """Keep that somebody did something about a letter that left it as it was, and what the row of it holds now."""
    audit.record(
        by, action, organisation=row.school_id, subject=("letter", row.letter_id), holds=holding(row), **codes
    )


def holding(*rows: Any) -> list[Code]:
    """Return for an event what rows hold now."""
    return [held for row in rows for held in audit.holding(row, *_HELD[type(row)])]
