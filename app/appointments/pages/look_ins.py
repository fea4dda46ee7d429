"""The page on which somebody notes that they looked after a student who did not come."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import fields, validate

from app.access import guard
from app.appointments import policy
from app.appointments.models import LookIn
from app.appointments.queries.look_ins import get_look_in
from app.appointments.service import look_ins as service
from app.core import forms
from app.core.words import N_
from app.directory.queries import names_of_students

look_ins = Blueprint("look_ins", "app.appointments", template_folder="templates")
OUTCOMES = {
    "met": N_("I have met or reached the student"),
    "adult": N_("An adult at school or at home is with the student"),
    "known": N_("It was known that the student could not come"),
}


class Done(forms.Shape):
    """What was done."""

    outcome = fields.Str(required=True, validate=validate.OneOf(service.DONE))


@look_ins.route("/appointments/look-ins/<uuid:look_in_id>", methods=["GET", "POST"])
@guard(policy.LOOK_IN, load=get_look_in)
def one(task: LookIn) -> Any:
    """Show whom to look after, and take what was done."""
    if request.method != "POST":
        return _page(task, forms.blank())
    form = forms.read(Done(), request.form)
    if form.errors:
        return _page(task, form), 422
    service.close(task, outcome=form.data["outcome"], by=g.actor)
    flash(_("Noted. What you talked about belongs in the student's file."), "done")
    return redirect(url_for("home.start"), code=303)


def _page(task: LookIn, form: forms.Form) -> str:
    line = names_of_students([task.student_id], g.actor.ring).get(task.student_id)
    return render_template("appointments/look_in.html", task=task, line=line, form=form, outcomes=OUTCOMES)
