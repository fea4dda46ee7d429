"""A concern as far as the caller's keys open it, what is done to it, and what a second person decides."""

from typing import Any

from flask import Response, g, jsonify, make_response, url_for

from app.access import guard
from app.core.errors import Invalid
from app.escalation import deeds, opinions, policy, queries, schemas
from app.escalation.api import shapes
from app.escalation.api.resource import concerns_api
from app.escalation.models import Concern, SecondOpinion
from app.escalation.views import ConcernView

# What is shown follows from who asks.
_SHOWN = {"anyOf": [shapes.ReportedConcern, shapes.ConcernOut]}
_DEED = {"in": "path", "name": "deed", "required": True, "schema": {"type": "string", "enum": list(deeds.NAMES)}}


@concerns_api.get("/concerns/<uuid:concern_id>")
@guard(policy.READ, load=queries.get_concern, visit="concern:viewed")
@concerns_api.response(200, _SHOWN)
def show(concern: Concern) -> Response:
    """Open a concern as far as the caller's keys and posts do; the one who raised it is shown less."""
    return _shown(concern)


@concerns_api.post("/concerns/<uuid:concern_id>/deeds/<deed>", parameters=[_DEED])
@guard(policy.READ, load=deeds.find, visit="concern:viewed")
@concerns_api.arguments(schemas.Deed)
@concerns_api.response(200, _SHOWN)
@concerns_api.alt_response(204, description="Done; the concern is no longer open to the caller.", success=True)
def do(wanted: deeds.Wanted, given: dict[str, Any]) -> Response:
    """Do a deed; a version that somebody else has overtaken is refused with 409."""
    if missing := schemas.left_out(wanted.deed, given):
        raise Invalid(errors={name: [sentence] for name, sentence in missing.items()})
    deeds.do(wanted, given, by=g.actor)
    return _shown(wanted.concern) if deeds.stays_open(wanted.concern, to=g.actor) else make_response("", 204)


@concerns_api.post("/concerns/opinions/<uuid:opinion_id>")
@guard(policy.DECIDE, load=queries.get_opinion)
@concerns_api.arguments(schemas.Decision)
@concerns_api.response(204)
def decide(opinion: SecondOpinion, given: dict[str, Any]) -> None:
    """Agree to a proposal of the room, or not; the version is the concern's."""
    agrees, said = given["outcome"] == "agreed", given.get("text", "")
    opinions.decide(opinion, agrees=agrees, revision=given["version"], by=g.actor, words=said)


def _shown(concern: Concern) -> Response:
    view = ConcernView(concern, g.actor)
    shape = shapes.ReportedConcern() if view.only_reporter else shapes.ConcernOut()
    response = jsonify(shape.dump(view))
    response.headers["Content-Location"] = url_for("concerns_api.show", concern_id=concern.id)
    return response
