"""Files for programs: what the pages do, through the same services and permissions."""

from typing import Any

from flask import g
from marshmallow import fields

from app import vault
from app.access import guard
from app.core.forms import Shape
from app.core.openapi import blueprint
from app.directory.queries import calendar_of
from app.files import policy, queries, schemas, service
from app.files.models import FileEntry, StudentFile

files_api = blueprint("files", __name__, description="Psychological files of students")


class Files(Shape):
    """A page of files and the cursor that continues it."""

    items = fields.List(fields.Nested(schemas.FileOut))
    next = fields.Str(allow_none=True)


class After(Shape):
    """Where a list goes on."""

    after = fields.Str()


@files_api.get("/files")
@guard(policy.LIST)
@files_api.arguments(After, location="query")
@files_api.response(200, Files)
def index(query: dict[str, Any]) -> Any:
    """List the files the caller is in charge of."""
    page = queries.files_in_charge(g.actor, cursor=query.get("after"))
    return {"items": page.items, "next": page.next}


@files_api.get("/files/<uuid:file_id>")
@guard(policy.READ, load=queries.get_file, visit="file:viewed")
@files_api.response(200, schemas.FileWithOverviewOut)
def show(file: StudentFile) -> Any:
    """Open a file with its overview."""
    overview = vault.read(file, "overview", g.actor.ring.open(file.id))
    return {**_columns(file, schemas.FileOut), "overview": overview}


@files_api.get("/files/<uuid:file_id>/entries")
@guard(policy.READ, load=queries.get_file, visit="file:viewed")
@files_api.response(200, schemas.EntryLine(many=True))
def entries(file: StudentFile) -> Any:
    """List the entries of a file: signed ones, and the caller's own drafts."""
    return [e for e in queries.entries_of(file) if e.state == "signed" or e.author_id == g.actor.person_id]


@files_api.post("/files/<uuid:file_id>/entries")
@guard(policy.WRITE_ENTRY, load=queries.get_file)
@files_api.arguments(schemas.EntryBegin)
@files_api.response(201, schemas.EntryOut)
def begin(file: StudentFile, given: dict[str, Any]) -> Any:
    """Begin the draft of an entry."""
    started_at = given["started_at"].replace(tzinfo=calendar_of(file.school_id).zone)
    return _opened(service.begin_entry(file, kind=given["kind"], started_at=started_at, by=g.actor))


@files_api.get("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
@files_api.response(200, schemas.EntryOut)
def entry(entry: FileEntry) -> Any:
    """Open an entry."""
    return _opened(entry)


@files_api.put("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry)
@files_api.arguments(schemas.EntryBody)
@files_api.response(200, schemas.EntryOut)
def save(entry: FileEntry, given: dict[str, Any]) -> Any:
    """Save a draft; a version that somebody else built on meanwhile is refused with 409."""
    service.save_entry(entry, body=schemas.kept_body(given), revision=given["version"], by=g.actor)
    return _opened(entry)


class Version(Shape):
    """The version of a record that the caller has seen."""

    version = fields.Int(required=True)


@files_api.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/signature")
@guard(policy.READ_ENTRY, load=queries.get_entry)
@files_api.arguments(Version)
@files_api.response(200, schemas.EntryOut)
def sign(entry: FileEntry, given: dict[str, Any]) -> Any:
    """Sign a draft: from then on it stays as it is."""
    service.sign_entry(entry, revision=given["version"], by=g.actor)
    return _opened(entry)


class AddendumOut(Shape):
    """What was added to an entry."""

    id = fields.UUID()
    author_id = fields.UUID()
    added_at = fields.AwareDateTime()


@files_api.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/addenda")
@guard(policy.READ_ENTRY, load=queries.get_entry)
@files_api.arguments(schemas.Words)
@files_api.response(201, AddendumOut)
def add(entry: FileEntry, given: dict[str, Any]) -> Any:
    """Add to a signed entry."""
    return service.add_addendum(entry, text=given["text"], by=g.actor)


def _opened(entry: FileEntry) -> dict[str, Any]:
    return {
        **_columns(entry, schemas.EntryLine),
        "body": vault.read(entry, "body", g.actor.ring.open(entry.id)),
        "verified": service.is_verified(entry) if entry.state == "signed" else None,
    }


def _columns(row: Any, shape: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape().fields}
