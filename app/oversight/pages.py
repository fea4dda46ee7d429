"""The auditor's pages: search the trail, verify it, see who may do what."""

from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for

from app.access import guard
from app.audit.checkpoint import to_file
from app.audit.heads import hand_out_notes
from app.core import forms
from app.directory.posts import POST_WORDS
from app.directory.queries import names_of
from app.oversight import policy, queries, schemas
from app.oversight.access_table import as_csv, table
from app.oversight.rules import rules_by_part

oversight = Blueprint("oversight", __name__, template_folder="templates")


@oversight.get("/trail")
@guard(policy.READ_TRAIL, visit="trail:read")
def trail() -> Any:
    """Show what happened in the district, newest first."""
    form = forms.read(schemas.TrailSearch(), request.args)
    page = queries.find_events(form.data, g.actor, cursor=request.args.get("after"))
    people = names_of(queries.people_in(page.items) | {id for id in (form.data.get("person"),) if id})
    return render_template(
        "oversight/trail.html", form=form, page=page, places=queries.places_of(g.actor), people=people,
        event_words=current_app.extensions["event_words"], without=_without,
    )


def _without(name: str) -> str:
    """Return the address of the same search without one of its filters."""
    kept: dict[str, Any] = {key: value for key, value in request.args.items() if value and key not in (name, "after")}
    return url_for("oversight.trail", **kept)


@oversight.get("/trail/verification")
@guard(policy.VERIFY_TRAIL)
def verification() -> str:
    """Show how the trail is verified, and the button that does it."""
    return render_template("oversight/verification.html", found=None, broken=None)


@oversight.post("/trail/verification")
@guard(policy.VERIFY_TRAIL, visit="trail:verified")
def verify_now() -> str:
    """Check every event, tree and checkpoint now; name the first broken place."""
    found, error = queries.verified()
    broken = f"{error.what} ({error.place() or '-'})" if error else None
    return render_template("oversight/verification.html", found=found, broken=broken)


@oversight.post("/trail/checkpoints")
@guard(policy.EXPORT_TRAIL, visit="trail:exported")
def checkpoints() -> Response:
    """Hand out one signed checkpoint per organisation, to be kept where the database is not."""
    response = make_response(to_file(hand_out_notes()))
    response.mimetype = "text/plain"
    response.headers.set("Content-Disposition", "attachment", filename="checkpoints.txt")
    return response


@oversight.get("/access")
@guard(policy.READ_ACCESS_TABLE, visit="access:table_read")
def access_table() -> str:
    """Show who may do what in words, computed from the permissions themselves."""
    parts = rules_by_part(current_app.extensions["permissions"])
    return render_template("oversight/access.html", parts=parts, post_words=POST_WORDS)


@oversight.get("/access.csv")
@guard(policy.READ_ACCESS_TABLE, visit="access:table_read")
def access_csv() -> Response:
    """Hand out the table as comma-separated text."""
    response = make_response(as_csv(table(current_app.extensions["permissions"])))
    response.mimetype = "text/csv"
    response.headers.set("Content-Disposition", "attachment", filename="access.csv")
    return response
