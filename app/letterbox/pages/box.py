"""The letterbox itself: its address and poster, whether it is open, and what its pages say of help."""

from typing import Any

import segno
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.errors import Missing
from app.directory.queries import get_organisation
from app.entrance.hotlines import hotlines_of
from app.entrance.models import Letterbox
from app.entrance.queries import letterbox_of
from app.letterbox import policy, schemas
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.service import boxes


def own_box() -> Letterbox:
    """Return the letterbox of this person's school; raises Missing."""
    school_id = boxes.school_of(g.actor)
    box = letterbox_of(school_id) if school_id else None
    if box is None:
        raise Missing()
    policy.MANAGE_THIS.demand(g.actor, box)
    return box


@letterbox.route("/letters/box", methods=["GET", "POST"])
@guard(policy.MANAGE)
def box() -> Any:
    """Show the letterbox and change what its pages say."""
    school_id = boxes.school_of(g.actor)
    found = letterbox_of(school_id) if school_id else None
    if found is None:
        if request.method == "POST":
            raise Missing()
        return render_template("letterbox/box.html", box=None, form=forms.blank())
    form = _as_it_is(found)
    if request.method == "POST":
        form = forms.read(schemas.Box(), request.form)
        hotlines, wrong = schemas.hotlines_in(form.data.get("hotlines", ""))
        if wrong:
            form = form.with_error("hotlines", _("Line %(number)s needs a name and a telephone number.", number=wrong))
        if not form.errors:
            boxes.configure(
                found, open=form.data["open"], hotlines=hotlines, hours=form.data.get("hours", ""), by=g.actor
            )
            flash(_("The letterbox is changed."), "done")
            return redirect(url_for("letterbox.box"), code=303)
    page = render_template("letterbox/box.html", box=found, form=form, address=address_of(found))
    return page, 422 if form.errors else 200


def _as_it_is(box: Letterbox) -> forms.Form:
    return forms.blank(
        open="yes" if box.open else "", hours=box.hours_note, hotlines=schemas.hotlines_written(hotlines_of(box))
    )


@letterbox.post("/letters/box/set-up")
@guard(policy.MANAGE)
def set_up() -> AnyResponse:
    """Give the school its letterbox."""
    school_id = boxes.school_of(g.actor)
    if school_id is None:
        raise Missing()
    boxes.set_up(school_id, by=g.actor)
    flash(_("The letterbox is open. Check the telephone numbers, then hang up the poster."), "done")
    return redirect(url_for("letterbox.box"), code=303)


@letterbox.get("/letters/poster")
@guard(policy.MANAGE)
def poster() -> str:
    """Show the poster with the letterbox's address, to be printed."""
    found = own_box()
    school = get_organisation(found.school_id)
    address = address_of(found)
    code = segno.make(address, micro=False, error="q")
    return render_template(
        "letterbox/poster.html", box=found, address=address, school=school.name if school else "",
        picture=code.svg_data_uri(scale=8, border=2), hotlines=hotlines_of(found), hours=found.hours_note,
    )


def address_of(box: Letterbox) -> str:
    """Return the public address of a letterbox, as it stands on posters."""
    return url_for("letters_out.start", address=box.address_code, _external=True)
