"""Bookings that no longer fit, and handing a counsellor's bookings on, for programs."""

from typing import Any

from flask import g
from marshmallow import fields, validate

from app.access import guard
from app.appointments import policy, queries, room_shapes, room_views, service
from app.appointments.api.rooms import rooms_api
from app.appointments.api.shapes import BookingOut, SlotOut, booking_out
from app.appointments.models import DISPLACED_CAUSES, Appointment, CounsellingRoom
from app.appointments.queries.rooms import room_at
from app.appointments.service.booking import cancel
from app.core.forms import Shape


class OfferOut(Shape):
    """A free time to which a booking can be moved, and with whom."""

    slot = fields.Nested(SlotOut)
    counsellor_id = fields.UUID()


class DisplacedOut(Shape):
    """A booking that no longer fits, why, and the three nearest times to move it to."""

    booking = fields.Nested(BookingOut)
    cause = fields.Str(validate=validate.OneOf(DISPLACED_CAUSES))
    offers = fields.List(fields.Nested(OfferOut))


class HandOnIn(room_shapes.HandOn):
    """Whose bookings go to whom; with `only_plan` nothing is given, and it is said what would be."""

    only_plan = fields.Bool(load_default=False)


class HandedOnOut(Shape):
    """Which bookings a colleague takes over, and which stay as they are."""

    done = fields.List(fields.UUID())
    left = fields.List(fields.UUID())


class SettledOut(Shape):
    """The booking that stands now: the one for the new time, or the one that was called off."""

    id = fields.UUID()
    state = fields.Str()
    starts_at = fields.AwareDateTime()
    version = fields.Int(attribute="revision")


@rooms_api.get("/rooms/<uuid:room_id>/displaced")
@guard(policy.BOOK, load=room_at)
@rooms_api.response(200, DisplacedOut(many=True))
def displaced(room: CounsellingRoom) -> Any:
    """List the bookings of the room's school that no longer fit, as far as the caller may know of them."""
    return [
        {"booking": booking_out(one.line), "cause": one.cause, "offers": [offer._asdict() for offer in one.offers]}
        for one in room_views.displaced_lines(g.actor, room.school_id)
    ]


@rooms_api.post("/appointments/<uuid:appointment_id>/settle")
@guard(policy.CHANGE, load=queries.get_appointment)
@rooms_api.arguments(room_shapes.SettleIn)
@rooms_api.response(200, SettledOut)
def settle(booking: Appointment, given: dict[str, Any]) -> Any:
    """Move a booking that no longer fits to a time that was offered; without one it is called off."""
    revision, starts_at = given.pop("version"), given.pop("starts_at")
    if starts_at is None:
        cancel(booking, revision=revision, by=g.actor)
        return booking
    return service.move(booking, starts_at=starts_at, **given, revision=revision, by=g.actor)


@rooms_api.post("/rooms/<uuid:room_id>/hand-on")
@guard(policy.BOOK, load=room_at)
@rooms_api.arguments(HandOnIn)
@rooms_api.response(200, HandedOnOut)
def hand_on(room: CounsellingRoom, given: dict[str, Any]) -> Any:
    """Give a counsellor's bookings to a colleague in one act, or say what could be given."""
    if given.pop("only_plan"):
        planned = service.plan_hand_on(room, **given, by=g.actor)
        return {
            "done": [one.booking.id for one in planned if one.obstacle is None],
            "left": [one.booking.id for one in planned if one.obstacle is not None],
        }
    handed = service.hand_on(room, **given, by=g.actor)
    return {"done": [one.id for one in handed.done], "left": [one.id for one in handed.left]}
