"""The history of a student as one line of time: openings, sessions, additions and documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.access import Actor
from app.core.database import session
from app.files.models import Addendum, FileEntry, FileOpening, StudentFile
from app.files.queries import addenda_of, attachments_of, entries_of


@dataclass(frozen=True)
class Happening:
    """Something on the timeline: what kind, when, by whom, and the record behind it."""

    kind: str
    at: datetime
    person_id: UUID
    entry: FileEntry | None = None
    words: str = ""


def timeline_of(file: StudentFile, *, by: Actor) -> list[Happening]:
    """Return what happened to a file, newest first, with the reasons given for opening it."""
    entries = entries_of(file)
    happened = [Happening("opened", file.opened_at, file.opened_by)]
    happened += [Happening("entry", e.started_at, e.author_id, e) for e in entries if _shown(e, by)]
    happened += [_added(a, entries) for added in addenda_of(entries).values() for a in added]
    happened += [Happening("document", a.added_at, a.author_id) for a in attachments_of(file)]
    happened += _reasons(file, by)
    return sorted(happened, key=lambda event: event.at, reverse=True)


def _shown(entry: FileEntry, by: Actor) -> bool:
    """A draft is its author's alone."""
    return entry.state == "signed" or entry.author_id == by.person_id


def _added(addendum: Addendum, entries: Sequence[FileEntry]) -> Happening:
    entry = next(e for e in entries if e.id == addendum.entry_id)
    return Happening("addendum", addendum.added_at, addendum.author_id, entry)


def _reasons(file: StudentFile, by: Actor) -> list[Happening]:
    key = by.ring.open(file.id)
    rows = session().scalars(select(FileOpening).where(FileOpening.file_id == file.id))
    return [Happening("reason", r.opened_at, r.person_id, words=vault.read(r, "reason", key)) for r in rows]
