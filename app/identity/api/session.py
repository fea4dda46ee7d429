"""The session for programs: who is signed in, the token for unsafe methods, and ending it."""

from typing import Any

from flask import g, make_response
from flask_wtf.csrf import generate_csrf

from app.access import guard, is_fresh
from app.core.database import session
from app.core.openapi import blueprint
from app.identity import policy, schemas, service
from app.identity.models import SignInSession
from app.identity.queries import seconds_if_used
from app.identity.sessions import give_cookie, source_of_request, take_cookie
from app.identity.stretching import confirming, stretches

session_api = blueprint("session", __name__, description="The session of the browser that asks")


@session_api.get("/session")
@guard(policy.OWN_ACCOUNT)
@session_api.response(200, schemas.SessionOut)
def show() -> Any:
    """Say who is signed in, with which posts, and for how long."""
    return {
        "person_id": g.actor.person_id,
        "name": g.actor.name,
        "posts": g.actor.posts,
        "csrf_token": generate_csrf(),
        "seconds_left": seconds_if_used(session().get_one(SignInSession, g.actor.session_id)),
        "fresh": is_fresh(g.actor),
    }


@session_api.post("/session/proof")
@guard(policy.OWN_ACCOUNT)
@stretches(schemas.ProofIn, confirming)
@session_api.arguments(schemas.ProofIn)
@session_api.response(204)
def prove(given: dict[str, Any]) -> Any:
    """Take password or code once more; for ten minutes sensitive acts are open, and the cookie is another."""
    renewed = service.confirm(
        typed=g.get("stretched"), code=given.get("code"), source=source_of_request(), by=g.actor
    )
    return give_cookie(make_response("", 204), renewed.token)


@session_api.post("/session/end")
@guard(policy.OWN_ACCOUNT)
@session_api.response(204)
def end() -> Any:
    """End this session; the cookie opens nothing more."""
    service.end_session(g.actor.session_id, by=g.actor)
    return take_cookie(make_response("", 204))
