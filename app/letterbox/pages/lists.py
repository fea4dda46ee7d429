"""The letters of one's box: opened every school day with a sign-off, the most urgent first."""

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.access import Actor, guard
from app.core import forms
from app.core.errors import Invalid
from app.directory.queries import names_of, names_of_organisations, today_at
from app.entrance.queries import letterbox_of
from app.letterbox import policy, queries, schemas
from app.letterbox.figures import figures_of
from app.letterbox.late import late_for, left_to
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.service import boxes


@letterbox.get("/letters")
@guard(policy.LIST)
def letters() -> str:
    """Show what waits in the person's box, what may be urgent first, or what was answered."""
    part = request.args.get("part", "")
    part = part if part in queries.PARTS else "waiting"
    page = queries.PARTS[part](g.actor, cursor=request.args.get("after"))
    school_id = boxes.school_of(g.actor)
    tabs = [(label, url_for("letterbox.letters", part=name), name == part) for name, label in _tabs(part).items()]
    return render_template(
        "letterbox/letters.html", page=page, lines=page.items, tabs_of=tabs, part=part,
        urgent=queries.urgent_for(g.actor) if part == "waiting" else [], names=_names(page.items),
        box=letterbox_of(school_id) if school_id else None, boxes=_boxes(g.actor, school_id),
        may_manage=school_id is not None,
    )


def _tabs(part: str) -> dict[str, str]:
    """Return the parts of the list with their words; what is overdue or held is named only where there is some."""
    words = {
        "waiting": _("Waiting letters"), "overdue": _("Overdue"), "held": _("Held for a look"),
        "done": _("Answered and closed"),
    }
    rare = {name for name in ("overdue", "held") if name != part and not queries.PARTS[name](g.actor, size=1).items}
    return {name: label for name, label in words.items() if name not in rare}


def _names(lines: Any) -> dict[UUID, str]:
    return names_of({line.letter.opened_by for line in lines if line.letter.opened_by})


def _boxes(actor: Actor, school_id: UUID | None) -> list[dict[str, Any]]:
    """Return each box of this person with who has opened it today."""
    if school_id is None:
        return []
    found = {code: boxes.opened_on(school_id, code, today_at(school_id)) for code in boxes.boxes_of(actor, school_id)}
    names = names_of({one.opened_by for openings in found.values() for one in openings})
    return [
        {"code": code, "openings": [{"who": names.get(one.opened_by, "--"), "opening": one} for one in openings]}
        for code, openings in found.items()
    ]


@letterbox.get("/letters/figures")
@guard(policy.FIGURES)
def figures() -> str:
    """Show how many letters came and how soon they were answered: figures that point at nobody."""
    school_id = boxes.school_of(g.actor)
    assert school_id is not None
    found = {code: figures_of(school_id, code) for code in boxes.boxes_in_figures(g.actor, school_id)}
    return render_template("letterbox/figures.html", found=found)


@letterbox.get("/letters/late")
@guard(policy.SEE_LATE)
def late() -> str:
    """Show what waits too long as counts, what this person can do about it, and to the centre what is left to it."""
    found, left = late_for(g.actor), left_to(g.actor)
    opened = queries.opened_in_emergency_by(g.actor)
    schools = {one.school_id for some in (found, left, opened) for one in some}
    return render_template(
        "letterbox/late.html", found=found, left=left, opened=opened, schools=names_of_organisations(schools)
    )


@letterbox.post("/letters/open-box")
@guard(policy.OPEN_BOX)
def open_box() -> AnyResponse:
    """Sign off that a box was opened today; that it was empty is kept too."""
    form = forms.read(schemas.OpenBox(), request.form)
    school_id = boxes.school_of(g.actor)
    if form.errors or school_id is None or form.data["box"] not in boxes.boxes_of(g.actor, school_id):
        raise Invalid()
    opening = boxes.sign_off(school_id, form.data["box"], by=g.actor)
    words = ngettext(
        "The box is signed off for today: one letter waits.", "The box is signed off for today: %(num)s letters wait.",
        opening.found,
    )
    flash(words if opening.found else _("The box is signed off for today: it was empty."), "done")
    return redirect(url_for("letterbox.letters"), code=303)
