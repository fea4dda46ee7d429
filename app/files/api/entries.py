"""Session entries, and the author's own note."""

from typing import Any

from flask import g, url_for
from marshmallow import fields

from app.access import guard
from app.core.forms import Shape
from app.directory.queries import calendar_of
from app.files import policy, queries, reading, schemas, service
from app.files.api.resource import Version, columns_of, files_api
from app.files.models import Addendum, FileEntry, StudentFile


@files_api.get("/files/<uuid:file_id>/entries")
@guard(policy.READ, load=queries.get_file, visit="file:viewed")
@files_api.response(200, schemas.EntryLine(many=True))
def entries(file: StudentFile) -> Any:
    """List the entries of a file: signed ones, and the caller's own drafts."""
    return [e for e in queries.entry_lines_of(file) if e.state == "signed" or e.author_id == g.actor.person_id]


@files_api.post("/files/<uuid:file_id>/entries")
@guard(policy.WRITE_ENTRY, load=queries.get_file)
@files_api.arguments(schemas.EntryBegin)
@files_api.response(201, schemas.EntryOut)
def begin(file: StudentFile, given: dict[str, Any]) -> Any:
    """Begin the draft of an entry."""
    started_at = given["started_at"].replace(tzinfo=calendar_of(file.school_id).zone)
    body = {"template": given["template"]}
    made = service.begin_entry(file, kind=given["kind"], started_at=started_at, body=body, by=g.actor)
    return _opened(made), {"Location": _where(made)}


@files_api.get("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
@files_api.response(200, schemas.EntryOut)
def entry(entry: FileEntry) -> Any:
    """Open an entry; the body of a damaged one is null."""
    return _opened(entry)


@files_api.put("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
@files_api.arguments(schemas.EntryBody(exclude=("then",)))
@files_api.response(200, schemas.EntryOut)
def save(entry: FileEntry, given: dict[str, Any]) -> Any:
    """Save a draft; a version that somebody else built on meanwhile is refused with 409."""
    service.save_entry(entry, body=schemas.kept_body(given), revision=given["version"], by=g.actor)
    return _opened(entry), {"Content-Location": _where(entry)}


@files_api.delete("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry)
@files_api.response(204)
def discard(entry: FileEntry) -> None:
    """Take a draft away for good; a signed entry is refused with 409."""
    service.discard_entry(entry, by=g.actor)


@files_api.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/signature")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
@files_api.arguments(Version)
@files_api.response(200, schemas.EntryOut)
def sign(entry: FileEntry, given: dict[str, Any]) -> Any:
    """Sign a draft: from then on it stays as it is."""
    service.sign_entry(entry, revision=given["version"], by=g.actor)
    return _opened(entry), {"Content-Location": _where(entry)}


@files_api.get("/files/<uuid:file_id>/entries/<uuid:entry_id>/addenda")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
@files_api.response(200, schemas.AddendumOut(many=True))
def addenda(entry: FileEntry) -> Any:
    """List what was added to an entry; the text of a damaged one is null."""
    return [_opened_addendum(addendum) for addendum in queries.addenda_of(entry)]


@files_api.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/addenda")
@guard(policy.READ_ENTRY, load=queries.get_entry)
@files_api.arguments(schemas.Words)
@files_api.response(201, schemas.AddendumOut)
def add(entry: FileEntry, given: dict[str, Any]) -> Any:
    """Add to a signed entry."""
    made = service.add_addendum(entry, text=given["text"], by=g.actor)
    where = url_for("files_api.addenda", file_id=entry.file_id, entry_id=entry.id)
    return _opened_addendum(made), {"Location": where}


class NoteOut(Shape):
    """The caller's own note."""

    text = fields.Str(allow_none=True)


@files_api.get("/files/<uuid:file_id>/note")
@guard(policy.NOTE, load=queries.get_file, visit="note:viewed")
@files_api.response(200, NoteOut)
def note(file: StudentFile) -> Any:
    """Open the caller's own note on a file; a damaged one is null."""
    return {"text": reading.note_text(queries.note_of(file, g.actor), by=g.actor)}


@files_api.put("/files/<uuid:file_id>/note")
@guard(policy.NOTE, load=queries.get_file, visit="note:viewed")
@files_api.arguments(schemas.Note)
@files_api.response(200, NoteOut)
def save_note(file: StudentFile, given: dict[str, Any]) -> Any:
    """Keep the caller's own note on a file."""
    service.save_note(file, text=given.get("text", ""), by=g.actor)
    return {"text": given.get("text", "")}, {"Content-Location": url_for("files_api.note", file_id=file.id)}


def _where(entry: FileEntry) -> str:
    return url_for("files_api.entry", file_id=entry.file_id, entry_id=entry.id)


def _opened(entry: FileEntry) -> dict[str, Any]:
    return {
        **columns_of(entry, schemas.EntryLine),
        "body": reading.body_of(entry, by=g.actor),
        "verified": service.is_verified(entry) if entry.state == "signed" else None,
    }


def _opened_addendum(addendum: Addendum) -> dict[str, Any]:
    return {
        "id": addendum.id,
        "author_id": addendum.author_id,
        "added_at": addendum.added_at,
        "text": reading.text_of(addendum, by=g.actor),
        "verified": service.is_addendum_verified(addendum),
    }
