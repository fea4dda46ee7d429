"""The return code: shown until it is kept, and then nowhere any more."""

from datetime import datetime
from typing import Any

from flask import request

from app.access import public
from app.core import forms
from app.core.requests import repeatable
from app.entrance import visits
from app.entrance.doors import box_at
from app.entrance.keeping import read_kept, written_out
from app.entrance.models import Letterbox
from app.entrance.visits import Visit
from app.letterbox.pages.child.visiting import demand_visit, go_on, letters_out, show, visit_to

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
    form = read_kept(visit.content["code"])
    if form.errors:
        return _card(box, visit, form), 422
    return go_on(visits.keep(visit, {"done": visit.content["sent"]}), "done", box)


def _card(box: Letterbox, visit: Visit, form: forms.Form) -> str:
    return show(
        "code", box, visit, form=form, **written_out(visit.content["code"]), care=visit.content["sent"]["care"],
        left_out=visit.content["sent"].get("left_out", False),
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
