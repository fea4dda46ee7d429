"""Setting up the second step of signing in, and its codes on paper."""

from typing import Any

import segno
from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.errors import Invalid
from app.identity import factor, policy, schemas, service
from app.identity.pages.blueprint import identity
from app.identity.queries import get_account
from app.identity.sessions import give_cookie


@identity.route("/account/second-step", methods=["GET", "POST"])
@guard(policy.SECURE_ACCOUNT)
def second_factor() -> Any:
    """Show a new secret as picture and text; it counts once its first code was typed."""
    if request.method != "POST":
        return _offer_page(forms.blank(), factor.offer(by=g.actor))
    form = forms.read(schemas.Offered(), request.form)
    if not form.errors:
        try:
            made = factor.enrol(token=form.data["token"], code=form.data["code"], by=g.actor)
        except Invalid as refused:
            form = form.with_error("code", refused.words)
        else:
            renewed = service.renew_session(by=g.actor)
            return give_cookie(current_app.make_response(_codes_page(made)), renewed.token)
    offered = factor.offer(by=g.actor, token=form.values.get("token"))
    return _offer_page(forms.Form({}, {}, form.errors), offered), 422


def _offer_page(form: forms.Form, offered: factor.Offer) -> str:
    known = get_account(g.actor.person_id)
    return render_template(
        "identity/second_factor.html", form=form, offered=offered, picture=qr(offered.address),
        replaces=known is not None and known.factor_since is not None, needed=factor.is_needed(g.actor),
    )


@identity.post("/account/backup-codes")
@guard(policy.SECURE_ACCOUNT)
def backup_codes() -> str:
    """Make ten new backup codes and show them once."""
    known = get_account(g.actor.person_id)
    if known is None or known.factor_since is None:
        raise Invalid()
    return _codes_page(factor.renew_backup_codes(by=g.actor))


def _codes_page(made: list[str]) -> str:
    g.unfinished = False
    return render_template("identity/backup_codes.html", codes=made)


@identity.post("/account/second-step/remove")
@guard(policy.SECURE_ACCOUNT)
def remove_second_factor() -> AnyResponse:
    """Go back to the password alone, where the post allows it."""
    factor.remove(by=g.actor)
    flash(_("The second step is removed."), "done")
    return redirect(url_for("identity.account"), code=303)


def qr(content: str) -> Markup:
    """Return a QR code as an inline picture without a style of its own, always dark on white."""
    made = segno.make(content, micro=False, error="m")
    # The picture is made here from our own bytes; nothing in it was typed by a person.
    return Markup(made.svg_inline(scale=4, border=3, omitsize=True, svgclass="x-qr", light="#fff"))  # nosec B704
