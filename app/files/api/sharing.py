"""Who a file is open to, and who looked."""

from typing import Any

from flask import g, url_for

from app.access import guard
from app.audit.queries import events_about
from app.core.openapi import After, page_of
from app.core.paging import Page
from app.directory.queries import names_of
from app.files import policy, queries, schemas, service
from app.files.api.resource import files_api
from app.files.models import StudentFile


@files_api.get("/files/<uuid:file_id>/viewers")
@guard(policy.WHO_VIEWED, load=queries.get_file, visit="file:viewers_viewed")
@files_api.arguments(After, location="query")
@files_api.response(200, page_of(schemas.LookOut))
def viewers(file: StudentFile, query: dict[str, Any]) -> Any:
    """List who opened what of a file, newest first."""
    page = events_about(file.id, cursor=query.get("after"))
    names = names_of({look.person_id for look in page.items if look.person_id})
    looks = [
        {
            "at": one.at, "person_id": one.person_id, "action": one.action,
            "by": names.get(one.person_id) if one.person_id else None,
        }
        for one in page.items
    ]
    return Page(looks, page.next)


@files_api.put("/files/<uuid:file_id>/charge")
@guard(policy.HAND_CHARGE, load=queries.get_file)
@files_api.arguments(schemas.Charge)
@files_api.response(200, schemas.FileOut)
def charge(file: StudentFile, given: dict[str, Any]) -> Any:
    """Put a colleague in charge."""
    service.hand_charge(file, to=given["person"], by=g.actor)
    return file, _standing_at(file)


@files_api.put("/files/<uuid:file_id>/restriction")
@guard(policy.RESTRICT, load=queries.get_file)
@files_api.arguments(schemas.Named)
@files_api.response(200, schemas.FileOut)
def restrict(file: StudentFile, given: dict[str, Any]) -> Any:
    """Close a file to all but the named; it asks for a fresh proof of identity."""
    service.restrict(file, to=given["people"], by=g.actor)
    return file, _standing_at(file)


def _standing_at(file: StudentFile) -> dict[str, str]:
    return {"Content-Location": url_for("files_api.show", file_id=file.id)}
