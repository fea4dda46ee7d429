"""The personal recovery code: shown once and confirmed, and used when the password is forgotten."""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard, public
from app.core import forms
from app.core.errors import Invalid, Refusal
from app.identity import policy, recovery, schemas
from app.identity.pages.blueprint import identity
from app.identity.passwords import PasswordTooCommon, PasswordTooShort
from app.identity.sessions import source_of_request
from app.identity.stretching import Slow, stretched, stretches


@identity.route("/account/recovery-code", methods=["GET", "POST"])
@guard(policy.SECURE_ACCOUNT)
def recovery_code() -> Any:
    """Show a new recovery code; it counts once its last group was typed from the paper."""
    if request.method != "POST":
        return _code_page(forms.blank(), recovery.offer(by=g.actor))
    form = forms.read(schemas.Offered(), request.form)
    if not form.errors:
        try:
            recovery.keep(token=form.data["token"], typed=form.data["code"], by=g.actor)
        except Invalid as refused:
            form = form.with_error("code", refused.words)
        else:
            flash(_("The recovery code is confirmed. Keep the paper where nobody else finds it."), "done")
            return redirect(url_for("identity.account"), code=303)
    offered = recovery.offer(by=g.actor, token=form.values.get("token"))
    return _code_page(forms.Form({}, {}, form.errors), offered), 422


def _code_page(form: forms.Form, offered: recovery.Offer) -> str:
    return render_template("identity/recovery_code.html", form=form, offered=offered)


def _recovering(given: Mapping[str, Any]) -> Slow:
    return recovery.recovering(login=given["login"], password=given["new"], source=source_of_request())


@identity.route("/recover", methods=["GET", "POST"])
@public
@stretches(schemas.Recovery, _recovering)
def recover() -> Any:
    """Take a recovery code and a new password in place of the forgotten one."""
    if request.method != "POST":
        return render_template("identity/recover.html", form=forms.blank())
    form = forms.read(schemas.Recovery(), request.form)
    if not form.errors:
        try:
            recovery.recover(
                stretched(), login=form.data["login"], code=form.data["code"], source=source_of_request()
            )
        except (PasswordTooShort, PasswordTooCommon) as refused:
            form = form.with_error("new", refused.words)
        except Refusal as refused:
            form = form.with_error("code", refused.words)
        else:
            flash(_("Your new password counts. Please sign in with it."), "done")
            return redirect(url_for("identity.sign_in"), code=303)
    kept = {name: form.values.get(name, "") for name in ("login", "code")}
    return render_template("identity/recover.html", form=forms.Form(kept, {}, form.errors)), 422
