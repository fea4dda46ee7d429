"""The pages of the waiting list: who waits, a new entry, one entry, and what is offered, taken and declined."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.access import guard
from app.appointments import (
    policy,
    queries,
    schemas,
    service,
    views,
    waiting_shapes,
    waiting_views,
    waiting_words,
    words,
)
from app.appointments.booking_for import answer_offer, room_of
from app.appointments.choosing import period_words
from app.appointments.models import Appointment, WaitingEntry
from app.appointments.pages.asking import about_choices
from app.appointments.service import Suits
from app.appointments.service.reasons import ABOUT, read_reason
from app.appointments.states import WAITED_FOR
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Missing, Refusal
from app.directory.naming import named
from app.directory.queries import get_line, get_placed_student, names_of
from app.escalation.readers import teams_around

waiting = Blueprint("waiting", "app.appointments", template_folder="templates")


@waiting.context_processor
def _words() -> dict[str, Any]:
    return {
        "waiting_words": waiting_words, "appointment_words": words, "slot_key": schemas.slot_key,
        "period_words": period_words,
    }


@waiting.get("/appointments/waiting")
@guard(policy.CALENDAR)
def index() -> str:
    """Show who waits for the person's room, in the order in which times are offered."""
    if views.school_of(g.actor) is None:
        raise Missing()
    lines = waiting_views.waiting_lines(g.actor)
    return render_template("appointments/waiting.html", lines=lines, longest=waiting_views.longest(lines))


@waiting.route("/appointments/waiting/new/<uuid:student_id>", methods=["GET", "POST"])
@guard(policy.BOOK, load=get_placed_student)
def add(student: Any) -> Any:
    """Put a student on the list."""
    if request.method != "POST":
        return _adding(student, forms.blank(kind="individual", urgency=2))
    form = forms.read(waiting_shapes.WaitIn(), request.form)
    if form.errors:
        return _adding(student, form), 422
    given = form.data
    try:
        with savepoint():
            entry = service.add_waiting(
                student.id, kind=given["kind"], urgency=given["urgency"], suits=suits_of(given),
                reason={"about": given["about"], "words": given["words"]}, by=g.actor,
            )
    except (Conflict, Invalid) as refused:
        return _adding(student, form.with_error("kind", _(refused.words))), refused.status
    flash(_("The student is on the waiting list. What becomes free and suits is held by itself."), "done")
    return redirect(url_for("waiting.one", waiting_id=entry.id), code=303)


def suits_of(given: Any) -> Suits:
    """Return what would suit, as a form says it."""
    return Suits(tuple(given["weekdays"]), tuple(given["periods"]), given["counsellor"])


def _adding(student: Any, form: forms.Form) -> str:
    room = teams_around(school_id=student.school_id, grade_id=None, excluded=())["room"]
    return render_template(
        "appointments/waiting_new.html", form=form, student=student, line=get_line(student.id, g.actor.ring),
        kinds=[(kind, _(words.KINDS[kind])) for kind in WAITED_FOR], about=about_choices(),
        readers=named(room.living, g.actor), **_choices(student.school_id),
    )


def _choices(school_id: Any) -> dict[str, Any]:
    """Return what can be chosen of urgency and wishes."""
    room = teams_around(school_id=school_id, grade_id=None, excluded=())["room"]
    counsellors = sorted((str(one), name) for one, name in names_of(room.living).items())
    return {
        "urgencies": [(code, _(label)) for code, label in waiting_words.URGENCIES.items()],
        "weekdays": [(day, _(label)) for day, label in waiting_words.WEEKDAYS.items() if day < 6],
        "periods": [(one, period_words(one)) for one in waiting_views.room_periods(school_id)],
        "counsellors": [("", _("Whoever is on duty")), *counsellors],
    }


