"""The pages of times that repeat: what stands in the way of each is shown, and somebody says what becomes of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.access import guard
from app.appointments import policy, queries, schemas, service, views
from app.appointments.errors import NotFree
from app.appointments.models import AppointmentSeries
from app.appointments.pages.blueprint import appointments
from app.appointments.queries.series import get_series
from app.appointments.service import Occurrence, SeriesConflict, Wish
from app.appointments.service.reasons import ABOUT
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal
from app.core.words import N_
from app.directory.naming import named
from app.directory.queries import get_line, get_placed_student, names_of
from app.escalation.readers import teams_around

CAUSES = {
    "closed": N_("The room is not open then"), "taken": N_("This time is taken"), "past": N_("This time is over"),
    "chosen": N_("Left out by choice"),
}


@appointments.route("/appointments/new/<uuid:student_id>/series", methods=["GET", "POST"])
@guard(policy.BOOK, load=get_placed_student)
def book_series(student: Any) -> Any:
    """Book times that repeat for a student."""
    if request.method != "POST":
        return _booking(student, forms.blank(every_weeks=1, times=6))
    form = forms.read(schemas.SeriesForm(), request.form)
    if form.errors:
        return _booking(student, form), 422
    reason = {"about": form.data["about"], "words": form.data["words"]}
    try:
        with savepoint():
            wish = wish_of(form.data, student.school_id, student_id=student.id)
            series = service.book_series(wish, **rule_of(form.data), reason=reason, by=g.actor)
    except (Conflict, Invalid) as refused:
        return _booking(student, with_refusal(form, refused), refused), refused.status
    flash(_("The times are booked."), "done")
    return redirect(url_for("appointments.series", series_id=series.id), code=303)


def wish_of(data: Mapping[str, Any], school_id: Any, **more: Any) -> Wish:
    """Return the first time of a rule as it was sent."""
    room_id, starts_at = data["slot"]
    return Wish(school_id, starts_at, room_id=room_id, counsellor_id=data["counsellor"], **more)


def rule_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return how often times repeat, and what was chosen for those that cannot be booked."""
    choices: dict[int, datetime | None] = {
        int(name.removeprefix("choice_")): chosen for name, chosen in data.items() if name.startswith("choice_")
    }
    return {"every_weeks": data["every_weeks"], "times": data["times"], "choices": choices}


def with_refusal(form: forms.Form, refused: Refusal) -> forms.Form:
    """Return the form with the reason beside the time; what cannot be booked is asked for each time on its own."""
    return form.with_error("slot", _(refused.words, **refused.params))


def planned(refused: Refusal | None) -> tuple[Occurrence, ...]:
    """Return the times of a rule as they stand, while it is open what becomes of some of them."""
    return refused.occurrences if isinstance(refused, SeriesConflict) else ()


def choosing(school_id: Any, refused: Refusal | None, *, student_id: Any = None) -> dict[str, Any]:
    """Return what the form of a rule offers: first times, colleagues, and what to do about those not free."""
    nearest = refused.nearest if isinstance(refused, NotFree) else ()
    free = views.free_soon(g.actor, school_id, student_id)
    room = teams_around(school_id=school_id, grade_id=None, excluded=())["room"]
    counsellors = names_of(room.living)
    return {
        "slots": [*nearest, *(one for one in free if one not in nearest)], "plan": planned(refused), "causes": CAUSES,
        "counsellors": [("", _("Whoever is on duty")), *sorted((str(one), name) for one, name in counsellors.items())],
        "rooms": queries.room_names(school_id), "readers": named(room.living, g.actor),
        "left_out": schemas.LEFT_OUT,
    }


def _booking(student: Any, form: forms.Form, refused: Refusal | None = None) -> str:
    return render_template(
        "appointments/book_series.html", form=form, student=student, line=get_line(student.id, g.actor.ring),
        about=[(code, _(label)) for code, label in ABOUT.items()],
        **choosing(student.school_id, refused, student_id=student.id),
    )


@appointments.get("/appointments/series/<uuid:series_id>")
@guard(policy.SERIES, load=get_series, visit="series:viewed")
def series(series: AppointmentSeries) -> str:
    """Show every time of a series, also those that were left out."""
    lines = views.lines_of(queries.occurrences_of(series.id), g.actor, series.school_id)
    return render_template(
        "appointments/series.html", series=series, lines=[line for line in lines if line.booking.state != "moved"],
        gaps=queries.gaps_of(series.id), causes=CAUSES, open=[line for line in lines if "cancel" in line.deeds],
    )


@appointments.post("/appointments/series/<uuid:series_id>/end")
@guard(policy.SERIES, load=get_series)
def end_series(series: AppointmentSeries) -> Any:
    """Call off what is still to come."""
    ended = service.end_series(series, by=g.actor)
    flash(ngettext("One appointment is called off.", "%(num)s appointments are called off.", ended), "done")
    return redirect(url_for("appointments.series", series_id=series.id), code=303)
