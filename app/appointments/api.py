"""Appointments for programs: what the calendar's pages do, through the same services and permissions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, url_for
from marshmallow import fields, validate

from app.access import guard
from app.appointments import policy, queries, schemas, service, views
from app.appointments.booking_for import ask_for, book_for, change
from app.appointments.models import Appointment
from app.appointments.words import DEEDS, KINDS, STATES
from app.core.errors import Missing
from app.core.forms import Shape
from app.core.openapi import blueprint
from app.directory.queries import get_placed_student, today_at

appointments_api = blueprint("appointments", __name__, description="Appointments in the caller's counselling room")


class BookingOut(Shape):
    """A booking; of one that is kept from the caller only when and with whom, `known` is false and the rest null."""

    id = fields.UUID(allow_none=True)
    known = fields.Bool()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    counsellor = fields.Str()
    room = fields.Str()
    kind = fields.Str(allow_none=True, validate=validate.OneOf(list(KINDS)))
    state = fields.Str(allow_none=True, validate=validate.OneOf(list(STATES)))
    student_id = fields.UUID(allow_none=True)
    expires_at = fields.AwareDateTime(allow_none=True)
    seats = fields.Int(allow_none=True)
    seats_taken = fields.Int(allow_none=True)
    deeds = fields.List(fields.Str(validate=validate.OneOf(list(DEEDS))))
    version = fields.Int(allow_none=True)


class SlotOut(Shape):
    """A free time, and who could be there, the one on duty first."""

    room_id = fields.UUID()
    starts_at = fields.AwareDateTime(attribute="start")
    ends_at = fields.AwareDateTime(attribute="end")
    counsellors = fields.List(fields.UUID())


class AskedOut(Shape):
    """How a request stands, and no more."""

    id = fields.UUID()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    state = fields.Str()
    expires_at = fields.AwareDateTime(allow_none=True)
    version = fields.Int(attribute="revision")


class BookedAndFree(Shape):
    """What is booked and free on some days."""

    bookings = fields.List(fields.Nested(BookingOut))
    free = fields.List(fields.Nested(SlotOut))


def _out(line: views.Line) -> dict[str, Any]:
    booking, known = line.booking, line.known
    shown = {
        "id": booking.id, "kind": booking.kind, "state": booking.state, "student_id": booking.student_id,
        "expires_at": booking.expires_at, "seats": booking.seats, "version": booking.revision,
        "seats_taken": line.seats if booking.is_session else None,
    }
    always = {
        "known": known, "starts_at": booking.starts_at, "ends_at": booking.ends_at, "counsellor": line.counsellor,
        "room": line.room, "deeds": list(line.deeds),
    }
    return always | {name: value if known else None for name, value in shown.items()}


@appointments_api.get("/appointments")
@guard(policy.CALENDAR)
@appointments_api.arguments(schemas.CalendarPart, location="query")
@appointments_api.response(200, BookedAndFree)
def calendar(wanted: dict[str, Any]) -> Any:
    """List what is booked and free from a day on: for a day, a week or four weeks."""
    school_id = views.school_of(g.actor)
    if school_id is None:
        raise Missing()
    first = wanted["day"] or today_at(school_id)
    days = views.calendar_days(g.actor, school_id, first, views.VIEWS[wanted["view"]], free=True)
    rows = [row for day in days for row in day.rows]
    return {
        "bookings": [_out(row.line) for row in rows if row.line is not None],
        "free": [row.free for row in rows if row.free is not None],
    }


@appointments_api.get("/students/<uuid:student_id>/free")
@guard(policy.BOOK, load=get_placed_student)
@appointments_api.response(200, SlotOut(many=True))
def free(student: Any) -> Any:
    """List the next free times for a student."""
    return views.free_soon(g.actor, student.school_id, student.id, days=int(timedelta(weeks=4).days))


@appointments_api.post("/students/<uuid:student_id>/appointments")
@guard(policy.BOOK, load=get_placed_student)
@appointments_api.arguments(schemas.BookIn)
@appointments_api.response(201, BookingOut)
def book(student: Any, given: dict[str, Any]) -> Response:
    """Book for a student; a time that is taken is refused with 409 `SlotTaken` and the `nearest` free ones."""
    starts_at, room_id = given.pop("starts_at"), given.pop("room_id")
    when = (room_id or student.school_id, starts_at) if starts_at else None
    return _answer(book_for(student, **given, when=when, by=g.actor), 201)


@appointments_api.post("/students/<uuid:student_id>/appointment-requests")
@guard(policy.ASK_FOR, load=get_placed_student)
@appointments_api.arguments(schemas.AskIn)
@appointments_api.response(201, AskedOut)
def ask(student: Any, given: dict[str, Any]) -> Appointment:
    """Ask the room for a time on a student's behalf; a time that is taken is refused as in booking."""
    when = given.pop("room_id") or student.school_id, given.pop("starts_at")
    return ask_for(student, when=when, **given, by=g.actor)


@appointments_api.post("/appointments/<uuid:appointment_id>/take-back")
@guard(policy.TAKE_BACK, load=queries.get_appointment)
@appointments_api.arguments(schemas.TakeBack)
@appointments_api.response(200, AskedOut)
def take_back(booking: Appointment, given: dict[str, Any]) -> Appointment:
    """Take back what one asked for."""
    service.take_back(booking, revision=given["version"], by=g.actor)
    return booking


@appointments_api.get("/appointments/<uuid:appointment_id>")
@guard(policy.READ, load=queries.get_appointment, visit="appointment:viewed")
@appointments_api.response(200, BookingOut)
def show(booking: Appointment) -> Response:
    """Open a booking."""
    return _answer(booking, 200)


@appointments_api.post("/appointments/<uuid:appointment_id>")
@guard(policy.CHANGE, load=queries.get_appointment)
@appointments_api.arguments(schemas.Change)
@appointments_api.response(200, BookingOut)
def do(booking: Appointment, given: dict[str, Any]) -> Response:
    """Confirm or call off, or note who came."""
    change(booking, given["deed"], revision=given["version"], by=g.actor)
    return _answer(booking, 200)


@appointments_api.post("/appointments/<uuid:appointment_id>/move")
@guard(policy.CHANGE, load=queries.get_appointment)
@appointments_api.arguments(schemas.MoveIn)
@appointments_api.response(201, BookingOut)
def move(booking: Appointment, given: dict[str, Any]) -> Response:
    """Move a booking: the answer is the one that stands for the new time."""
    revision = given.pop("version")
    return _answer(service.move(booking, **given, revision=revision, by=g.actor), 201)


def _answer(booking: Appointment, status: int) -> Response:
    response = jsonify(BookingOut().dump(_out(views.line_of(booking, g.actor))))
    response.status_code = status
    response.headers["Content-Location"] = _address(booking.id)
    if status == 201:
        response.headers["Location"] = _address(booking.id)
    return response


def _address(booking_id: UUID) -> str:
    return url_for("appointments_api.show", appointment_id=booking_id)
