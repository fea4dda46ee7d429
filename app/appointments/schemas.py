"""The shapes of what people and programs send about appointments."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from app.appointments.service.reasons import ABOUT
from app.appointments.service.series import MOST_TIMES, MOST_WEEKS
from app.appointments.slots import FreeSlot
from app.appointments.words import DEEDS
from app.core.forms import Day, Shape
from app.core.ids import parse_id
from app.core.words import N_
from app.files import schemas as files

BOOKED_KINDS = ("individual", "parent", "crisis", "walk_in")
MOST_SEATS = 60
_NO_SLOT = N_("Please choose one of the free times.")


def slot_key(slot: FreeSlot) -> str:
    """Return what a form says for a free time: the room and the second at which it begins."""
    return f"{slot.room_id.hex}-{int(slot.start.timestamp())}"


class SlotKey(fields.Field[tuple[UUID, datetime]]):
    """A free time as `slot_key` writes it; whether it is free is asked when it is booked."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[UUID, datetime]:
        room, _, second = str(value).partition("-")
        room_id = parse_id(room)
        if room_id is None or not (second.isdecimal() and len(second) == 10 and second.isascii()):
            raise ValidationError(_NO_SLOT)
        return room_id, datetime.fromtimestamp(int(second), UTC)


class CalendarPart(Shape):
    """Which days of the calendar are looked at, and how."""

    day = Day(load_default=None)
    view = fields.Str(load_default="week", validate=validate.OneOf(("day", "week", "list")))


class PaperPart(Shape):
    """Which days are printed, and whether names are written out."""

    day = Day(load_default=None)
    view = fields.Str(load_default="day", validate=validate.OneOf(("day", "week")))
    names = fields.Str(load_default="masked", validate=validate.OneOf(("masked", "whole")))


class Search(Shape):
    """What somebody is looked for by, and the time that was chosen before."""

    q = fields.Str(load_default="", validate=validate.Length(max=60))
    slot = SlotKey(load_default=None)
    wait = fields.Str(load_default="", validate=validate.OneOf(("", "yes")))


class Reason(Shape):
    """Why somebody comes, as coarse as they like."""

    about = fields.Str(load_default="", validate=validate.OneOf(list(ABOUT)))
    words = fields.Str(load_default="", validate=validate.Length(max=1000))


class BookForm(Reason):
    """A booking as the form sends it; what cannot wait needs no time."""

    kind = fields.Str(load_default="individual", validate=validate.OneOf(BOOKED_KINDS))
    slot = SlotKey(load_default=None)
    # One of the nearest free times, chosen by its own button.
    at = SlotKey(load_default=None)
    counsellor = fields.UUID(load_default=None)
    # Only the free times of the counsellor who was chosen are asked for.
    times = fields.Str(load_default="")


class BookIn(Reason):
    """A booking as a program sends it; what cannot wait begins now, whatever is said here."""

    kind = fields.Str(load_default="individual", validate=validate.OneOf(BOOKED_KINDS))
    starts_at = fields.AwareDateTime(load_default=None)
    room_id = fields.UUID(load_default=None)
    counsellor_id = fields.UUID(load_default=None)


class AskForm(Reason):
    """What a teacher asks for, as the form sends it."""

    slot = SlotKey(load_default=None)
    at = SlotKey(load_default=None)


class AskIn(Reason):
    """What a teacher asks for, as a program sends it."""

    starts_at = fields.AwareDateTime(required=True)
    room_id = fields.UUID(load_default=None)


class TakeBack(Shape):
    """The version of a booking that a deed builds on."""

    version = fields.Int(required=True)


class Change(Shape):
    """What is done to a booking, and the version it builds on."""

    deed = fields.Str(required=True, validate=validate.OneOf(list(DEEDS)))
    version = fields.Int(required=True)


class BeginForm(files.Reason):
    """Why a colleague's file is opened, where it is one."""

    reason = fields.Str(
        validate=validate.Length(min=4, max=500, error=N_("Write a reason of 4 to 500 characters."))
    )


class SittingBody(files.EntryBody):
    """The record of a session while it is held."""

    then = fields.Str(validate=validate.OneOf(("save", "end")))


class EndForm(Shape):
    """How a session ended: who came, when they come next, what becomes of the record."""

    came = fields.Bool(required=True, error_messages={"required": N_("Please choose one.")})
    slot = SlotKey(load_default=None)
    record = fields.Str(load_default="leave", validate=validate.OneOf(("sign", "leave", "discard")))
    version = fields.Int(load_default=None)


class MoveForm(Shape):
    """Where a booking is moved, as the form sends it."""

    slot = SlotKey(required=True)
    version = fields.Int(required=True)