@waiting.route("/appointments/waiting/<uuid:waiting_id>", methods=["GET", "POST"])
@guard(policy.KEEP_WAITING, load=queries.get_entry, visit="waiting:viewed")
def one(entry: WaitingEntry) -> Any:
    """Show an entry with what was offered so far, and take changes."""
    if request.method != "POST":
        return _shown(entry)
    form = forms.read(waiting_shapes.WaitChange(), request.form)
    if form.errors:
        return _shown(entry, form=form), 422
    given = form.data
    try:
        with savepoint():
            service.change_waiting(
                entry, urgency=given["urgency"], suits=suits_of(given), revision=given["version"], by=g.actor
            )
    except (Conflict, Invalid) as refused:
        return _shown(entry, refused, form), refused.status
    flash(_("The entry is changed."), "done")
    return redirect(url_for("waiting.one", waiting_id=entry.id), code=303)


def _shown(entry: WaitingEntry, refused: Refusal | None = None, form: forms.Form | None = None) -> str:
    (line,) = waiting_views.waiting_lines(g.actor, [entry])
    kept = forms.blank(
        urgency=entry.urgency, weekdays=entry.weekdays, periods=entry.periods, counsellor=entry.counsellor_id or "",
    )
    reads = entry.reason_id is not None and policy.READ_REASON.allows(g.actor, entry)
    free = views.free_soon(g.actor, entry.school_id, entry.student_id) if entry.ended_at is None else []
    return render_template(
        "appointments/waiting_one.html", line=line, entry=entry, form=form or kept, refused=refused, about=ABOUT,
        offers=queries.offers_to(entry), reason=read_reason(entry, by=g.actor) if reads else None, slots=free,
        rooms=queries.room_names(entry.school_id), **_choices(entry.school_id),
    )


@waiting.post("/appointments/waiting/<uuid:waiting_id>/end")
@guard(policy.KEEP_WAITING, load=queries.get_entry)
def end(entry: WaitingEntry) -> Any:
    """Take somebody off the list, with a reason."""
    form = forms.read(waiting_shapes.TakenOff(), request.form)
    if form.errors:
        return _shown(entry, Invalid()), 422
    try:
        with savepoint():
            service.take_off(entry, code=form.data["code"], by=g.actor)
    except Conflict as refused:
        return _shown(entry, refused), refused.status
    flash(_("The student is off the waiting list."), "done")
    return redirect(url_for("waiting.index"), code=303)


@waiting.post("/appointments/waiting/<uuid:waiting_id>/offer")
@guard(policy.KEEP_WAITING, load=queries.get_entry)
def offer(entry: WaitingEntry) -> Any:
    """Hold a free time for one who waits, out of turn."""
    form = forms.read(waiting_shapes.OfferForm(), request.form)
    if form.errors:
        return _shown(entry, Invalid()), 422
    room_id, starts_at = form.data["slot"]
    try:
        with savepoint():
            service.offer(entry, room_id=room_id, starts_at=starts_at, by=g.actor)
    except (Conflict, Invalid) as refused:
        return _shown(entry, refused), refused.status
    return _held()


@waiting.post("/appointments/waiting/next")
@guard(policy.CALENDAR)
def offer_next() -> Any:
    """Hold a free time for the next one whom it suits."""
    form = forms.read(waiting_shapes.OfferForm(), request.form)
    if form.errors:
        raise Invalid()
    room_id, starts_at = form.data["slot"]
    try:
        with savepoint():
            service.offer_next(room_of(room_id), starts_at=starts_at, by=g.actor)
    except (Conflict, Invalid) as refused:
        flash(_(refused.words), "plain")
        return redirect(url_for("waiting.index"), code=303)
    return _held()


def _held() -> Response:
    flash(_("The time is held for half an hour. Please tell the student, and note the answer here."), "done")
    return redirect(url_for("waiting.index"), code=303)


@waiting.post("/appointments/<uuid:appointment_id>/answer")
@guard(policy.CHANGE, load=queries.get_appointment)
def answer(booking: Appointment) -> Any:
    """Note that a student takes the time that is held for them, or cannot come then."""
    form = forms.read(waiting_shapes.OfferAnswer(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            answer_offer(booking, form.data["deed"], revision=form.data["version"], by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "plain")
    else:
        taken = form.data["deed"] == "accept"
        flash(_("The appointment is booked.") if taken else _("Noted. The time goes to the next one."), "done")
    return redirect(url_for("waiting.index"), code=303)
