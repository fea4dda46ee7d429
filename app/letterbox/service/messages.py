"""The messages of a letter, each bound to the one before it: dropping, swapping and rolling back show."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.letterbox.models import Letter, LetterMessage
from app.vault import Damaged, ObjectKey
from app.vault.encoding import lengths
from app.vault.statements import moment


@dataclass(frozen=True)
class Said:
    """A message as somebody with its key reads it; `verified` for an answer that bears its author's signature."""

    message: LetterMessage
    words: str
    verified: bool = False


def add(letter: Letter, kind: str, words: str, key: ObjectKey, *, by: Actor | None = None) -> LetterMessage:
    """Add a message behind the last one, signed where somebody of the staff wrote it."""
    last = session().scalar(
        select(LetterMessage)
        .where(LetterMessage.letter_id == letter.id)
        .order_by(LetterMessage.number.desc())
        .limit(1)
    )
    message = LetterMessage(
        id=new_id(),
        letter_id=letter.id,
        school_id=letter.school_id,
        object_id=key.object_id,
        number=last.number + 1 if last else 1,
        kind=kind,
        author_id=by.person_id if by else None,
        at=clock.now(),
        before=_digest(last) if last else beginning(letter.id),
    )
    message.letter = letter
    vault.write(message, "body", words, key)
    if by is not None:
        message.signer_epoch, message.signature = by.ring.epoch, by.ring.sign(*_statement(message, words))
    letter.thread = _grown(letter.thread, message)
    session().add(message)
    session().flush()
    return message


def unanswered(letter: Letter) -> int:
    """Return how many messages the writer has added since somebody last answered."""
    of_letter = LetterMessage.letter_id == letter.id
    last = select(func.coalesce(func.max(LetterMessage.number), 0)).where(of_letter, LetterMessage.kind == "answer")
    later = select(func.count()).where(
        of_letter, LetterMessage.kind == "more", LetterMessage.number > last.scalar_subquery()
    )
    return session().scalar(later) or 0


def all_of(letter: Letter) -> list[LetterMessage]:
    """Return the messages of a letter in their order; raises Damaged where one is missing, moved or changed.

    Who also sets back what the letter says of its thread is found by the trail.
    """
    messages = list(
        session().scalars(
            select(LetterMessage).where(LetterMessage.letter_id == letter.id).order_by(LetterMessage.number)
        )
    )
    expected = thread = beginning(letter.id)
    for number, message in enumerate(messages, 1):
        if message.number != number or message.before != expected:
            raise Damaged()
        expected, thread = _digest(message), _grown(thread, message)
    if thread != letter.thread:
        raise Damaged()
    return messages


def beginning(letter_id: UUID) -> bytes:
    """Return the digest of a thread in which nothing has been said yet."""
    return hashlib.sha256(letter_id.bytes).digest()


def read(messages: Sequence[LetterMessage], keys: dict[UUID, ObjectKey]) -> list[Said]:
    """Return those messages whose key is among these, in their order."""
    return [_read(message, keys[message.object_id]) for message in messages if message.object_id in keys]


def _read(message: LetterMessage, key: ObjectKey) -> Said:
    words: str = vault.read(message, "body", key)
    author, epoch, signature = message.author_id, message.signer_epoch, message.signature
    verified = author is not None and epoch is not None and signature is not None and vault.trust().signed(
        author, epoch, signature, *_statement(message, words)
    )
    return Said(message, words, verified)


def _statement(message: LetterMessage, words: str) -> tuple[str | bytes | int | UUID, ...]:
    return "letter-message", message.letter_id, message.kind, message.place, words


def _grown(thread: bytes, message: LetterMessage) -> bytes:
    """Return the digest of a thread with one message more, with all that is said of it: when, and by whom."""
    signer = message.signer_epoch, message.signature
    said = message.kind, message.author_id, moment(message.at), message.object_id, message.place, message.body, *signer
    return hashlib.sha256(lengths("xinxia/1/letter-thread", thread, *said)).digest()


def _digest(message: LetterMessage) -> bytes:
    return hashlib.sha256(message.place + message.body).digest()