class MoveIn(Shape):
    """Where a booking is moved; what is left out stays."""

    starts_at = fields.AwareDateTime(required=True)
    room_id = fields.UUID(load_default=None)
    counsellor_id = fields.UUID(load_default=None)
    version = fields.Int(required=True)


class Choice(SlotKey):
    """Where a time of a series that cannot be booked is moved; None: it is left out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return None if value == LEFT_OUT else super()._deserialize(value, attr, data, **kwargs)[1]


LEFT_OUT = "out"
_CHOICES = {f"choice_{number}": Choice(allow_none=True) for number in range(1, MOST_TIMES + 1)}


class _Repeating(Shape):
    slot = SlotKey(required=True)
    counsellor = fields.UUID(load_default=None)
    every_weeks = fields.Int(required=True, validate=validate.Range(1, MOST_WEEKS))
    times = fields.Int(required=True, validate=validate.Range(2, MOST_TIMES))


class _Repeated(Shape):
    """A rule by which times repeat, as a program sends it; `choices` says for times that cannot be booked."""

    starts_at = fields.AwareDateTime(required=True)
    room_id = fields.UUID(load_default=None)
    counsellor_id = fields.UUID(load_default=None)
    every_weeks = fields.Int(required=True, validate=validate.Range(1, MOST_WEEKS))
    times = fields.Int(required=True, validate=validate.Range(2, MOST_TIMES))
    choices = fields.Dict(
        keys=fields.Int(validate=validate.Range(1, MOST_TIMES)), values=fields.AwareDateTime(allow_none=True),
        load_default=dict, metadata={"description": "Where each time that cannot be booked is moved; null: left out."},
    )


class SeriesForm(Reason, _Repeating, Shape.from_dict(_CHOICES)):  # type: ignore[misc]
    """A series for one student, as the form sends it."""


class SeriesIn(Reason, _Repeated):
    """A series for one student, as a program sends it."""


class _Group(Shape):
    theme = fields.Str(required=True, validate=validate.Length(1, 200))
    seats = fields.Int(required=True, validate=validate.Range(2, MOST_SEATS))


class GroupForm(_Group, _Repeating, Shape.from_dict(_CHOICES)):  # type: ignore[misc]
    """A group with its sessions, as the form sends it."""


class GroupIn(_Group, _Repeated):
    """A group with its sessions, as a program sends it."""


class MemberSearch(Shape):
    """Who is looked for, to be taken into a group."""

    q = fields.Str(load_default="", validate=validate.Length(max=60))


class MemberIn(Shape):
    """Who is taken into a group."""

    student_id = fields.UUID(required=True)


class Attendance(Shape):
    """Who came to a session of a group: seats, and the version of the page on which they were ticked."""

    came = fields.List(fields.UUID(), load_default=list)
    version = fields.Int(required=True)


class GroupWords(Shape):
    """What was done in a session of a group, and the version the save builds on; `then` is `sign` or nothing."""

    body = fields.Str(load_default="", validate=validate.Length(max=20_000))
    version = fields.Int(required=True)
    then = fields.Str(load_default="", validate=validate.OneOf(("", "sign")))


class WithoutCard(Shape):
    """Who somebody without a card is, in their own words."""

    name = fields.Str(
        required=True, validate=validate.Length(max=80, error=N_("Please write a shorter name.")),
        error_messages={"required": N_("Please fill this in.")},
    )
    class_name = fields.Str(
        required=True, validate=validate.Length(max=40, error=N_("Please write a shorter name.")),
        error_messages={"required": N_("Please fill this in.")},
    )


class When(Shape):
    """The time that a student chose."""

    slot = SlotKey(required=True, error_messages={"required": _NO_SLOT})


class About(Shape):
    """What it is about, or that a student does not want to say."""

    about = fields.Str(load_default="", validate=validate.OneOf(list(ABOUT)))
    skip = fields.Str(load_default="", validate=validate.Length(max=10))


class OwnChange(Shape):
    """Which state of a booking its student has before them."""

    version = fields.Int(required=True)


class OwnMove(OwnChange):
    """Where a student moves a booking."""

    slot = SlotKey(required=True, error_messages={"required": _NO_SLOT})


class PassCode(Shape):
    """The code on a pass as somebody typed it."""

    code = fields.Str(
        required=True, validate=validate.Length(max=40),
        error_messages={"required": N_("Please type your code.")},
    )


class SearchWho(Shape):
    """By what somebody is looked for who asked by name."""

    q = fields.Str(load_default="", validate=validate.Length(max=100))


class Match(OwnChange):
    """Which student it is who asked by name."""

    student = fields.UUID(required=True)
