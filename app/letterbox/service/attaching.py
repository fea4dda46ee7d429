"""Photos, recordings and documents that go with a letter: known by their content, sealed, handed out to its readers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.words import N_
from app.escalation.levels import GRAVE
from app.files import content, store
from app.files.metadata import without_makers
from app.letterbox import policy
from app.letterbox.models import Letter, LetterAttachment, LetterMessage
from app.letterbox.queries import attachments_of
from app.vault import ObjectKey

MOST = 3
"""How many may go with one message (Xinxia's own default)."""
MOST_OF_A_LETTER = 60 * 1024 * 1024
"""How much may come with all messages of one letter, in bytes: whoever writes on and on fills no disk."""
UNREAD_SHARE = 2
"""Letters that nobody has opened have one half of the room: the other is for those that are being answered, and for
what may be an emergency."""
KINDS = content.KINDS | content.RECORDINGS


class TooMany(Invalid):
    """More than a message carries."""

    words = N_("Up to three files can go with a letter. Please leave some out.")


class WrongKind(Invalid):
    """Something that is none of what a letter carries."""

    words = N_("One of these files is no photo, recording, PDF or Word document. Please leave it out.")


class NoRoom(Invalid):
    """The school's share of the disk is used up; a letter still gets through."""

    words = N_("There is no room for files at the moment. Your letter can be sent without them.")


@dataclass(frozen=True)
class Upload:
    """A file as it was chosen: its name is only a name."""

    name: str
    source: IO[bytes]


@dataclass(frozen=True)
class Checked:
    """A file that may go along: its name, what it is by its content, and its bytes without what says too much."""

    name: str
    kind: str
    size: int
    source: IO[bytes] = field(repr=False)


def checked(uploads: Sequence[Upload]) -> list[Checked]:
    """Return files as they go along; slow, so it is done before the transaction.

    Photos, recordings and Word documents lose what was written into them: where and when, by whom, and with which
    phone. Raises TooMany, WrongKind, TooLarge, and what `without_makers` raises.
    """
    if len(uploads) > MOST:
        raise TooMany()
    return [_checked(upload) for upload in uploads]


def _checked(upload: Upload) -> Checked:
    content.size_of(upload.source)
    try:
        kind = content.kind_of(upload.source, KINDS)
    except content.WrongKind:
        raise WrongKind() from None
    source = without_makers(kind, upload.source)
    return Checked(content.plain_name(upload.name, kind), kind, content.size_of(source), source)


def attach(message: LetterMessage, files: Sequence[Checked], key: ObjectKey) -> list[LetterAttachment]:
    """Seal files under the key of their letter and return them; raises NoRoom."""
    return [_attach(message, file, key) for file in files]


def _attach(message: LetterMessage, file: Checked, key: ObjectKey) -> LetterAttachment:
    _expect_room(message.letter, file.size)
    attachment = LetterAttachment(
        id=new_id(), letter_id=message.letter_id, message_id=message.id, school_id=message.school_id,
        added_at=clock.now(),
    )
    attachment.letter = message.letter
    vault.write(attachment, "details", {"name": file.name, "kind": file.kind, "size": file.size}, key)
    # The request may run again after a lost race, and then finds it read.
    file.source.seek(0)
    try:
        attachment.stored_size = store.keep(attachment, key, file.source)
    except store.NotStored:
        raise NoRoom() from None
    session().add(attachment)
    session().flush()
    return attachment


def _expect_room(letter: Letter, size: int) -> None:
    room = session().info["attachment_quota"]
    here = LetterAttachment.school_id == letter.school_id
    if _used(LetterAttachment.letter_id == letter.id) + size > MOST_OF_A_LETTER or _used(here) + size > room:
        raise NoRoom()
    if letter.opened_at is None and letter.suggested_level not in GRAVE:
        unread = LetterAttachment.letter_id.in_(
            select(Letter.id).where(Letter.school_id == letter.school_id, Letter.opened_at.is_(None))
        )
        if _used(here & unread) + size > room // UNREAD_SHARE:
            raise NoRoom()


def _used(which: ColumnElement[bool]) -> int:
    return session().scalar(select(func.coalesce(func.sum(LetterAttachment.stored_size), 0)).where(which)) or 0


def read_attachment(attachment: LetterAttachment, *, by: Actor) -> tuple[dict[str, Any], Iterator[bytes]]:
    """Return name, kind and size of a file and its authenticated content, a chunk at a time."""
    policy.READ.demand(by, attachment)
    key = by.ring.open(attachment.letter_id)
    return details_of(attachment, key), store.content_of(attachment, key)


def details_of(attachment: LetterAttachment, key: ObjectKey) -> dict[str, Any]:
    """Return name, kind and size of a file."""
    details: dict[str, Any] = vault.read(attachment, "details", key)
    return details


@dataclass(frozen=True)
class Attached:
    """A file that came with a message, as its readers see it."""

    attachment: LetterAttachment
    details: dict[str, Any]


def files_by_message(letter: Letter, key: ObjectKey) -> dict[UUID, list[Attached]]:
    """Return the files of a letter by the message that they came with."""
    found: dict[UUID, list[Attached]] = {}
    for attachment in attachments_of(letter.id):
        found.setdefault(attachment.message_id, []).append(Attached(attachment, details_of(attachment, key)))
    return found
