"""Raising a concern: who could be part of it, who would read it, and the concern itself."""

from typing import Any

from flask import g, url_for

from app.access import guard
from app.directory.naming import named
from app.directory.queries import get_placed_student
from app.escalation import policy, schemas, service
from app.escalation.api import shapes
from app.escalation.api.resource import concerns_api
from app.escalation.views import ConcernView, parties_around


@concerns_api.get("/students/<uuid:student_id>/concerns/parties")
@guard(policy.RAISE_ABOUT, load=get_placed_student)
@concerns_api.response(200, shapes.Party(many=True))
def parties(student: Any) -> Any:
    """List those who would read or hear of a concern and can be left out, because they are part of it."""
    return [{"id": person_id, "name": name} for person_id, name in parties_around(student, g.actor)]


@concerns_api.post("/students/<uuid:student_id>/concerns/readers")
@guard(policy.RAISE_ABOUT, load=get_placed_student)
@concerns_api.arguments(schemas.AccountSoFar(partial=True))
@concerns_api.response(200, shapes.Readers)
def readers(student: Any, given: dict[str, Any]) -> Any:
    """Say who would read a concern with these answers; nothing is kept."""
    account, _card = service.who_would_read(student, answers=given, by=g.actor)
    return {"readers": named(account, g.actor)}


@concerns_api.post("/students/<uuid:student_id>/concerns")
@guard(policy.RAISE_ABOUT, load=get_placed_student)
@concerns_api.arguments(schemas.Account)
@concerns_api.response(201, shapes.RaisedOut)
def raise_one(student: Any, given: dict[str, Any]) -> Any:
    """Raise a concern: its level comes from the answers, and the clock starts."""
    concern = service.raise_concern(student, account=given, by=g.actor)
    return ConcernView(concern, g.actor), {"Location": url_for("concerns_api.show", concern_id=concern.id)}
