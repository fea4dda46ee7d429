"""The auditor's window for programs: search the trail, verify it, see who may do what."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, g, make_response
from flask_babel import gettext

from app.access import guard
from app.audit.checkpoint import to_file
from app.audit.heads import hand_out_notes
from app.audit.models import TrailEvent
from app.core.openapi import blueprint, page_of
from app.core.paging import Page
from app.directory.queries import names_of
from app.oversight import policy, queries, schemas
from app.oversight.access_table import table

oversight_api = blueprint("oversight", __name__, description="The trail, its proofs, and the table of permissions")


@oversight_api.get("/trail")
@guard(policy.READ_TRAIL, visit="trail:read")
@oversight_api.arguments(schemas.TrailQuery, location="query")
@oversight_api.response(200, page_of(schemas.EventOut))
def trail(query: dict[str, Any]) -> Any:
    """List what happened in the district, newest first: ids and codes, never content."""
    page = queries.find_events(query, g.actor, cursor=query.get("after"))
    names = names_of(queries.people_in(page.items))
    return Page([_line(event, names) for event in page.items], page.next)


def _line(event: TrailEvent, names: dict[UUID, str]) -> dict[str, Any]:
    kept = {name: getattr(event, name) for name in schemas.EventOut().fields if name != "by"}
    return {**kept, "by": names.get(event.person_id) if event.person_id else None}


@oversight_api.post("/trail/verification")
@guard(policy.VERIFY_TRAIL, visit="trail:verified")
@oversight_api.response(200, schemas.VerifiedOut)
def verify() -> Any:
    """Check every event, tree and checkpoint now; name the first broken place."""
    found, broken = queries.verified()
    if broken is not None:
        return {"whole": False, "broken": gettext(broken.what), "place": broken.place()}
    return {"whole": True, **vars(found)}


@oversight_api.post("/trail/checkpoints")
@guard(policy.EXPORT_TRAIL, visit="trail:exported")
@oversight_api.response(200, {"type": "string"}, content_type="text/plain")
def checkpoints() -> Response:
    """Hand out one signed checkpoint per organisation; it asks for a fresh proof of identity."""
    response = make_response(to_file(hand_out_notes()))
    response.mimetype = "text/plain"
    return response


@oversight_api.get("/access")
@guard(policy.READ_ACCESS_TABLE, visit="access:table_read")
@oversight_api.response(200, schemas.TableOut)
def access() -> Any:
    """Show who may do what, computed from the permissions themselves."""
    rows = table(current_app.extensions["permissions"])
    return {"columns": rows[0], "rows": rows[1:]}
