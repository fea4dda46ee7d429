"""Documents kept with a file: checked by content, sealed while they are read, handed out whole or not at all."""

from collections.abc import Iterator
from typing import IO, Any

from sqlalchemy import func, select

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import TooLarge
from app.core.ids import new_id
from app.core.words import N_
from app.files import store
from app.files.content import kind_of, plain_name, size_of
from app.files.metadata import without_metadata
from app.files.models import Attachment, StudentFile
from app.files.policy import ATTACH, READ_ATTACHMENT
from app.files.service.record import record


class NoRoomLeft(TooLarge):
    """The school's share of the disk is used up."""

    words = N_("There is no room left for documents. Please tell your administrator.")


def add_attachment(file: StudentFile, *, source: IO[bytes], name: str, by: Actor) -> Attachment:
    """Check a document by its content, seal it into the store, and keep its name sealed with the file."""
    ATTACH.demand(by, file)
    size_of(source)
    kind = kind_of(source)
    source = without_metadata(kind, source)
    size = size_of(source)
    _expect_room(file, size)
    attachment = Attachment(
        id=new_id(), school_id=file.school_id, file_id=file.id, author_id=by.person_id, added_at=clock.now()
    )
    attachment.file = file
    key = by.ring.open(file.id)
    vault.write(attachment, "details", {"name": plain_name(name, kind), "kind": kind, "size": size}, key)
    attachment.stored_size = store.keep(attachment, key, source)
    session().add(attachment)
    session().flush()
    record(by, "attachment:added", file, attachment=attachment.id)
    return attachment


def read_attachment(attachment: Attachment, *, by: Actor) -> tuple[dict[str, Any], Iterator[bytes]]:
    """Return name, kind and size of a document and its authenticated content, a chunk at a time."""
    READ_ATTACHMENT.demand(by, attachment)
    key = by.ring.open(attachment.file_id)
    details: dict[str, Any] = vault.read(attachment, "details", key)
    return details, store.content_of(attachment, key)


def _expect_room(file: StudentFile, size: int) -> None:
    used = session().scalar(
        select(func.coalesce(func.sum(Attachment.stored_size), 0)).where(Attachment.school_id == file.school_id)
    )
    if (used or 0) + size > session().info["attachment_quota"]:
        raise NoRoomLeft()
