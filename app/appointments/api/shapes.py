"""What programs are told of bookings: no more of each than the caller may know."""

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, url_for
from marshmallow import fields, validate

from app.appointments import views
from app.appointments.models import Appointment
from app.appointments.words import DEEDS, KINDS, STATES
from app.core.forms import Shape


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


class BookedAndFree(Shape):
    """What is booked and free on some days."""

    bookings = fields.List(fields.Nested(BookingOut))
    free = fields.List(fields.Nested(SlotOut))


def booking_out(line: views.Line) -> dict[str, Any]:
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


def answer(booking: Appointment, status: int) -> Response:
    response = jsonify(BookingOut().dump(booking_out(views.line_of(booking, g.actor))))
    response.status_code = status
    response.headers["Content-Location"] = _address(booking.id)
    if status == 201:
        response.headers["Location"] = _address(booking.id)
    return response


def _address(booking_id: UUID) -> str:
    return url_for("appointments_api.show", appointment_id=booking_id)
