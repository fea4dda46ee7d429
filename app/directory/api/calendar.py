"""The school calendar for programs: terms, days off, make-up days, half days and bells."""

from typing import Any
from uuid import UUID

from flask import g, url_for
from marshmallow import fields, validate

from app.access import guard
from app.core.forms import Day, Shape
from app.directory import policy, service
from app.directory.api.resource import directory_api
from app.directory.calendars import MOST_SCHEDULES, version_of, with_parts
from app.directory.models import Organisation
from app.directory.queries import calendar_of, get_organisation
from app.directory.schemas import NationalYear
from app.schooltime import seeded, years_on_weekends_only


def _hour() -> fields.Time:
    return fields.Time(format="%H:%M", required=True, metadata={"example": "08:00"})


class DaysIo(Shape):
    """A term, or days off, with its first and its last day."""

    name = fields.Str(required=True, validate=validate.Length(max=60))
    first = Day(required=True)
    last = Day(required=True)


class MakeUpDayIo(Shape):
    """A day off on which there is school, with the bells of a weekday; Monday is 1."""

    day = Day(required=True)
    follows = fields.Int(required=True, strict=True, validate=validate.Range(1, 7))


class HalfDayIo(Shape):
    """A school day on which only the bells between two times ring."""

    day = Day(required=True)
    start = _hour()
    end = _hour()


class BellIo(Shape):
    """A period of the day."""

    name = fields.Str(required=True, validate=validate.Length(max=60))
    start = _hour()
    end = _hour()


class ScheduleIo(Shape):
    """The bells of some weekdays; Monday is 1."""

    weekdays = fields.List(fields.Int(strict=True, validate=validate.Range(1, 7)), required=True)
    bells = fields.List(fields.Nested(BellIo), required=True)


class CalendarChange(Shape):
    """The parts that are to stand in place of the present ones; what is left out stays as it is."""

    version = fields.Str(required=True)
    terms = fields.List(fields.Nested(DaysIo))
    holidays = fields.List(fields.Nested(DaysIo))
    make_up_days = fields.List(fields.Nested(MakeUpDayIo))
    half_days = fields.List(fields.Nested(HalfDayIo))
    schedules = fields.List(fields.Nested(ScheduleIo), validate=validate.Length(max=MOST_SCHEDULES))


class CalendarOut(CalendarChange):
    """The calendar of a school."""

    zone = fields.Str(metadata={"description": "The IANA zone in which its days and times are meant."})
    own = fields.Bool(metadata={"description": "Whether the school entered it; otherwise it is the usual one."})
    years_without_holidays = fields.List(
        fields.Int(), metadata={"description": "In them every weekday of a term counts as a school day."}
    )


def _school(school_id: UUID) -> Organisation | None:
    return get_organisation(school_id)


@directory_api.get("/schools/<uuid:school_id>/calendar")
@guard(policy.KEEP_CALENDAR, load=_school)
@directory_api.response(200, CalendarOut)
def calendar(school: Organisation) -> Any:
    """Open the calendar of a school."""
    return _told(school)


@directory_api.put("/schools/<uuid:school_id>/calendar")
@guard(policy.KEEP_CALENDAR, load=_school)
@directory_api.arguments(CalendarChange)
@directory_api.response(200, CalendarOut)
def change_calendar(school: Organisation, given: dict[str, Any]) -> Any:
    """Put parts of the calendar in place of the present ones; what does not fit together changes nothing."""
    version = given.pop("version")
    service.keep_calendar(school, change=lambda kept: with_parts(kept, given), seen=version, by=g.actor)
    return _told(school), _standing_at(school)


@directory_api.post("/schools/<uuid:school_id>/calendar/national")
@guard(policy.KEEP_CALENDAR, load=_school)
@directory_api.arguments(NationalYear)
@directory_api.response(200, CalendarOut)
def add_national_days(school: Organisation, given: dict[str, Any]) -> Any:
    """Add the national days of a year where the school has entered nothing itself."""
    service.keep_calendar(school, change=lambda kept: seeded(kept, given["year"]), by=g.actor)
    return _told(school), _standing_at(school)


def _standing_at(school: Organisation) -> dict[str, str]:
    return {"Content-Location": url_for("directory_api.calendar", school_id=school.id)}


def _told(school: Organisation) -> dict[str, Any]:
    kept = calendar_of(school.id)
    return {
        **{name: getattr(kept, name) for name in ("terms", "holidays", "make_up_days", "half_days", "schedules")},
        "version": version_of(kept), "zone": kept.zone.key, "own": school.calendar is not None,
        "years_without_holidays": years_on_weekends_only(kept),
    }
