"""The shapes of what people and programs send about the waiting list, and what programs are told of it."""

from marshmallow import fields, validate

from app.appointments.schemas import Reason, SlotKey
from app.appointments.states import ANSWERS, WAITED_FOR
from app.appointments.waiting_words import TAKEN_OFF, URGENCIES
from app.core.forms import Shape

ANSWER_DEEDS = ("accept", "decline")


class Wished(Shape):
    """How urgent it is, and what would suit; nothing said is whatever comes."""

    urgency = fields.Int(load_default=2, validate=validate.OneOf(list(URGENCIES)))
    weekdays = fields.List(fields.Int(validate=validate.Range(1, 7)), load_default=list)
    periods = fields.List(fields.Str(validate=validate.Length(max=40)), load_default=list)
    counsellor = fields.UUID(load_default=None)


class WaitIn(Wished, Reason):
    """An entry of the list as the room makes it."""

    kind = fields.Str(load_default="individual", validate=validate.OneOf(WAITED_FOR))


class WaitChange(Wished):
    """What is changed in an entry, and the version that it builds on."""

    version = fields.Int(required=True)


class WaitAsked(Reason):
    """That a teacher asks for somebody to be put on the list."""


class TakenOff(Shape):
    """Why somebody is taken off the list."""

    code = fields.Str(required=True, validate=validate.OneOf(list(TAKEN_OFF)))


class OfferForm(Shape):
    """Which free time is offered, as a form says it."""

    slot = SlotKey(required=True)


class OfferIn(Shape):
    """Which free time is offered, as a program says it; without a room it is the school's first one."""

    starts_at = fields.AwareDateTime(required=True)
    room_id = fields.UUID(load_default=None)


class OfferAnswer(Shape):
    """What somebody says to a time that is held for them, and the version of the booking that holds it."""

    deed = fields.Str(required=True, validate=validate.OneOf(ANSWER_DEEDS))
    version = fields.Int(required=True)


class WaitOfferOut(Shape):
    """A time that was held for somebody who waits, and what became of it; null while it is."""

    appointment_id = fields.UUID()
    starts_at = fields.AwareDateTime(attribute="appointment.starts_at")
    offered_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime(attribute="appointment.expires_at", allow_none=True)
    answer = fields.Str(attribute="answer_code", allow_none=True, validate=validate.OneOf(ANSWERS))


class WaitOut(Shape):
    """An entry of the waiting list; why somebody waits stands on its page alone."""

    id = fields.UUID()
    student_id = fields.UUID()
    kind = fields.Str(validate=validate.OneOf(WAITED_FOR))
    urgency = fields.Int(metadata={"description": "1 comes before 2 before 3."})
    since = fields.AwareDateTime()
    weekdays = fields.List(fields.Int())
    periods = fields.List(fields.Str())
    counsellor_id = fields.UUID(allow_none=True)
    rests_until = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    end = fields.Str(attribute="end_code", allow_none=True)
    version = fields.Int(attribute="revision")


class WaitAskedOut(Shape):
    """That somebody waits for whom one asked, and no more."""

    id = fields.UUID()
    since = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
