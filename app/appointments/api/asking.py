"""Asking for a time on a student's behalf, for programs."""

from typing import Any

from flask import g
from marshmallow import fields

from app.access import guard
from app.appointments import policy, queries, schemas, service
from app.appointments.api.blueprint import appointments_api
from app.appointments.booking_for import ask_for
from app.appointments.models import Appointment
from app.core.forms import Shape
from app.directory.queries import get_placed_student


class AskedOut(Shape):
    """How a request stands, and no more."""

    id = fields.UUID()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    state = fields.Str()
    expires_at = fields.AwareDateTime(allow_none=True)
    version = fields.Int(attribute="revision")


@appointments_api.post("/students/<uuid:student_id>/appointment-requests")
@guard(policy.ASK_FOR, load=get_placed_student)
@appointments_api.arguments(schemas.AskIn)
@appointments_api.response(201, AskedOut)
def ask(student: Any, given: dict[str, Any]) -> Appointment:
    """Ask the room for a time on a student's behalf; a time that is taken is refused as in booking."""
    when = given.pop("room_id"), given.pop("starts_at")
    return ask_for(student, when=when, **given, by=g.actor)


@appointments_api.post("/appointments/<uuid:appointment_id>/take-back")
@guard(policy.TAKE_BACK, load=queries.get_appointment)
@appointments_api.arguments(schemas.TakeBack)
@appointments_api.response(200, AskedOut)
def take_back(booking: Appointment, given: dict[str, Any]) -> Appointment:
    """Take back what one asked for."""
    service.take_back(booking, revision=given["version"], by=g.actor)
    return booking
