"""The session of an appointment: one step from the calendar to the entry, and one page on which it ends."""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.access import guard
from app.appointments import policy, queries, schemas, views
from app.appointments.errors import NotFree, ReasonWanted
from app.appointments.models import Appointment, Sitting
from app.appointments.pages.blueprint import appointments
from app.appointments.queries.sittings import came_before, sitting_of
from app.appointments.service import read_reason, sittings
from app.appointments.service.reasons import ABOUT
from app.appointments.service.sittings import Ending
from app.core import forms
from app.core.database import savepoint, session
from app.core.errors import Conflict, Invalid, Refusal, Stale
from app.directory.naming import named
from app.directory.queries import calendar_of, get_line, names_of
from app.files import reading, sections
from app.files import service as files
from app.files.models import FileEntry
from app.files.queries import file_of_student
from app.files.schemas import kept_body
from app.schooltime import wall_at
from app.vault import readers_of


@appointments.post("/appointments/<uuid:appointment_id>/sitting")
@guard(policy.HOLD, load=queries.get_appointment)
def begin(booking: Appointment) -> Any:
    """Begin the session of a booking, or go on with it; a colleague's file asks for a reason first."""
    form = forms.read(schemas.BeginForm(), request.form)
    if form.errors:
        return _asking_why(booking, form), 422
    try:
        with savepoint():
            sittings.begin(booking, reason=form.data.get("reason"), by=g.actor)
    except ReasonWanted as wanted:
        if "reason" in form.values:
            return _asking_why(booking, form.with_error("reason", wanted.words)), 422
        return _asking_why(booking, form)
    except (Conflict, Invalid) as refused:
        flash(_(refused.words, **refused.params), "warn")
        return _to_booking(booking)
    return redirect(url_for("appointments.sitting", appointment_id=booking.id), code=303)


def _asking_why(booking: Appointment, form: forms.Form) -> str:
    file = file_of_student(booking.student_id, by=g.actor) if booking.student_id is not None else None
    return render_template(
        "appointments/sitting_reason.html", booking=booking, form=form,
        in_charge=names_of([file.in_charge_id]).get(file.in_charge_id) if file is not None else None,
        readers=named(readers_of(file.id), g.actor) if file is not None else [],
    )


@appointments.get("/appointments/<uuid:appointment_id>/sitting")
@guard(policy.HOLD, load=queries.get_appointment, visit="appointment:viewed")
def sitting(booking: Appointment) -> Any:
    """Show the session that goes on, wherever it was left."""
    found, entry = _held(booking)
    if found is None or entry is None:
        return _to_booking(booking)
    if found.ended_at is not None or entry.state == "signed":
        return _after(booking, found, entry)
    body = reading.body_of(entry, by=g.actor)
    if body is None:
        return _to_entry(entry)
    return _session(booking, entry, forms.blank(**body, version=entry.revision))


@appointments.post("/appointments/<uuid:appointment_id>/sitting/record")
@guard(policy.HOLD, load=queries.get_appointment)
def save_sitting(booking: Appointment) -> Any:
    """Save what was written, and go on to the end when the button says so."""
    found, entry = _held(booking)
    if found is None or entry is None:
        return _to_booking(booking)
    form = forms.read(schemas.SittingBody(), request.form)
    if form.errors:
        return _session(booking, entry, form), 422
    try:
        with savepoint():
            files.save_entry(entry, body=kept_body(form.data), revision=form.data["version"], by=g.actor)
    except Stale as stale:
        kept = reading.body_of(entry, by=g.actor) or {}
        again = form.with_values(version=entry.revision).with_error("elsewhere", stale.words)
        return _session(booking, entry, again, elsewhere=forms.differing(form, kept, sections.TEXTS)), 422
    except files.EntrySigned:
        return _to_entry(entry)
    if form.data.get("then") == "end":
        return redirect(url_for("appointments.end_sitting", appointment_id=booking.id), code=303)
    flash(_("The draft is saved."), "done")
    return redirect(url_for("appointments.sitting", appointment_id=booking.id), code=303)


