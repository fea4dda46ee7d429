"""Joining with a slip: code, name, password; what comes next is led to by the account itself."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import public
from app.core import forms
from app.core.errors import Invalid, Refusal
from app.directory.posts import POST_WORDS
from app.directory.queries import get_organisation, posts_held, today_at
from app.identity import invitations, schemas
from app.identity.pages.blueprint import identity
from app.identity.pages.words import told
from app.identity.passwords import PasswordTooCommon, PasswordTooShort
from app.identity.sessions import give_cookie
from app.identity.stretching import Slow, stretched, stretches


@identity.route("/join", methods=["GET", "POST"])
@public
def join() -> Any:
    """Ask for the code of a slip; a QR code brings it behind the #, which no server ever sees."""
    if request.method != "POST":
        return render_template("identity/join.html", form=forms.blank())
    form = forms.read(schemas.SlipCode(), request.form)
    if not form.errors:
        try:
            found = invitations.find_slip(form.data["code"])
        except Refusal as refused:
            form = form.with_error("code", told(refused))
        else:
            return _password_page(found, forms.blank(code=form.data["code"]))
    return render_template("identity/join.html", form=form), 422


def _joining(given: Mapping[str, Any]) -> Slow:
    return invitations.joining(code=given["code"], password=given["password"])


@identity.post("/join/password")
@public
@stretches(schemas.Joining, _joining)
def join_with_password() -> Any:
    """Open the account with the password that its owner chose."""
    form = forms.read(schemas.Joining(), request.form)
    try:
        found = invitations.find_slip(form.values.get("code", ""))
    except Invalid as refused:
        code = forms.Form({"code": form.values.get("code", "")}, {}, {"code": [told(refused)]})
        return render_template("identity/join.html", form=code), 422
    if not form.errors:
        try:
            done = invitations.join(stretched(), code=form.data["code"])
        except (PasswordTooShort, PasswordTooCommon) as refused:
            form = form.with_error("password", refused.words)
        else:
            return give_cookie(redirect(url_for("home.start"), code=303), done.token)
    return _password_page(found, forms.Form({"code": form.values.get("code", "")}, {}, form.errors)), 422


def _password_page(found: invitations.OpenSlip, form: forms.Form) -> str:
    place = get_organisation(found.invitation.organisation_id)
    posts = posts_held(found.person.id, today_at(found.invitation.organisation_id))
    held = dict.fromkeys(_(POST_WORDS[post.kind]) for post in posts)
    return render_template(
        "identity/join_password.html", form=form, name=found.person.name, number=found.person.number,
        place=place.name if place else "", posts=" · ".join(held),
        resets=found.invitation.kind == "reset",
    )
