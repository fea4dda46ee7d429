"""What was imported, for programs: the lists of those who administer, what each changed, and undoing it for a day."""

from typing import Any

from flask import g, url_for
from marshmallow import fields

from app.access import guard
from app.core.forms import Shape
from app.core.openapi import After, page_of
from app.core.paging import Page
from app.directory import policy, schemas
from app.directory.api.resource import directory_api
from app.directory.importing import queries, undoing
from app.directory.importing.models import RosterImport
from app.directory.queries import names_of, names_of_students


class ImportOut(Shape):
    """A list that was imported, with its counts."""

    id = fields.UUID()
    kind = fields.Str()
    organisation_id = fields.UUID()
    made_at = fields.AwareDateTime()
    by = fields.Str()
    counts = fields.Dict(keys=fields.Str(), values=fields.Int())
    undo_until = fields.AwareDateTime(allow_none=True)
    undone_at = fields.AwareDateTime(allow_none=True)


class ImportWithStayedOut(ImportOut):
    """An import, whether it can be undone now, and whom undoing left as they were."""

    can_undo = fields.Bool()
    stayed = fields.List(
        fields.Nested(schemas.StudentOut),
        metadata={"description": "Students about whom something newer is kept than the import."},
    )


@directory_api.get("/rosters")
@guard(policy.LIST_ROSTERS)
@directory_api.arguments(After, location="query")
@directory_api.response(200, page_of(ImportOut))
def rosters(query: dict[str, Any]) -> Any:
    """List what was imported where the caller administers, newest first."""
    page = queries.imports_seen_by(g.actor, cursor=query.get("after"))
    names = names_of({done.person_id for done in page.items})
    return Page([_line(done, names) for done in page.items], page.next)


@directory_api.get("/rosters/<uuid:import_id>")
@guard(policy.SEE_IMPORT, load=queries.get_import)
@directory_api.response(200, ImportWithStayedOut)
def roster_import(done: RosterImport) -> Any:
    """Open an import: what it did, and the way back while there is one."""
    return told(done)


@directory_api.post("/rosters/<uuid:import_id>/undo")
@guard(policy.UNDO_IMPORT, load=queries.get_import)
@directory_api.response(200, ImportWithStayedOut)
def undo(done: RosterImport) -> Any:
    """Undo an import within its day; students about whom something newer is kept stay, and are named."""
    undoing.undo_import(done, by=g.actor)
    return told(done), {"Content-Location": where(done)}


def where(done: RosterImport) -> str:
    """Return the address of an import."""
    return url_for("directory_api.roster_import", import_id=done.id)


def told(done: RosterImport) -> dict[str, Any]:
    """Return an import as ImportWithStayedOut shows it."""
    stayed = names_of_students(undoing.who_stayed(done, by=g.actor), g.actor.ring)
    may_undo = undoing.can_undo(done) and policy.UNDO_IMPORT.allows(g.actor, done)
    return {**_line(done, names_of([done.person_id])), "can_undo": may_undo, "stayed": list(stayed.values())}


def _line(done: RosterImport, names: dict[Any, str]) -> dict[str, Any]:
    kept = ("id", "kind", "organisation_id", "made_at", "counts", "undo_until", "undone_at")
    return {**{name: getattr(done, name) for name in kept}, "by": names.get(done.person_id, "")}
