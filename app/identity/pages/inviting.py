"""Inviting colleagues with printed slips, giving a login anew, and ending posts."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Conflict, Missing, Refusal
from app.directory.people import Member, get_member
from app.directory.posts import POST_WORDS
from app.identity import invitations, keys, policy, schemas
from app.identity.labels import RefusedFor, refused_for
from app.identity.pages.blueprint import identity
from app.identity.pages.second_factor import qr
from app.identity.pages.words import told
from app.identity.queries import HandedOut, HeldPost, get_handed_out, get_held_post, has_open_account


@identity.get("/people/invitations")
@guard(policy.LIST_INVITATIONS)
def invite() -> str:
    """Show who has no account yet, whose slip is out, and whose login can be given anew."""
    return _invite_page(forms.blank())


def _invite_page(form: forms.Form) -> str:
    everybody = invitations.invitees(g.actor)
    return render_template(
        "identity/invite.html",
        form=form,
        without=[one for one in everybody if not one.has_account],
        joined=[one for one in everybody if one.has_account],
        post_words=POST_WORDS,
    )


@identity.post("/people/invitations")
@guard(policy.MAKE_INVITATIONS)
def make_invitations() -> Any:
    """Make slips and show them once, as a sheet to print."""
    form = forms.read(schemas.Invited(), request.form)
    if form.errors:
        return _invite_page(form), 422
    try:
        printed = invitations.make_invitations(form.data["people"], by=g.actor)
    except invitations.CannotInvite as refused:
        return _invite_page(form.with_error("people", told(refused))), refused.status
    slips = [(slip, qr(f"{url_for('identity.join', _external=True)}#{slip.code}")) for slip in printed]
    return render_template(
        "identity/slips.html", slips=slips, join_at=url_for("identity.join", _external=True),
        post_words=POST_WORDS, document=_("Invitation slips"), printed_by=g.actor.name,
    )


@identity.post("/people/invitations/<uuid:invitation_id>/withdraw")
@guard(policy.WITHDRAW_INVITATION, load=get_handed_out)
def withdraw_invitation(handed_out: HandedOut) -> AnyResponse:
    """Make a slip useless that was printed and lost."""
    try:
        invitations.withdraw(handed_out, by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "warn")
    else:
        flash(_("The slip is withdrawn. Its code opens nothing any more."), "done")
    return redirect(url_for("identity.invite"), code=303)


@identity.route("/people/<uuid:person_id>/posts/<uuid:post_id>/end", methods=["GET", "POST"])
@guard(policy.END_POST, load=get_held_post)
def end_post(held: HeldPost) -> Any:
    """End a post, and take away at once what only this post opened."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.PostEnd(), request.form)
        if not form.errors:
            try:
                keys.end_post(held, last_day=form.data.get("last_day"), by=g.actor)
            except Refusal as refused:
                form = form.with_error("last_day", told(refused))
            else:
                flash(_("The post ends, and with it what only this post opened."), "done")
                return redirect(url_for("directory.person", person_id=held.person.id), code=303)
    page = render_template(
        "identity/end_post.html", form=form, held=held, words=POST_WORDS[PostKind(held.post.kind)]
    )
    return page, 422 if form.errors else 200


@identity.route("/people/<uuid:person_id>/account/close", methods=["GET", "POST"])
@guard(policy.CLOSE_ACCOUNT, load=get_member)
def close_account(member: Member) -> Any:
    """Close somebody's account, after saying what that means."""
    if not has_open_account(member.id):
        raise Missing()
    if request.method != "POST":
        return render_template("identity/close_account.html", member=member, post_words=POST_WORDS)
    invitations.close_account(member.id, by=g.actor)
    flash(_("The account is closed. A new slip would open it again."), "done")
    return redirect(url_for("directory.person", person_id=member.id), code=303)


def refused_keys(member: Member) -> list[RefusedFor]:
    """Return to which groups somebody was not admitted, for who could close the account."""
    return refused_for(member.id) if policy.CLOSE_ACCOUNT.allows(g.actor, member) else []


def closing_act(member: Member) -> bool:
    """Say whether somebody's page shows the way to close their account."""
    return policy.CLOSE_ACCOUNT.allows(g.actor, member) and has_open_account(member.id)
