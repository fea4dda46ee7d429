"""The waiting list for programs, through the same services and permissions as its pages."""

from typing import Any

from flask import Response, g
from marshmallow import fields

from app.access import guard
from app.appointments import policy, queries, service, views, waiting_shapes
from app.appointments.api.blueprint import appointments_api
from app.appointments.api.shapes import BookingOut, answer
from app.appointments.booking_for import answer_offer, room_of
from app.appointments.models import Appointment, WaitingEntry
from app.appointments.service import Suits
from app.core.errors import Missing
from app.core.forms import Shape
from app.directory.queries import get_placed_student


class WaitWithOffers(Shape):
    """An entry, and what was offered to it so far, the latest first."""

    entry = fields.Nested(waiting_shapes.WaitOut)
    offers = fields.List(fields.Nested(waiting_shapes.WaitOfferOut))


def _suits(given: dict[str, Any]) -> Suits:
    return Suits(tuple(given["weekdays"]), tuple(given["periods"]), given["counsellor"])


@appointments_api.get("/waiting")
@guard(policy.CALENDAR)
@appointments_api.response(200, waiting_shapes.WaitOut(many=True))
def waiting() -> Any:
    """List who waits for the caller's room, in the order in which times are offered."""
    if views.school_of(g.actor) is None:
        raise Missing()
    return queries.waiting_for(g.actor)


@appointments_api.post("/students/<uuid:student_id>/waiting")
@guard(policy.BOOK, load=get_placed_student)
@appointments_api.arguments(waiting_shapes.WaitIn)
@appointments_api.response(201, waiting_shapes.WaitOut)
def add_waiting(student: Any, given: dict[str, Any]) -> WaitingEntry:
    """Put a student on the waiting list."""
    return service.add_waiting(
        student.id, kind=given["kind"], urgency=given["urgency"], suits=_suits(given),
        reason={"about": given["about"], "words": given["words"]}, by=g.actor,
    )


@appointments_api.get("/waiting/<uuid:waiting_id>")
@guard(policy.KEEP_WAITING, load=queries.get_entry, visit="waiting:viewed")
@appointments_api.response(200, WaitWithOffers)
def waiting_entry(entry: WaitingEntry) -> Any:
    """Open an entry of the waiting list."""
    return {"entry": entry, "offers": queries.offers_to(entry)}


@appointments_api.post("/waiting/<uuid:waiting_id>")
@guard(policy.KEEP_WAITING, load=queries.get_entry)
@appointments_api.arguments(waiting_shapes.WaitChange)
@appointments_api.response(200, waiting_shapes.WaitOut)
def change_waiting(entry: WaitingEntry, given: dict[str, Any]) -> WaitingEntry:
    """Change how urgent it is, and what would suit."""
    service.change_waiting(
        entry, urgency=given["urgency"], suits=_suits(given), revision=given["version"], by=g.actor
    )
    return entry


@appointments_api.post("/waiting/<uuid:waiting_id>/end")
@guard(policy.KEEP_WAITING, load=queries.get_entry)
@appointments_api.arguments(waiting_shapes.TakenOff)
@appointments_api.response(200, waiting_shapes.WaitOut)
def end_waiting(entry: WaitingEntry, given: dict[str, Any]) -> WaitingEntry:
    """Take somebody off the waiting list."""
    service.take_off(entry, code=given["code"], by=g.actor)
    return entry


@appointments_api.post("/waiting/<uuid:waiting_id>/offer")
@guard(policy.KEEP_WAITING, load=queries.get_entry)
@appointments_api.arguments(waiting_shapes.OfferIn)
@appointments_api.response(201, BookingOut)
def offer_waiting(entry: WaitingEntry, given: dict[str, Any]) -> Response:
    """Hold a free time for one who waits, out of turn."""
    room_id = given["room_id"] or entry.school_id
    return answer(service.offer(entry, room_id=room_id, starts_at=given["starts_at"], by=g.actor), 201)


@appointments_api.post("/waiting/next")
@guard(policy.CALENDAR)
@appointments_api.arguments(waiting_shapes.OfferIn)
@appointments_api.response(204)
def offer_next(given: dict[str, Any]) -> None:
    """Hold a free time for the next one whom it suits; who that is may be kept from the caller."""
    room_id = given["room_id"] or views.school_of(g.actor)
    if room_id is None:
        raise Missing()
    service.offer_next(room_of(room_id), starts_at=given["starts_at"], by=g.actor)


@appointments_api.post("/appointments/<uuid:appointment_id>/answer")
@guard(policy.CHANGE, load=queries.get_appointment)
@appointments_api.arguments(waiting_shapes.OfferAnswer)
@appointments_api.response(200, BookingOut)
def answer_waiting(booking: Appointment, given: dict[str, Any]) -> Response:
    """Note that a student takes the time that is held for them, or cannot come then."""
    answer_offer(booking, given["deed"], revision=given["version"], by=g.actor)
    return answer(booking, 200)


@appointments_api.post("/students/<uuid:student_id>/waiting-requests")
@guard(policy.ASK_FOR, load=get_placed_student)
@appointments_api.arguments(waiting_shapes.WaitAsked)
@appointments_api.response(201, waiting_shapes.WaitAskedOut)
def ask_to_wait(student: Any, given: dict[str, Any]) -> WaitingEntry:
    """Ask for a student to be put on the waiting list."""
    return service.ask_to_wait(student.id, reason=given, by=g.actor)


@appointments_api.post("/waiting/<uuid:waiting_id>/take-back")
@guard(policy.TAKE_BACK, load=queries.get_entry)
@appointments_api.response(200, waiting_shapes.WaitAskedOut)
def take_wait_back(entry: WaitingEntry) -> WaitingEntry:
    """Take somebody off the list for whom one asked oneself."""
    service.take_wait_back(entry, by=g.actor)
    return entry
