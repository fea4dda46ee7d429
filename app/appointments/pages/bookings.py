"""The pages on which a booking is made, and on which everything that becomes of it is noted."""

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.appointments import policy, queries, schemas, service, views, words
from app.appointments.booking_for import NoTime, book_for, change
from app.appointments.coming import session_of
from app.appointments.errors import NotFree
from app.appointments.models import Appointment
from app.appointments.pages.blueprint import appointments
from app.appointments.queries.series import programme_in
from app.appointments.service.reasons import ABOUT, SAID, read_reason
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal
from app.directory.naming import named
from app.directory.queries import calendar_of, get_line, get_placed_student, names_of
from app.escalation.readers import teams_around
from app.schooltime import day_at


@appointments.route("/appointments/new/<uuid:student_id>", methods=["GET", "POST"])
@guard(policy.BOOK, load=get_placed_student)
def book(student: Any) -> Any:
    """Book for a student: one of the free times, or at once for somebody who is there."""
    if request.method != "POST":
        return _booking(student, forms.blank(slot=request.args.get("slot", ""), kind="individual"))
    form = forms.read(schemas.BookForm(), request.form)
    given = dict(form.data)
    slot, at, times, counsellor = (given.pop(name, None) for name in ("slot", "at", "times", "counsellor"))
    if times:
        # Nothing is booked yet: whatever else is missing is said when it is.
        return _booking(student, forms.blank(**form.values), counsellor_id=counsellor)
    if form.errors:
        return _booking(student, form, counsellor_id=counsellor), 422
    try:
        with savepoint():
            booking = book_for(student, **given, when=at or slot, counsellor_id=counsellor, by=g.actor)
    except (Conflict, Invalid) as refused:
        form = form.with_error("slot", _(refused.words, **refused.params))
        return _booking(student, form, refused, counsellor_id=counsellor), refused.status
    flash(_("The appointment is booked."), "done")
    return redirect(url_for("appointments.show", appointment_id=booking.id), code=303)


def _booking(
    student: Any, form: forms.Form, refused: Refusal | None = None, *, counsellor_id: UUID | None = None
) -> str:
    """Return the form with the free times of whoever was chosen, those nearest to one that is taken as buttons."""
    nearest = refused.nearest if isinstance(refused, NotFree) else ()
    slots = views.free_soon(g.actor, student.school_id, student.id, counsellor_id=counsellor_id)
    room = teams_around(school_id=student.school_id, grade_id=None, excluded=())["room"]
    counsellors = names_of(room.living)
    return render_template(
        "appointments/book.html", form=form, student=student, line=get_line(student.id, g.actor.ring), slots=slots,
        nearest=nearest, kinds=[(kind, _(words.KINDS[kind])) for kind in schemas.BOOKED_KINDS],
        about=[(code, _(label)) for code, label in ABOUT.items()], readers=named(room.living, g.actor),
        counsellors=[("", _("Whoever is on duty")), *sorted((str(one), name) for one, name in counsellors.items())],
        rooms=queries.room_names(student.school_id),
    )


@appointments.get("/appointments/<uuid:appointment_id>")
@guard(policy.READ, load=queries.get_appointment, visit="appointment:viewed")
def show(booking: Appointment) -> str:
    """Show a booking with what can be done to it now."""
    return _shown(booking)


def _shown(booking: Appointment, refused: Refusal | None = None) -> str:
    nearest = refused.nearest if isinstance(refused, NotFree) else ()
    may_move = "move" in queries.deeds_now(booking) and booking.session_id is None
    free = views.free_soon(
        g.actor, booking.school_id, booking.student_id, counsellor_id=booking.counsellor_id
    ) if may_move else []
    reason = read_reason(booking, by=g.actor) if policy.READ_REASON.allows(g.actor, booking) else None
    return render_template(
        "appointments/show.html", line=views.line_of(booking, g.actor), booking=booking, reason=reason,
        about=SAID, form=forms.blank(), refused=refused,
        slots=free, nearest=nearest if may_move else (), may_move=may_move,
        day=day_at(calendar_of(booking.school_id), booking.starts_at),
        rooms=queries.room_names(booking.school_id),
        booked_by=names_of([booking.booked_by] if booking.booked_by else []),
        seats=views.lines_of(queries.live_seats(booking), g.actor, booking.school_id) if booking.is_session else [],
        readers=named(_readers(booking), g.actor), session=session_of(booking, g.actor),
        programme=programme_in(booking.series_id) if booking.is_session else None,
    )


def _readers(booking: Appointment) -> set[UUID]:
    return queries.readers_of_reason(booking)


@appointments.post("/appointments/<uuid:appointment_id>")
@guard(policy.CHANGE, load=queries.get_appointment)
def do(booking: Appointment) -> Any:
    """Confirm or call off, or note who came."""
    form = forms.read(schemas.Change(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            change(booking, form.data["deed"], revision=form.data["version"], by=g.actor)
    except Conflict as refused:
        return _shown(booking, refused), refused.status
    done = words.DONE[form.data["deed"]]
    flash(_(done), "done")
    return redirect(url_for("appointments.show", appointment_id=booking.id), code=303)


@appointments.post("/appointments/<uuid:appointment_id>/move")
@guard(policy.CHANGE, load=queries.get_appointment)
def move(booking: Appointment) -> Any:
    """Move a booking to a free time."""
    form = forms.read(schemas.MoveForm(), request.form)
    if form.errors:
        return _shown(booking, NoTime()), 422
    room_id, starts_at = form.data["slot"]
    try:
        with savepoint():
            moved = service.move(
                booking, starts_at=starts_at, room_id=room_id, revision=form.data["version"], by=g.actor
            )
    except (Conflict, Invalid) as refused:
        return _shown(booking, refused), refused.status
    flash(_("The appointment is moved."), "done")
    return redirect(url_for("appointments.show", appointment_id=moved.id), code=303)


def book_act(student: Any) -> bool:
    """Say whether a student's page shows the way to book."""
    return policy.BOOK.allows(g.actor, student) and student.student.state == "enrolled"
