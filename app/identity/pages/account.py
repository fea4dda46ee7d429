"""One's own account: words for the colleague, sessions, the password."""

import binascii
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.errors import Invalid, Refusal
from app.identity import factor, policy, schemas, service
from app.identity.labels import refused_for
from app.identity.pages.blueprint import identity
from app.identity.queries import get_account, sessions_of, unused_backup_codes
from app.identity.sessions import source_of_request
from app.identity.stretching import changing, stretched, stretches
from app.vault import people


@identity.route("/account", methods=["GET", "POST"])
@guard(policy.OWN_ACCOUNT)
@stretches(schemas.PasswordChange, changing)
def account() -> Any:
    """Show how the account is kept and take a new password."""
    if request.method != "POST":
        return _account_page(forms.blank())
    form = forms.read(schemas.PasswordChange(), request.form)
    if not form.errors:
        try:
            service.change_password(stretched(), source=source_of_request(), by=g.actor)
        except Refusal as refused:
            form = form.with_error("new" if isinstance(refused, Invalid) else "old", refused.words)
        else:
            flash(_("The password is changed. Your other sessions have ended."), "done")
            return redirect(url_for("identity.account"), code=303)
    return _account_page(forms.Form({}, {}, form.errors)), 422


def _account_page(form: forms.Form) -> str:
    person_id = g.actor.person_id
    return render_template(
        "identity/account.html",
        form=form,
        account=get_account(person_id),
        sessions=sessions_of(g.actor),
        refusals=refused_for(person_id),
        words=people.fingerprint(person_id, str(get_locale())),
        codes_left=unused_backup_codes(person_id),
        factor_needed=factor.is_needed(g.actor),
        has_recovery=people.has_recovery_code(person_id),
    )


@identity.post("/account/sessions/end")
@guard(policy.OWN_ACCOUNT)
def end_one_session() -> AnyResponse:
    """End one of the person's own sessions."""
    form = forms.read(schemas.Chosen(), request.form)
    try:
        service.end_session(binascii.unhexlify(form.data.get("session", "")), by=g.actor)
    except ValueError:
        raise Invalid() from None
    flash(_("That session has ended."), "done")
    return redirect(url_for("identity.account"), code=303)
