"""Whether a pass that a student shows is valid: for any teacher, without an account, and without saying why."""

from typing import Any

from flask import request

from app.access import public
from app.appointments.pages.own.blueprint import show, times_out
from app.appointments.schemas import PassCode
from app.appointments.service.passes import pass_shown
from app.core import forms
from app.core.requests import repeatable
from app.entrance.doors import box_at


@times_out.route("/pass", methods=["GET", "POST"])
@public
@repeatable
def passes(address: str) -> Any:
    """Say of the code on a pass only whether it is valid, and for which time."""
    box = box_at(address)
    if request.method != "POST":
        return show("pass", box, form=forms.blank(), asked=False, found=None)
    form = forms.read(PassCode(), request.form)
    if form.errors:
        return show("pass", box, form=form, asked=False, found=None), 422
    return show("pass", box, form=forms.blank(), asked=True, found=pass_shown(box.school_id, form.data["code"]))
