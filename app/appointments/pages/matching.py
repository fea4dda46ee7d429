"""The room's page for a time that somebody asked for by name: who is it?"""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.appointments import policy, queries, schemas, views
from app.appointments.models import Appointment
from app.appointments.pages.blueprint import appointments
from app.appointments.service.matching import is_nobody, match, written_names
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal
from app.directory.queries import DirectoryLine, find_students


@appointments.route("/appointments/<uuid:appointment_id>/who", methods=["GET", "POST"])
@guard(policy.CHANGE, load=queries.get_appointment)
def who(booking: Appointment) -> Any:
    """Show what was typed, and students whom it could mean; take whoever it is and confirm the time."""
    if "student" not in request.form:
        # A search is sent as a form, so that no name stands in an address.
        return _looking(booking, forms.read(schemas.SearchWho(), request.form))
    form = forms.read(schemas.Match(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            match(booking, form.data["student"], revision=form.data["version"], by=g.actor)
    except (Conflict, Invalid) as refused:
        return _looking(booking, forms.blank(), refused), refused.status
    flash(_("The appointment is confirmed."), "done")
    return redirect(url_for("appointments.show", appointment_id=booking.id), code=303)


def _looking(booking: Appointment, form: forms.Form, refused: Refusal | None = None) -> str:
    written = written_names([booking], by=g.actor).get(booking.id)
    q = form.data.get("q") or (written or {}).get("name", "")
    return render_template(
        "appointments/who.html", booking=booking, line=views.line_of(booking, g.actor), written=written,
        form=forms.blank(q=q), refused=refused, found=_candidates(booking, q) if q else [],
    )


def _candidates(booking: Appointment, q: str) -> list[DirectoryLine]:
    return [line for line in find_students(q, g.actor) if line.school_id == booking.school_id]


@appointments.post("/appointments/<uuid:appointment_id>/nobody")
@guard(policy.CHANGE, load=queries.get_appointment)
def nobody(booking: Appointment) -> AnyResponse:
    """Say that nobody at the school is meant: the time is free again."""
    form = forms.read(schemas.OwnChange(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            is_nobody(booking, revision=form.data["version"], by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "plain")
        return redirect(url_for("appointments.who", appointment_id=booking.id), code=303)
    flash(_("The time is free again. Whoever asked is told so when they come back with their code."), "done")
    return redirect(url_for("home.start"), code=303)
