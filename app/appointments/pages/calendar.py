"""The counselling room's calendar: what is booked and free, and for whom a time is booked."""

from datetime import date, timedelta
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.access import guard
from app.appointments import policy, schemas, views
from app.appointments.pages.blueprint import appointments
from app.core import forms
from app.core.errors import Missing
from app.directory.queries import find_students, today_at


@appointments.get("/appointments")
@guard(policy.CALENDAR)
def calendar() -> str:
    """Show a day, a week or a list of what is booked and free in the person's room."""
    school_id = views.school_of(g.actor)
    if school_id is None:
        raise Missing()
    form = forms.read(schemas.CalendarPart(), request.args)
    view = form.data.get("view", "week")
    first, step = _first(form.data.get("day") or today_at(school_id), view), timedelta(days=views.VIEWS[view])
    tabs = [
        (label, url_for("appointments.calendar", view=name, day=form.data.get("day")), name == view)
        for name, label in {"day": _("Day"), "week": _("Week"), "list": _("As a list")}.items()
    ]
    return render_template(
        "appointments/calendar.html", tabs_of=tabs, view=view, today=today_at(school_id),
        days=views.calendar_days(g.actor, school_id, first, views.VIEWS[view], free=view != "list"),
        before=first - step, after=first + step,
    )


def _first(day: date, view: str) -> date:
    return day - timedelta(days=day.weekday()) if view == "week" else day


@appointments.route("/appointments/new", methods=["GET", "POST"])
@guard(policy.CALENDAR)
def new() -> Any:
    """Ask for whom a time is booked."""
    sent = request.method == "POST"
    form = forms.read(schemas.Search(), request.form if sent else MultiDict(request.args.items()))
    found = find_students(form.data.get("q", ""), g.actor) if sent else None
    school_id = views.school_of(g.actor)
    lines = [line for line in found or [] if line.school_id == school_id]
    page = render_template("appointments/new.html", form=form, found=None if found is None else lines)
    return page, 422 if sent and form.errors else 200
