"""Times that repeat, and groups that meet several times, for programs."""

from typing import Any
from uuid import UUID

from flask import g
from marshmallow import fields

from app.access import guard
from app.appointments import group_views, policy, queries, schemas, service, views
from app.appointments.api.blueprint import appointments_api
from app.appointments.api.shapes import BookingOut, booking_out
from app.appointments.models import AppointmentSeries, GroupProgramme
from app.appointments.queries.series import GroupSession, get_group_session, get_programme, get_series, programmes_of
from app.appointments.service import Wish
from app.appointments.service import groups as group_service
from app.core.errors import Missing
from app.core.forms import Shape
from app.core.openapi import After, page_of
from app.directory.queries import get_placed_student


class GapOut(Shape):
    """A time of a series that was left out, and why."""

    number = fields.Int()
    day = fields.Date()
    cause = fields.Str(attribute="cause_code")


class SeriesOut(Shape):
    """A rule by which times repeat, with each time as it stands now."""

    id = fields.UUID()
    first_on = fields.Date()
    every_weeks = fields.Int()
    times = fields.Int()
    bookings = fields.List(fields.Nested(BookingOut))
    left_out = fields.List(fields.Nested(GapOut))


class GroupMeetingOut(Shape):
    """A session of a group."""

    appointment_id = fields.UUID(attribute="booking.id")
    starts_at = fields.AwareDateTime(attribute="booking.starts_at")
    state = fields.Str(attribute="booking.state")
    seats_taken = fields.Int(attribute="seats")
    came = fields.Int()
    entry_signed = fields.Bool(attribute="signed", allow_none=True)


class GroupMemberOut(Shape):
    """A member, and how many sessions to come have no seat for them."""

    student_id = fields.UUID()
    without_seat = fields.Int()


class ProgrammeLineOut(Shape):
    """A group in a list."""

    id = fields.UUID(attribute="programme.id")
    theme = fields.Str()
    seats = fields.Int(attribute="programme.seats")


class ProgrammeOut(ProgrammeLineOut):
    """A group with its members and sessions."""

    members = fields.List(fields.Nested(GroupMemberOut))
    sessions = fields.List(fields.Nested(GroupMeetingOut), attribute="meetings")


class GroupSeatOut(Shape):
    """A seat in a session, and whether its student came."""

    id = fields.UUID(attribute="booking.id")
    student_id = fields.UUID(attribute="booking.student_id")
    state = fields.Str(attribute="booking.state")


class GroupSessionOut(Shape):
    """A session with its seats and its entry; `version` is what noting who came builds on."""

    seats = fields.List(fields.Nested(GroupSeatOut))
    version = fields.Int()
    body = fields.Str()
    entry_version = fields.Int()
    entry_signed = fields.Bool()


def _wish(given: dict[str, Any], school_id: UUID, **more: Any) -> Wish:
    return Wish(
        school_id, given["starts_at"], room_id=given["room_id"] or school_id, counsellor_id=given["counsellor_id"],
        **more,
    )


def _rule(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("every_weeks", "times", "choices")}


def _series_out(series: AppointmentSeries) -> dict[str, Any]:
    lines = views.lines_of(queries.occurrences_of(series.id), g.actor, series.school_id)
    return {
        "id": series.id, "first_on": series.first_on, "every_weeks": series.every_weeks, "times": series.times,
        "bookings": [booking_out(line) for line in lines if line.booking.state != "moved"],
        "left_out": queries.gaps_of(series.id),
    }


@appointments_api.post("/students/<uuid:student_id>/appointment-series")
@guard(policy.BOOK, load=get_placed_student)
@appointments_api.arguments(schemas.SeriesIn)
@appointments_api.response(201, SeriesOut)
def book_series(student: Any, given: dict[str, Any]) -> Any:
    """Book times that repeat; while it is open what becomes of some, 409 `SeriesConflict` with `occurrences`."""
    reason = {"about": given["about"], "words": given["words"]}
    wish = _wish(given, student.school_id, student_id=student.id)
    return _series_out(service.book_series(wish, **_rule(given), reason=reason, by=g.actor))


@appointments_api.get("/appointment-series/<uuid:series_id>")
@guard(policy.SERIES, load=get_series, visit="series:viewed")
@appointments_api.response(200, SeriesOut)
def series(series: AppointmentSeries) -> Any:
    """Open a series: every time of it, also those that were left out."""
    return _series_out(series)


