"""The pages of a teacher who asks for an appointment for a student, and sees how it stands and nothing more."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.appointments import policy, queries, schemas, service, views
from app.appointments.booking_for import ask_for
from app.appointments.errors import NotFree
from app.appointments.models import Appointment, WaitingEntry
from app.appointments.service.reasons import ABOUT
from app.appointments.waiting_shapes import WaitAsked
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal
from app.directory.naming import named
from app.directory.queries import get_line, get_placed_student
from app.escalation.readers import teams_around

asking = Blueprint("asking", "app.appointments", template_folder="templates")


@asking.route("/appointments/ask/<uuid:student_id>", methods=["GET", "POST"])
@guard(policy.ASK_FOR, load=get_placed_student)
def ask(student: Any) -> Any:
    """Ask the counselling room for one of its free times on behalf of a student."""
    if request.method != "POST":
        return _asking(student, forms.blank())
    form = forms.read(schemas.AskForm(), request.form)
    if form.errors:
        return _asking(student, form), 422
    given = dict(form.data)
    try:
        with savepoint():
            slot, at = given.pop("slot"), given.pop("at")
            ask_for(student, when=at or slot, **given, by=g.actor)
    except (Conflict, Invalid) as refused:
        return _asking(student, form.with_error("slot", _(refused.words, **refused.params)), refused), refused.status
    flash(_("The room has been asked. Here you see how it stands."), "done")
    return redirect(url_for("home.start"), code=303)


def _asking(student: Any, form: forms.Form, refused: Refusal | None = None) -> str:
    nearest = refused.nearest if isinstance(refused, NotFree) else ()
    free = views.free_soon(g.actor, student.school_id, student.id, on_behalf=True)
    room = teams_around(school_id=student.school_id, grade_id=None, excluded=())["room"]
    return render_template(
        "appointments/ask.html", form=form, student=student, line=get_line(student.id, g.actor.ring),
        slots=free, nearest=nearest, about=about_choices(), readers=named(room.living, g.actor),
        rooms=queries.room_names(student.school_id), slot_key=schemas.slot_key,
    )


def about_choices() -> list[tuple[str, str]]:
    """Return what somebody may say beforehand, in words."""
    return [(code, _(label)) for code, label in ABOUT.items()]


@asking.post("/appointments/ask/<uuid:student_id>/wait")
@guard(policy.ASK_FOR, load=get_placed_student)
def wait(student: Any) -> Any:
    """Ask for a student to be put on the waiting list, when no time suits."""
    form = forms.read(WaitAsked(), request.form)
    if form.errors:
        return _asking(student, form), 422
    try:
        with savepoint():
            service.ask_to_wait(student.id, reason=form.data, by=g.actor)
    except Conflict as refused:
        return _asking(student, form.with_error("about", _(refused.words))), refused.status
    flash(_("The student is on the waiting list. Here you see when a time is held for them."), "done")
    return redirect(url_for("home.start"), code=303)


@asking.post("/appointments/waiting/<uuid:waiting_id>/take-back")
@guard(policy.TAKE_BACK, load=queries.get_entry)
def take_wait_back(entry: WaitingEntry) -> Any:
    """Take a student off the list for whom one asked."""
    try:
        with savepoint():
            service.take_wait_back(entry, by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "plain")
    else:
        flash(_("The student is off the waiting list."), "done")
    return redirect(url_for("home.start"), code=303)


@asking.post("/appointments/<uuid:appointment_id>/take-back")
@guard(policy.TAKE_BACK, load=queries.get_appointment)
def take_back(booking: Appointment) -> Any:
    """Take back what one asked for."""
    form = forms.read(schemas.TakeBack(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            service.take_back(booking, revision=form.data["version"], by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "plain")
    else:
        flash(_("It is taken back. The time is free again."), "done")
    return redirect(url_for("home.start"), code=303)


def ask_act(student: Any) -> bool:
    """Say whether a student's page shows the way to ask: to those who do not book themselves."""
    enrolled = student.student.state == "enrolled"
    return enrolled and policy.ASK_FOR.allows(g.actor, student) and not policy.BOOK.allows(g.actor, student)
