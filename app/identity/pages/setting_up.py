"""The page with which an installation begins; afterwards there is no such page."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for

from app.access import public
from app.core import forms
from app.core.errors import Missing, Refusal
from app.identity import schemas, setup
from app.identity.pages.blueprint import identity
from app.identity.pages.words import told
from app.identity.passwords import PasswordTooCommon, PasswordTooShort
from app.identity.sessions import give_cookie, source_of_request
from app.identity.stretching import Slow, stretched, stretches


def _setting_up(given: Mapping[str, Any]) -> Slow:
    return setup.setting_up(password=given["password"], source=source_of_request())


@identity.route("/set-up", methods=["GET", "POST"])
@public
@stretches(schemas.SetUp, _setting_up)
def set_up() -> Any:
    """Ask for the code of the console, the district's name, and the first administrator."""
    if not setup.may_be_set_up():
        raise Missing()
    if request.method != "POST":
        return render_template("identity/set_up.html", form=forms.blank())
    form = forms.read(schemas.SetUp(), request.form)
    if not form.errors:
        try:
            done = _set_up(form.data)
        except (PasswordTooShort, PasswordTooCommon) as refused:
            form = form.with_error("password", told(refused))
        except Refusal as refused:
            form = form.with_error("code", told(refused))
        else:
            return give_cookie(redirect(url_for("home.start"), code=303), done.token)
    kept = {name: value for name, value in form.values.items() if name not in ("password", "again")}
    return render_template("identity/set_up.html", form=forms.Form(kept, {}, form.errors)), 422


def _set_up(given: Any) -> Any:
    first = setup.FirstAdministrator(
        district=given["district"], number=given["number"], name=given["name"], mail=given.get("mail")
    )
    return setup.set_up_by_page(first, stretched(), code=given["code"], source=source_of_request())
