"""Who a file is open to, and who looked."""

from typing import Any

from flask import g
from marshmallow import fields

from app.access import guard
from app.audit.queries import events_about
from app.core.forms import Shape
from app.files import policy, queries, schemas, service
from app.files.api.resource import After, files_api
from app.files.models import StudentFile


class Looks(Shape):
    """A page of who opened what, and the cursor that continues it."""

    items = fields.List(fields.Nested(schemas.LookOut))
    next = fields.Str(allow_none=True)


@files_api.get("/files/<uuid:file_id>/viewers")
@guard(policy.WHO_VIEWED, load=queries.get_file, visit="file:viewers_viewed")
@files_api.arguments(After, location="query")
@files_api.response(200, Looks)
def viewers(file: StudentFile, query: dict[str, Any]) -> Any:
    """List who opened what of a file, newest first."""
    page = events_about(file.id, cursor=query.get("after"))
    return {"items": page.items, "next": page.next}


@files_api.put("/files/<uuid:file_id>/charge")
@guard(policy.HAND_CHARGE, load=queries.get_file)
@files_api.arguments(schemas.Charge)
@files_api.response(200, schemas.FileOut)
def charge(file: StudentFile, given: dict[str, Any]) -> Any:
    """Put a colleague in charge."""
    service.hand_charge(file, to=given["person"], by=g.actor)
    return file


@files_api.put("/files/<uuid:file_id>/restriction")
@guard(policy.RESTRICT, load=queries.get_file)
@files_api.arguments(schemas.Named)
@files_api.response(200, schemas.FileOut)
def restrict(file: StudentFile, given: dict[str, Any]) -> Any:
    """Close a file to all but the named; it asks for a fresh proof of identity."""
    service.restrict(file, to=given["people"], by=g.actor)
    return file