@appointments_api.post("/appointment-series/<uuid:series_id>/end")
@guard(policy.SERIES, load=get_series)
@appointments_api.response(200, SeriesOut)
def end_series(series: AppointmentSeries) -> Any:
    """Call off what is still to come of a series."""
    service.end_series(series, by=g.actor)
    return _series_out(series)


@appointments_api.get("/groups")
@guard(policy.CALENDAR)
@appointments_api.arguments(After, location="query")
@appointments_api.response(200, page_of(ProgrammeLineOut))
def groups(wanted: dict[str, Any]) -> Any:
    """List the groups of the caller's room, the latest first."""
    page = programmes_of(g.actor, cursor=wanted.get("after"))
    return {"items": group_views.group_lines(page.items, g.actor), "next": page.next}


@appointments_api.post("/groups")
@guard(policy.CALENDAR)
@appointments_api.arguments(schemas.GroupIn)
@appointments_api.response(201, ProgrammeOut)
def new_group(given: dict[str, Any]) -> Any:
    """Begin a group with its sessions; times that cannot be booked are refused as in a series."""
    school_id = views.school_of(g.actor)
    if school_id is None:
        raise Missing()
    wish = _wish(given, school_id, kind="group", seats=given["seats"])
    programme = group_service.begin_group(wish, theme=given["theme"], **_rule(given), by=g.actor)
    return group_views.group_of(programme, g.actor)


@appointments_api.get("/groups/<uuid:programme_id>")
@guard(policy.GROUP, load=get_programme, visit="group:viewed")
@appointments_api.response(200, ProgrammeOut)
def group(programme: GroupProgramme) -> Any:
    """Open a group."""
    return group_views.group_of(programme, g.actor)


@appointments_api.post("/groups/<uuid:programme_id>/members")
@guard(policy.KEEP_GROUP, load=get_programme)
@appointments_api.arguments(schemas.MemberIn)
@appointments_api.response(200, ProgrammeOut)
def join_group(programme: GroupProgramme, given: dict[str, Any]) -> Any:
    """Take a student in; 409 `SessionFull` where no seat is left."""
    group_service.join_group(programme, given["student_id"], by=g.actor)
    return group_views.group_of(programme, g.actor)


@appointments_api.post("/groups/<uuid:programme_id>/leave")
@guard(policy.KEEP_GROUP, load=get_programme)
@appointments_api.arguments(schemas.MemberIn)
@appointments_api.response(200, ProgrammeOut)
def leave_group(programme: GroupProgramme, given: dict[str, Any]) -> Any:
    """Take a student out; the seats to come are free again."""
    group_service.leave_group(programme, given["student_id"], by=g.actor)
    return group_views.group_of(programme, g.actor)


def _session_out(held: GroupSession) -> dict[str, Any]:
    entry = group_service.entry_for(held)
    return {
        "seats": group_views.seats_of(held, g.actor), "version": group_service.revision_of(held),
        "body": group_service.text_of(entry, by=g.actor) if entry else "",
        "entry_version": entry.revision if entry else 0, "entry_signed": bool(entry and entry.signed_at),
    }


@appointments_api.get("/groups/<uuid:programme_id>/sessions/<uuid:appointment_id>")
@guard(policy.GROUP, load=get_group_session, visit="group:viewed")
@appointments_api.response(200, GroupSessionOut)
def group_session(held: GroupSession) -> Any:
    """Open a session: who has a seat, and what was written."""
    return _session_out(held)


@appointments_api.post("/groups/<uuid:programme_id>/sessions/<uuid:appointment_id>/attendance")
@guard(policy.KEEP_GROUP, load=get_group_session)
@appointments_api.arguments(schemas.Attendance)
@appointments_api.response(200, GroupSessionOut)
def group_attendance(held: GroupSession, given: dict[str, Any]) -> Any:
    """Note who came to a session, and that all others did not."""
    group_service.note_attendance(held, came=set(given["came"]), revision=given["version"], by=g.actor)
    return _session_out(held)


@appointments_api.put("/groups/<uuid:programme_id>/sessions/<uuid:appointment_id>/entry")
@guard(policy.KEEP_GROUP, load=get_group_session)
@appointments_api.arguments(schemas.GroupWords)
@appointments_api.response(200, GroupSessionOut)
def group_entry(held: GroupSession, given: dict[str, Any]) -> Any:
    """Save what was done in a session, and sign it if `then` says so."""
    entry = group_service.write_group_entry(held, body=given["body"], revision=given["version"], by=g.actor)
    if given["then"] == "sign":
        group_service.sign_group_entry(held, revision=entry.revision, by=g.actor)
    return _session_out(held)
