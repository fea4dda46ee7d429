"""Opening what is sealed in a file, record by record: a damaged one is shown as damaged and hides no other."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app import vault
from app.access import Actor
from app.core.database import Base
from app.files.models import Addendum, Attachment, FileEntry, FileOpening, ProcessNote, StudentFile


def overview_of(file: StudentFile, *, by: Actor) -> dict[str, Any] | None:
    """Return the sections of the overview, None when it is damaged."""
    return _opened(file, "overview", file.id, by)


def body_of(entry: FileEntry, *, by: Actor) -> dict[str, Any] | None:
    """Return what an entry says, None when it is damaged."""
    return _opened(entry, "body", entry.id, by)


def bodies_of(entries: Iterable[FileEntry], *, by: Actor) -> dict[UUID, dict[str, Any] | None]:
    """Return what many entries say, opening their keys together."""
    entries = list(entries)
    by.ring.open_many({entry.id for entry in entries})
    return {entry.id: body_of(entry, by=by) for entry in entries}


def texts_of(addenda: Iterable[Addendum], *, by: Actor) -> dict[UUID, str | None]:
    """Return the words of many addenda, opening the keys of their entries together."""
    addenda = list(addenda)
    by.ring.open_many({addendum.entry_id for addendum in addenda})
    return {addendum.id: text_of(addendum, by=by) for addendum in addenda}


def text_of(addendum: Addendum, *, by: Actor) -> str | None:
    """Return an addendum's words, None when they are damaged."""
    return _opened(addendum, "text", addendum.entry_id, by)


def reason_of(opening: FileOpening, *, by: Actor) -> str | None:
    """Return why a colleague opened the file, None when it is damaged."""
    return _opened(opening, "reason", opening.file_id, by)


def details_of(attachment: Attachment, *, by: Actor) -> dict[str, Any] | None:
    """Return a document's name, kind and size, None when they are damaged."""
    return _opened(attachment, "details", attachment.file_id, by)


def note_text(note: ProcessNote | None, *, by: Actor) -> str | None:
    """Return the author's own note, empty before there is one, None when it is damaged."""
    return "" if note is None else _opened(note, "text", note.id, by)


def _opened(row: Base, column: str, object_id: UUID, by: Actor) -> Any:
    try:
        return vault.read(row, column, by.ring.open(object_id))
    except vault.Damaged:
        return None
