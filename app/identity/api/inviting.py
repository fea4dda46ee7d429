"""Invitations by printed slips, giving a login anew, and ending posts."""

from typing import Any

from flask import g, url_for
from marshmallow import fields

from app.access import guard
from app.core.errors import Missing
from app.core.forms import Shape
from app.core.openapi import blueprint
from app.directory.people import Member, get_member
from app.identity import invitations, keys, policy, schemas
from app.identity.queries import HandedOut, HeldPost, get_handed_out, get_held_post, has_open_account

invitations_api = blueprint("invitations", __name__, description="Invitations and the end of posts")


class InviteeOut(Shape):
    """Somebody whom the caller can invite, or give a login anew."""

    person_id = fields.UUID()
    name = fields.Str()
    number = fields.Str()
    posts = fields.List(fields.Nested(schemas.PostOut))
    has_account = fields.Bool()
    invited_until = fields.AwareDateTime(allow_none=True)
    invitation_id = fields.UUID(allow_none=True, metadata={"description": "The slip that is out, to be withdrawn by."})


class SlipOut(Shape):
    """A slip to print; its code is in this answer alone."""

    name = fields.Str()
    number = fields.Str()
    organisation = fields.Str()
    posts = fields.List(fields.Str())
    code = fields.Str()
    resets = fields.Bool(metadata={"description": "It gives the login anew, with none of the old keys."})
    expires_at = fields.AwareDateTime()


@invitations_api.get("/invitations")
@guard(policy.LIST_INVITATIONS)
@invitations_api.response(200, InviteeOut(many=True))
def invitees() -> Any:
    """List who can be invited: who has no account yet, whose slip is out, whose login can be given anew."""
    return invitations.invitees(g.actor)


@invitations_api.post("/invitations")
@guard(policy.MAKE_INVITATIONS)
@invitations_api.arguments(schemas.Invited)
@invitations_api.response(201, SlipOut(many=True))
def make(given: dict[str, Any]) -> Any:
    """Make slips and answer their codes once; older slips of the same people are void."""
    made = invitations.make_invitations(given["people"], by=g.actor)
    return made, {"Location": url_for("invitations_api.invitees")}


@invitations_api.post("/invitations/<uuid:invitation_id>/withdraw")
@guard(policy.WITHDRAW_INVITATION, load=get_handed_out)
@invitations_api.response(204)
def withdraw(handed_out: HandedOut) -> None:
    """Make a slip useless that was lost; its code is answered from then on as one that never was."""
    invitations.withdraw(handed_out, by=g.actor)


@invitations_api.post("/people/<uuid:person_id>/posts/<uuid:post_id>/end")
@guard(policy.END_POST, load=get_held_post)
@invitations_api.arguments(schemas.PostEnd)
@invitations_api.response(204)
def end_post(held: HeldPost, given: dict[str, Any]) -> None:
    """End a post, at once or after its last day, and take away what only this post opened."""
    keys.end_post(held, last_day=given.get("last_day"), by=g.actor)


@invitations_api.post("/people/<uuid:person_id>/account/close")
@guard(policy.CLOSE_ACCOUNT, load=get_member)
@invitations_api.response(204)
def close_account(member: Member) -> None:
    """Close somebody's account; a new slip would open it again."""
    if not has_open_account(member.id):
        raise Missing()
    invitations.close_account(member.id, by=g.actor)