@appointments.route("/appointments/<uuid:appointment_id>/sitting/end", methods=["GET", "POST"])
@guard(policy.HOLD, load=queries.get_appointment, visit="appointment:viewed")
def end_sitting(booking: Appointment) -> Any:
    """Ask who came, when they come next and what becomes of the record, and end the session."""
    found, entry = _held(booking)
    if found is None:
        return _to_booking(booking)
    if found.ended_at is not None:
        return _after(booking, found, entry)
    if request.method != "POST":
        return _ending(booking, entry, forms.blank(came="true", record="sign", slot=""))
    form = forms.read(schemas.EndForm(), request.form)
    if form.errors:
        return _ending(booking, entry, form), 422
    ending = Ending(form.data["came"], form.data["slot"], form.data["record"])
    try:
        with savepoint():
            following = sittings.end(found, booking, ending, revision=form.data["version"], by=g.actor)
    except (Conflict, Invalid) as refused:
        field = "slot" if isinstance(refused, NotFree) else "record"
        again = form.with_error(field, _(refused.words, **refused.params))
        return _ending(booking, entry, again, refused), refused.status
    done = _("The session has ended, and the next time is booked.") if following else _("The session has ended.")
    flash(done, "done")
    return redirect(url_for("home.start"), code=303)


def _held(booking: Appointment) -> tuple[Sitting | None, FileEntry | None]:
    """Return the session that the actor holds, and the entry as far as there still is one."""
    found = sitting_of(booking, g.actor.person_id)
    if found is None or found.entry_id is None:
        return found, None
    return found, session().get(FileEntry, found.entry_id)


def _to_booking(booking: Appointment) -> Response:
    return redirect(url_for("appointments.show", appointment_id=booking.id), code=303)


def _to_entry(entry: FileEntry) -> Response:
    return redirect(url_for("files.entry", file_id=entry.file_id, entry_id=entry.id), code=303)


def _after(booking: Appointment, found: Sitting, entry: FileEntry | None) -> Response:
    """Lead on from what is over: to its end, to the entry, or to the booking."""
    if found.ended_at is None:
        return redirect(url_for("appointments.end_sitting", appointment_id=booking.id), code=303)
    return _to_entry(entry) if entry is not None else _to_booking(booking)


def _session(
    booking: Appointment, entry: FileEntry, form: forms.Form, *, elsewhere: Mapping[str, Any] | None = None
) -> str:
    sittings.looked_at(entry, by=g.actor)
    reason = read_reason(booking, by=g.actor) if policy.READ_REASON.allows(g.actor, booking) else None
    zone = calendar_of(booking.school_id).zone
    return render_template(
        "appointments/sitting.html", **_whom(booking), entry=entry, form=form, elsewhere=elsewhere or {},
        before=sittings.agreed_before(entry.file, entry, by=g.actor), reason=reason, about=ABOUT,
        headings=sections.headings_of(form.values), texts=sections.TEXTS, kinds=sections.KINDS,
        sources=sections.SOURCES, levels=sections.LEVELS, templates=sections.TEMPLATES,
        saved_at=wall_at(zone, entry.saved_at), entry_readers=named(readers_of(entry.file_id), g.actor),
    )


def _whom(booking: Appointment) -> dict[str, Any]:
    """Return whom a session is with, and for the how many-eth time."""
    assert booking.student_id is not None
    return {
        "booking": booking, "line": get_line(booking.student_id, g.actor.ring),
        "times": came_before([booking], g.actor).get(booking.id, 0),
    }


def _ending(
    booking: Appointment, entry: FileEntry | None, form: forms.Form, refused: Refusal | None = None
) -> str:
    body = reading.body_of(entry, by=g.actor) if entry is not None and entry.state == "draft" else None
    nearest = refused.nearest if isinstance(refused, NotFree) else ()
    same, others = views.next_times(booking, g.actor)
    return render_template(
        "appointments/sitting_end.html", **_whom(booking), entry=entry, form=form,
        slots=[*nearest, *(one for one in ([same] if same else []) + others if one not in nearest)], same=same,
        draft=body is not None, written=body is not None and sections.says_something(body),
        rooms=queries.room_names(booking.school_id),
        noted=booking.state not in ("confirmed", "attended", "no_show"),
    )
