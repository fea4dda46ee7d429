"""The history of a student as one line of time: openings, sessions, additions and documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.access import Actor
from app.files import reading
from app.files.models import Addendum, Attachment, FileEntry, FileOpening, StudentFile
from app.files.queries import addenda_in, attachments_of, entry_lines_of, openings_of

PARTS = {"entry": "entries", "addendum": "additions", "document": "documents", "reason": "openings", "file": "openings"}
"""Which filter of the page a kind of happening belongs to."""


@dataclass(frozen=True)
class Happening:
    """Something on the timeline: what kind, when, by whom, the records behind it, and words sealed with it.

    `words` is None where there are none, and `damaged` says that there were some which cannot be shown.
    """

    kind: str
    at: datetime
    person_id: UUID
    entry: FileEntry | None = None
    addendum: Addendum | None = None
    attachment: Attachment | None = None
    words: str | None = None
    damaged: bool = False

    @property
    def part(self) -> str:
        """The filter it belongs to."""
        return PARTS[self.kind]


def timeline_of(
    file: StudentFile, *, by: Actor, part: str | None = None, entries: Sequence[FileEntry] | None = None
) -> list[Happening]:
    """Return what happened to a file, newest first; `part` keeps one filter's happenings only.

    Entries may be handed in when they were loaded with what is sealed in them.
    """
    shown = [e for e in entries or entry_lines_of(file) if e.state == "signed" or e.author_id == by.person_id]
    happened = [Happening("file", file.opened_at, file.opened_by)]
    happened += [Happening("entry", entry.started_at, entry.author_id, entry) for entry in shown]
    happened += _additions(file, shown)
    happened += [_document(kept, by) for kept in attachments_of(file)]
    happened += [_opening(opening, by) for opening in openings_of(file)]
    kept = [event for event in happened if part is None or event.part == part]
    return sorted(kept, key=lambda event: event.at, reverse=True)


def _additions(file: StudentFile, entries: Sequence[FileEntry]) -> list[Happening]:
    added = addenda_in(file)
    return [
        Happening("addendum", addendum.added_at, addendum.author_id, entry, addendum)
        for entry in entries
        for addendum in added.get(entry.id, ())
    ]


def _document(kept: Attachment, by: Actor) -> Happening:
    details = reading.details_of(kept, by=by)
    name = str(details["name"]) if details is not None else None
    return Happening("document", kept.added_at, kept.author_id, attachment=kept, words=name, damaged=details is None)


def _opening(opening: FileOpening, by: Actor) -> Happening:
    words = reading.reason_of(opening, by=by)
    return Happening("reason", opening.opened_at, opening.person_id, words=words, damaged=words is None)
