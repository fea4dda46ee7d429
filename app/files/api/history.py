"""What happened to a file as one line of time."""

from typing import Any

from flask import g
from marshmallow import fields, validate

from app.access import guard
from app.core.forms import Shape
from app.directory.queries import names_of
from app.files import policy, queries
from app.files.api.resource import files_api
from app.files.models import StudentFile
from app.files.timeline import PARTS, Happening, timeline_of


class WhichPart(Shape):
    """Which kind of happenings; all of them where none is named."""

    part = fields.Str(validate=validate.OneOf(sorted({*PARTS.values()})))


class HappeningOut(Shape):
    """Something that happened: what, when, by whom, and the record behind it."""

    kind = fields.Str(validate=validate.OneOf([*PARTS]))
    at = fields.AwareDateTime()
    person_id = fields.UUID()
    by = fields.Str(allow_none=True)
    entry_id = fields.UUID(allow_none=True)
    addendum_id = fields.UUID(allow_none=True)
    attachment_id = fields.UUID(allow_none=True)
    words = fields.Str(allow_none=True, metadata={"description": "A reason that was given, or a document's name."})
    damaged = fields.Bool(metadata={"description": "There were words, and they cannot be shown."})


@files_api.get("/files/<uuid:file_id>/history")
@guard(policy.READ, load=queries.get_file, visit="file:viewed")
@files_api.arguments(WhichPart, location="query")
@files_api.response(200, HappeningOut(many=True))
def history(file: StudentFile, query: dict[str, Any]) -> Any:
    """List what happened, newest first: openings with their reasons, entries, addenda, documents."""
    happened = timeline_of(file, by=g.actor, part=query.get("part"))
    names = names_of({one.person_id for one in happened})
    return [{**_plain(one), "by": names.get(one.person_id)} for one in happened]


def _plain(one: Happening) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in ("kind", "at", "person_id", "words", "damaged")}
    behind = {"entry_id": one.entry, "addendum_id": one.addendum, "attachment_id": one.attachment}
    return {**kept, **{name: record.id if record else None for name, record in behind.items()}}
