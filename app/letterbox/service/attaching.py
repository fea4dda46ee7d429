"""Photos, recordings and documents that go with a letter: known by their content, sealed, handed out to its readers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from sqlalchemy import func, select

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.words import N_
from app.files import content, store
from app.files.pictures import without_metadata
from app.letterbox import policy
from app.letterbox.models import Letter, LetterAttachment, LetterMessage
from app.letterbox.queries import attachments_of
from app.vault import ObjectKey

MOST = 3
"""How many may go with one message (Xinxia's own default)."""
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


def attach(message: LetterMessage, uploads: Sequence[Upload], key: ObjectKey) -> None:
    """Seal files under the key of their letter; raises TooMany, WrongKind, NoRoom, TooLarge.

    Photos lose what the camera wrote into them: where and when, and with which phone.
    """
    if len(uploads) > MOST:
        raise TooMany()
    for upload in uploads:
        _attach(message, upload, key)


def _attach(message: LetterMessage, upload: Upload, key: ObjectKey) -> None:
    content.size_of(upload.source)
    try:
        kind = content.kind_of(upload.source, KINDS)
    except content.WrongKind:
        raise WrongKind() from None
    source = without_metadata(kind, upload.source)
    size = content.size_of(source)
    _expect_room(message, size)
    attachment = LetterAttachment(
        id=new_id(), letter_id=message.letter_id, message_id=message.id, school_id=message.school_id,
        added_at=clock.now(),
    )
    attachment.letter = message.letter
    details = {"name": content.plain_name(upload.name, kind), "kind": kind, "size": size}
    vault.write(attachment, "details", details, key)
    attachment.stored_size = store.keep(attachment, key, source)
    session().add(attachment)
    session().flush()


def _expect_room(message: LetterMessage, size: int) -> None:
    used = session().scalar(
        select(func.coalesce(func.sum(LetterAttachment.stored_size), 0)).where(
            LetterAttachment.school_id == message.school_id
        )
    )
    if (used or 0) + size > session().info["attachment_quota"]:
        raise NoRoom()


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
