"""One's own account for programs: how it is kept, its sessions, the password; never a secret of it."""

import binascii
from typing import Any

from flask import g, make_response
from flask_babel import get_locale
from marshmallow import fields

from app.access import guard
from app.core.errors import Invalid, Missing
from app.core.forms import Shape
from app.core.openapi import blueprint
from app.identity import factor, policy, schemas, service
from app.identity.labels import refused_for
from app.identity.models import SignInSession
from app.identity.queries import get_account, sessions_of, unused_backup_codes
from app.identity.sessions import source_of_request, take_cookie
from app.identity.stretching import changing, stretched, stretches
from app.vault import people

account_api = blueprint("account", __name__, description="The caller's own account")


class NotAdmittedOut(Shape):
    """A group whose members did not admit the caller's key."""

    words = fields.Str(attribute="label")
    at = fields.AwareDateTime()


class OwnAccountOut(Shape):
    """How the account is kept; secrets are shown in a browser only."""

    person_id = fields.UUID()
    name = fields.Str()
    words = fields.List(fields.Str(), metadata={"description": "Six words for the caller's key, to compare in person."})
    password_changed_at = fields.AwareDateTime(allow_none=True)
    second_step_since = fields.AwareDateTime(allow_none=True)
    second_step_needed = fields.Bool(metadata={"description": "A post of the caller's cannot be without."})
    backup_codes_left = fields.Int()
    recovery_code = fields.Bool(metadata={"description": "Whether one was printed and confirmed."})
    not_admitted = fields.List(fields.Nested(NotAdmittedOut))


class OwnSessionOut(Shape):
    """A session of the caller's."""

    id = fields.Str(metadata={"description": "It opens nothing; it names the session that is to end."})
    created_at = fields.AwareDateTime()
    seen_at = fields.AwareDateTime()
    this_one = fields.Bool()


@account_api.get("/account")
@guard(policy.OWN_ACCOUNT)
@account_api.response(200, OwnAccountOut)
def account() -> Any:
    """Say how the caller's account is kept: password, second step, recovery code, key."""
    person_id = g.actor.person_id
    kept = get_account(person_id)
    if kept is None:
        raise Missing()
    return {
        "person_id": person_id,
        "name": g.actor.name,
        "words": people.fingerprint(person_id, str(get_locale())),
        "password_changed_at": kept.password_changed_at,
        "second_step_since": kept.factor_since,
        "second_step_needed": factor.is_needed(g.actor),
        "backup_codes_left": unused_backup_codes(person_id),
        "recovery_code": people.has_recovery_code(person_id),
        "not_admitted": refused_for(person_id),
    }


@account_api.post("/account/password")
@guard(policy.OWN_ACCOUNT)
@stretches(schemas.PasswordChangeIn, changing)
@account_api.arguments(schemas.PasswordChangeIn)
@account_api.response(204)
def change_password(given: dict[str, Any]) -> None:
    """Take a new password for the old one; all other sessions of the caller end."""
    service.change_password(stretched(), source=source_of_request(), by=g.actor)


@account_api.post("/account/second-step/remove")
@guard(policy.SECURE_ACCOUNT)
@account_api.response(204)
def remove_second_step() -> None:
    """Go back to the password alone; 409 where a post of the caller's needs the second step."""
    kept = get_account(g.actor.person_id)
    if kept is None or kept.factor_since is None:
        raise Missing()
    factor.remove(by=g.actor)


@account_api.get("/account/sessions")
@guard(policy.OWN_ACCOUNT)
@account_api.response(200, OwnSessionOut(many=True))
def sessions() -> Any:
    """List where the caller is signed in, the newest first."""
    return [_told(row) for row in sessions_of(g.actor)]


@account_api.post("/account/sessions/end")
@guard(policy.OWN_ACCOUNT)
@account_api.arguments(schemas.Chosen)
@account_api.response(204)
def end_one(given: dict[str, Any]) -> None:
    """End one of the caller's sessions; ending one that has ended does nothing."""
    try:
        session_id = binascii.unhexlify(given["session"])
    except ValueError:
        raise Invalid() from None
    service.end_session(session_id, by=g.actor)


@account_api.post("/account/sessions/end-all")
@guard(policy.OWN_ACCOUNT)
@account_api.response(204)
def end_all() -> Any:
    """End every session of the caller's, this one too."""
    service.end_all_sessions(by=g.actor)
    return take_cookie(make_response("", 204))


def _told(row: SignInSession) -> dict[str, Any]:
    return {
        "id": row.id.hex(), "created_at": row.created_at, "seen_at": row.seen_at,
        "this_one": row.id == g.actor.session_id,
    }
