"""The return code: shown until it is kept, and then nowhere any more."""

import unicodedata
from datetime import datetime
from typing import Any

import segno
from flask import request
from flask_babel import gettext as _

from app.access import public
from app.core import forms
from app.core.catalogues import chosen_language
from app.core.requests import repeatable
from app.entrance import visits
from app.entrance.doors import box_at
from app.entrance.models import Letterbox
from app.entrance.visits import Visit
from app.letterbox import schemas
from app.letterbox.pages.child.visiting import demand_visit, go_on, letters_out, show, visit_to
from app.vault.return_codes import in_groups, in_words

_SHOWN_TO_END = 4


@letters_out.route("/<address>/code", methods=["GET", "POST"])
@public
@repeatable
def code(address: str) -> Any:
    """Show the return code of a letter that was sent, until somebody has kept it."""
    box = box_at(address)
    visit = visit_to(box)
    if visit is not None and "done" in visit.content:
        return go_on(visit, "done", box)
    visit = demand_visit(box, "sent")
    if request.method != "POST":
        return _card(box, visit, forms.blank())
    form = forms.read(schemas.Kept(), request.form)
    if not form.errors and not form.data["printed"] and _digits(form.data["last"]) != visit.content["code"][-4:]:
        form = form.with_error("last", _("These are not the last four digits. Please look at the card again."))
    if form.errors:
        return _card(box, visit, form), 422
    return go_on(visits.keep(visit, {"done": visit.content["sent"]}), "done", box)


def _digits(typed: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign.isdigit())


def _card(box: Letterbox, visit: Visit, form: forms.Form) -> str:
    given: str = visit.content["code"]
    # The picture holds the digits alone: a code in an address would stay in the history of a browser.
    picture = segno.make(given, micro=False, error="m").svg_data_uri(scale=8, border=3, light="#fff")
    return show(
        "code", box, visit, form=form, groups=in_groups(given).split(), words=in_words(given, chosen_language()),
        picture=picture, care=visit.content["sent"]["care"], left_out=visit.content["sent"].get("left_out", False),
    )


@letters_out.get("/<address>/done")
@public
def done(address: str) -> str:
    """Say what happens next, by when, and whom to turn to now."""
    box = box_at(address)
    visit = demand_visit(box, "done")
    sent = visit.content["done"]
    due = datetime.fromisoformat(sent["due"]) if sent["due"] else None
    return show("done", box, visit, sent=sent, due=due)
