"""The school calendar: terms, days off, make-up days and bells, as the school's administrator keeps them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Conflict, Invalid, Missing
from app.core.ids import parse_id
from app.core.words import N_
from app.directory import policy, schemas, service
from app.directory.calendars import MOST_SCHEDULES, version_of, with_bells, with_days, with_terms
from app.directory.models import Organisation
from app.directory.pages.blueprint import directory
from app.directory.queries import calendar_of, get_organisation, today_at
from app.schooltime import (
    InvalidCalendar,
    Known,
    SchoolCalendar,
    national_calendar,
    seeded,
    years_on_weekends_only,
)

WEEKDAYS = {
    "1": N_("Monday"),
    "2": N_("Tuesday"),
    "3": N_("Wednesday"),
    "4": N_("Thursday"),
    "5": N_("Friday"),
    "6": N_("Saturday"),
    "7": N_("Sunday"),
}
TERMS = ("name", "first", "last")
HOLIDAYS = ("holiday_name", "holiday_first", "holiday_last")
MAKE_UP_DAYS = ("make_up_day", "make_up_follows")
HALF_DAYS = ("half_day", "half_start", "half_end")
BLANK_LINES = 3


@directory.get("/calendar")
@guard(policy.LIST_CALENDARS)
def calendar() -> Any:
    """Show the calendar of a school that the person administers."""
    schools = [get_organisation(one) for one in sorted(g.actor.organisations(PostKind.SCHOOL_ADMIN))]
    wanted = parse_id(request.args.get("school", ""))
    chosen = next((one for one in schools if one and wanted in (None, one.id)), None)
    if chosen is None or not policy.KEEP_CALENDAR.allows(g.actor, chosen):
        raise Missing()
    kept = calendar_of(chosen.id)
    this_year = today_at(chosen.id).year
    return render_template(
        "directory/calendar.html", school=chosen, schools=schools, kept=kept, weekday_words=WEEKDAYS,
        words_of_weekdays=lambda weekdays: _(", ").join(_(WEEKDAYS[str(weekday)]) for weekday in weekdays),
        unknown_years=years_on_weekends_only(kept), own=chosen.calendar is not None,
        years=[year for year in (this_year, this_year + 1) if _adds_something(kept, year)],
        unannounced=[y for y in (this_year, this_year + 1) if national_calendar(y).known is Known.WEEKENDS_ONLY],
    )


def _school(school_id: UUID) -> Organisation | None:
    return get_organisation(school_id)


def _adds_something(kept: SchoolCalendar, year: int) -> bool:
    return seeded(kept, year) != kept


@directory.post("/calendar/<uuid:school_id>/national")
@guard(policy.KEEP_CALENDAR, load=_school)
def calendar_national(school: Organisation) -> AnyResponse:
    """Add the national days of a year where the school has entered nothing itself."""
    form = forms.read(schemas.NationalYear(), request.form)
    if form.errors:
        raise Invalid()
    service.keep_calendar(school, change=lambda kept: seeded(kept, form.data["year"]), by=g.actor)
    flash(_("The national holidays and make-up days are entered. Compare them with your school's plan."), "done")
    return _back_to(school)


@directory.route("/calendar/<uuid:school_id>/terms", methods=["GET", "POST"])
@guard(policy.KEEP_CALENDAR, load=_school)
def calendar_terms(school: Organisation) -> Any:
    """Show and take the terms."""
    kept = calendar_of(school.id)
    lines = {"name": [term.name for term in kept.terms], **_ends("", kept.terms)}

    def change(before: SchoolCalendar, data: Any) -> SchoolCalendar:
        return with_terms(before, schemas.lines_of(data, *TERMS))

    return _edit("terms", school, kept, lines, schemas.lines_shape(*TERMS), change)


@directory.route("/calendar/<uuid:school_id>/days", methods=["GET", "POST"])
@guard(policy.KEEP_CALENDAR, load=_school)
def calendar_days(school: Organisation) -> Any:
    """Show and take holidays, make-up days and half days."""
    kept = calendar_of(school.id)
    lines = {
        "holiday_name": [one.name for one in kept.holidays],
        **_ends("holiday_", kept.holidays),
        "make_up_day": [one.day.isoformat() for one in kept.make_up_days],
        "make_up_follows": [str(one.follows) for one in kept.make_up_days],
        "half_day": [one.day.isoformat() for one in kept.half_days],
        "half_start": [one.start.isoformat("minutes") for one in kept.half_days],
        "half_end": [one.end.isoformat("minutes") for one in kept.half_days],
    }

    def change(before: SchoolCalendar, data: Any) -> SchoolCalendar:
        return with_days(before, *(schemas.lines_of(data, *names) for names in (HOLIDAYS, MAKE_UP_DAYS, HALF_DAYS)))

    return _edit("days", school, kept, lines, schemas.lines_shape(*HOLIDAYS, *MAKE_UP_DAYS, *HALF_DAYS), change)


@directory.route("/calendar/<uuid:school_id>/bells", methods=["GET", "POST"])
@guard(policy.KEEP_CALENDAR, load=_school)
def calendar_bells(school: Organisation) -> Any:
    """Show and take the periods of the day, for each group of weekdays."""
    kept = calendar_of(school.id)
    numbers = range(min(len(kept.schedules) + 1, MOST_SCHEDULES))
    lines: dict[str, list[str]] = {}
    for number, schedule in enumerate(kept.schedules):
        lines[f"weekdays_{number}"] = [str(weekday) for weekday in schedule.weekdays]
        lines[f"name_{number}"] = [bell.name for bell in schedule.bells]
        lines[f"start_{number}"] = [bell.start.isoformat("minutes") for bell in schedule.bells]
        lines[f"end_{number}"] = [bell.end.isoformat("minutes") for bell in schedule.bells]
    names = [f"{part}_{number}" for number in numbers for part in ("weekdays", "name", "start", "end")]

    def change(before: SchoolCalendar, data: Any) -> SchoolCalendar:
        schedules = [
            (data[f"weekdays_{number}"], schemas.lines_of(data, f"name_{number}", f"start_{number}", f"end_{number}"))
            for number in numbers
        ]
        return with_bells(before, [(weekdays, bells) for weekdays, bells in schedules if weekdays or bells])

    return _edit("bells", school, kept, lines, schemas.lines_shape(*names), change, numbers=list(numbers))


def _edit(
    part: str,
    school: Organisation,
    kept: SchoolCalendar,
    lines: dict[str, list[str]],
    shape: schemas.Shape,
    change: Callable[[SchoolCalendar, Any], SchoolCalendar],
    **more: Any,
) -> Any:
    """Show a part of the calendar as lines, or keep it; what does not fit together is said, and the input stays."""
    form, status = forms.blank(version=version_of(kept), **lines), 200
    if request.method == "POST":
        form, status = forms.read(shape, request.form), 422
        if not form.errors:
            try:
                service.keep_calendar(
                    school, change=lambda before: change(before, form.data), seen=form.data["version"], by=g.actor
                )
            except (InvalidCalendar, Conflict) as refused:
                form, status = form.with_error("lines", _(refused.words, **refused.params)), refused.status
            else:
                flash(_("The school calendar is kept."), "done")
                return _back_to(school)
    page = render_template(
        f"directory/calendar_{part}.html", school=school, form=form, weekday_words=WEEKDAYS, blank_lines=BLANK_LINES,
        **more,
    )
    return page, status


def _ends(prefix: str, runs: Any) -> dict[str, list[str]]:
    return {
        f"{prefix}first": [run.first.isoformat() for run in runs],
        f"{prefix}last": [run.last.isoformat() for run in runs],
    }


def _back_to(school: Organisation) -> AnyResponse:
    return redirect(url_for("directory.calendar", school=school.id), code=303)
