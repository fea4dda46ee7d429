"""The counselling room's calendar: what is booked and free, and for whom a time is booked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app import audit
from app.access import guard
from app.appointments import policy, queries, schemas, views
from app.appointments.pages.blueprint import appointments
from app.appointments.views import DayView
from app.appointments.waiting_views import suited
from app.core import forms
from app.core.errors import Missing
from app.directory.queries import calendar_of, find_students, get_organisation, today_at
from app.schooltime import is_school_day


@appointments.get("/appointments")
@guard(policy.CALENDAR)
def calendar() -> str:
    """Show a day, a week or a list of what is booked and free in the person's room."""
    school_id = _school()
    form = forms.read(schemas.CalendarPart(), request.args)
    view = form.data.get("view", "week")
    first, step = _first(form.data.get("day") or today_at(school_id), view), timedelta(days=views.VIEWS[view])
    tabs = [
        (label, url_for("appointments.calendar", view=name, day=form.data.get("day")), name == view)
        for name, label in {"day": _("Day"), "week": _("Week"), "list": _("As a list")}.items()
    ]
    days = views.calendar_days(g.actor, school_id, first, views.VIEWS[view], free=view != "list")
    waits = queries.waiting_for(g.actor)
    offered = queries.open_offers([one.id for one in waits])
    free = [row.free for one in days for row in one.rows if row.free is not None]
    return render_template(
        "appointments/calendar.html", tabs_of=tabs, view=view, today=today_at(school_id), first=first,
        waits=len(waits), suited=suited(school_id, [one for one in waits if one.id not in offered], free),
        days=_worth_showing(days, view, school_id), before=first - step, after=first + step,
    )


@appointments.get("/appointments/print")
@guard(policy.CALENDAR)
def on_paper() -> str:
    """Show what is booked on a day or in a week, made for paper; names are masked unless they are asked for."""
    school_id = _school()
    form = forms.read(schemas.PaperPart(), request.args)
    view, whole = form.data.get("view", "day"), form.data.get("names") == "whole"
    first = _first(form.data.get("day") or today_at(school_id), view)
    days = views.calendar_days(g.actor, school_id, first, views.VIEWS[view], free=False)
    audit.record(
        g.actor, "appointment:printed", organisation=school_id, subject=("organisation", school_id), view=view,
        names="whole" if whole else "masked",
    )
    school = get_organisation(school_id)
    return render_template(
        "appointments/print.html", days=days, view=view, first=first, whole=whole,
        organisation_name=school.name if school else "", printed_by=g.actor.name,
    )


def _school() -> UUID:
    school_id = views.school_of(g.actor)
    if school_id is None:
        raise Missing()
    return school_id


def _worth_showing(days: Sequence[DayView], view: str, school_id: UUID) -> Sequence[DayView]:
    """Leave out of a week the days without school on which nothing is."""
    school_calendar = calendar_of(school_id)
    if view != "week" or not any(day.rows for day in days):
        return [day for day in days if day.rows or view == "day"]
    return [day for day in days if day.rows or is_school_day(school_calendar, day.day)]


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
