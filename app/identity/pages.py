"""Signing in and out, proving again who one is, and one's own account."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard, public
from app.core import clock, forms
from app.core.database import session
from app.core.errors import Invalid, Refusal
from app.core.redirects import local_path
from app.identity import policy, schemas, service
from app.identity.models import SignInSession
from app.identity.queries import sessions_of
from app.identity.sessions import give_cookie, source_of_request, take_cookie
from app.identity.throttle import TooManyAttempts

identity = Blueprint("identity", __name__, template_folder="templates")


@identity.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Ask for name and password."""
    if request.method == "GET":
        if g.get("actor") is not None:
            return redirect(url_for("home.start"))
        return render_template("identity/sign_in.html", form=forms.blank(next=request.args.get("next", "")))
    form = forms.read(schemas.SignIn(), request.form)
    if not form.errors:
        try:
            account, ring = service.authenticate(
                login=form.data["login"], password=form.data["password"], source=source_of_request()
            )
        except (service.WrongSignIn, TooManyAttempts) as refused:
            form = form.with_error("login", refused.words)
            return _sign_in_again(form), refused.status
        signed_in = service.begin_session(account, ring)
        return give_cookie(redirect(local_path(form.data.get("next")), code=303), signed_in.token)
    return _sign_in_again(form), 422


def _sign_in_again(form: forms.Form) -> str:
    kept = forms.Form({"login": form.values.get("login", ""), "next": form.values.get("next", "")}, {}, form.errors)
    return render_template("identity/sign_in.html", form=kept)


@identity.post("/sign-out")
@guard(policy.OWN_ACCOUNT)
def sign_out() -> AnyResponse:
    """End this session."""
    if g.actor.session_id is not None:
        service.end_session(g.actor.session_id, by=g.actor)
    response: AnyResponse = take_cookie(redirect(url_for("identity.sign_in"), code=303))
    return response


@identity.post("/sign-out/everywhere")
@guard(policy.OWN_ACCOUNT)
def sign_out_everywhere() -> AnyResponse:
    """End every session of this person."""
    service.end_all_sessions(by=g.actor)
    response: AnyResponse = take_cookie(redirect(url_for("identity.sign_in"), code=303))
    return response


@identity.route("/confirm", methods=["GET", "POST"])
@guard(policy.OWN_ACCOUNT)
def confirm() -> Any:
    """Ask for the password again before a sensitive act."""
    form = forms.blank(next=request.args.get("next", ""))
    if request.method == "POST":
        form = forms.read(schemas.Proof(), request.form)
        if not form.errors:
            try:
                service.confirm(password=form.data["password"], by=g.actor)
            except service.WrongSignIn as refused:
                form = forms.Form({"next": form.values.get("next", "")}, {}, {"password": [refused.words]})
            else:
                return redirect(local_path(form.data.get("next")), code=303)
    return render_template("identity/confirm.html", form=form), 422 if form.errors else 200


@identity.post("/session")
@guard(policy.OWN_ACCOUNT)
def extend() -> Response:
    """Keep the session alive and say for how long."""
    row = session().get(SignInSession, g.actor.session_id)
    if row is not None:
        row.seen_at = clock.now()
    return jsonify(ends_in=current_app.extensions["settings"].session_idle)


@identity.route("/account", methods=["GET", "POST"])
@guard(policy.OWN_ACCOUNT)
def account() -> Any:
    """Show the person's own sessions and take a new password."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.PasswordChange(), request.form)
        if not form.errors:
            try:
                service.change_password(old=form.data["old"], new=form.data["new"], by=g.actor)
            except (service.WrongSignIn, Invalid) as refused:
                form = forms.Form({}, {}, {_field_of(refused): [refused.words]})
            else:
                flash(_("The password is changed. Your other sessions have ended."), "done")
                return redirect(url_for("identity.account"), code=303)
    page = render_template("identity/account.html", form=form, sessions=sessions_of(g.actor))
    return page, 422 if form.errors else 200


def _field_of(refused: Refusal) -> str:
    return "old" if isinstance(refused, service.WrongSignIn) else "new"
