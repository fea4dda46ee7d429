"""Signing in, in one step or two; signing out; proving again who one is."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard, public
from app.core import clock, forms
from app.core.database import session
from app.core.errors import Refusal
from app.core.redirects import local_path
from app.identity import keys, policy, schemas, service, signing
from app.identity.credentials import WrongPassword
from app.identity.models import SignInSession
from app.identity.pages.blueprint import identity
from app.identity.queries import actor_for, get_account, in_demo_mode, live_half, seconds_if_used
from app.identity.sessions import (
    COOKIE,
    HALF_COOKIE,
    give_cookie,
    give_half_cookie,
    source_of_request,
    take_cookie,
    token_of,
)
from app.identity.setup import may_be_set_up
from app.identity.stretching import Slow, confirming, stretched, stretches


def _signing_in(given: Mapping[str, Any]) -> Slow:
    return signing.stretching(login=given["login"], password=given["password"], source=source_of_request())


@identity.route("/sign-in", methods=["GET", "POST"])
@public
@stretches(schemas.SignIn, _signing_in)
def sign_in() -> Any:
    """Ask for name and password."""
    if request.method != "POST":
        if g.get("actor") is not None:
            return redirect(local_path(request.args.get("next")))
        if may_be_set_up():
            return redirect(url_for("identity.set_up"))
        return _sign_in_page(forms.blank(next=request.args.get("next", "")))
    form = forms.read(schemas.SignIn(), request.form)
    if form.errors:
        return _sign_in_page(form), 422
    try:
        account, ring = signing.authenticate(stretched(), login=form.data["login"], source=source_of_request())
    except Refusal as refused:
        return _sign_in_page(form.with_error("login", refused.words)), refused.status
    begun = signing.begin(account, ring)
    if isinstance(begun, signing.HalfSignedIn):
        onward = redirect(url_for("identity.code", next=form.data.get("next")), code=303)
        return give_half_cookie(onward, begun.token)
    return _arrive(begun, form.data.get("next"))


def _sign_in_page(form: forms.Form) -> str:
    kept = forms.Form({"login": form.values.get("login", ""), "next": form.values.get("next", "")}, {}, form.errors)
    sign_ins = current_app.extensions.get("demo_sign_ins", []) if in_demo_mode() else []
    ways = [(_("Join with a slip"), "identity.join"), (_("Forgotten password"), "identity.recover")]
    return render_template("identity/sign_in.html", form=kept, sign_ins=sign_ins, ways=ways)


@identity.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> Any:
    """Ask for the code of the second factor; who has not given the password starts there."""
    token = token_of(request.cookies.get(HALF_COOKIE, ""))
    if token is None or live_half(signing.half_id_of(token)) is None:
        return redirect(url_for("identity.sign_in"), code=303)
    if request.method != "POST":
        return render_template("identity/code.html", form=forms.blank(next=request.args.get("next", "")))
    form = forms.read(schemas.Code(), request.form)
    if not form.errors:
        try:
            done = signing.finish_half(token, code=form.data["code"], source=source_of_request())
        except Refusal as refused:
            form = form.with_error("code", refused.words)
        else:
            return _arrive(done, form.data.get("next"))
    kept = forms.Form({"next": form.values.get("next", "")}, {}, form.errors)
    return render_template("identity/code.html", form=kept), 422


def _arrive(done: service.SignedIn, target: str | None) -> Any:
    """Begin the new session in this browser, end the one it had before, and make keys that a new post asks for."""
    before = token_of(request.cookies.get(COOKIE, ""))
    if before is not None and (old := session().get(SignInSession, service.session_id_of(before))) is not None:
        session().delete(old)
    keys.take_up_posts(by=actor_for(done.row.account_id, done.ring, via="page"))
    return give_cookie(redirect(local_path(target), code=303), done.token)


@identity.post("/sign-out")
@guard(policy.OWN_ACCOUNT)
def sign_out() -> AnyResponse:
    """End this session."""
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
@stretches(schemas.Proof, confirming)
def confirm() -> Any:
    """Ask for a proof before a sensitive act; a form that has to wait for it is given back afterwards."""
    if request.method != "POST":
        return _ask(forms.blank(next=request.args.get("next", "")))
    if "next" in request.args:
        return _ask(forms.blank(next=request.args["next"], kept=_kept()))
    form = forms.read(schemas.Proof(), request.form)
    if not form.errors:
        try:
            renewed = service.confirm(
                typed=g.get("stretched"), code=form.data.get("code"), source=source_of_request(), by=g.actor
            )
        except Refusal as refused:
            form = form.with_error("password" if isinstance(refused, WrongPassword) else "code", refused.words)
        else:
            return give_cookie(_go_on(form), renewed.token)
    waiting = {name: form.values.get(name, "") for name in ("next", "kept")}
    return _ask(forms.Form(waiting, {}, form.errors)), 422


def _ask(form: forms.Form) -> str:
    account = get_account(g.actor.person_id)
    return render_template(
        "identity/confirm.html", form=form, by_code=account is not None and account.factor_since is not None,
        waits=bool(form.values.get("kept")), uploads=bool(request.files),
    )


def _kept() -> str:
    """Return the form that was sent too early, to travel through the page and not through the server."""
    return json.dumps([[name, value] for name, value in request.form.items(multi=True) if name != "csrf_token"])


def _go_on(form: forms.Form) -> Any:
    target = local_path(form.data.get("next"))
    try:
        fields = [(str(name), str(value)) for name, value in json.loads(form.data.get("kept") or "null") or []]
    except (ValueError, TypeError):
        fields = []
    if not fields:
        return redirect(target, code=303)
    return current_app.make_response(render_template("identity/go_on.html", target=target, fields=fields))


@identity.post("/session")
@guard(policy.OWN_ACCOUNT)
def extend() -> Response:
    """Keep the session alive and say for how long."""
    row = session().get_one(SignInSession, g.actor.session_id)
    row.seen_at = clock.now()
    return jsonify(ends_in=seconds_if_used(row))
