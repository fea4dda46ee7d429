"""The shapes of what people and programs send about counselling rooms, their hours and rosters."""

from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from app.appointments.schemas import SlotKey
from app.core.forms import Day, Shape
from app.core.ids import parse_id
from app.core.words import N_

ROOM = "room"
PLACES, AROUND, WANTED = validate.Range(1, 20), validate.Range(0, 60), validate.Range(0, 80 * 60)
SLOT = validate.Range(5, 480)
_WEEKDAY = validate.Range(1, 7)
_TIME = N_("Please write a time such as 21:00.")
_WHOSE = N_("Please choose one.")


def wall_time() -> fields.Time:
    """Return a field for hours and minutes as the clock on the wall shows them."""
    return fields.Time(
        "%H:%M", load_default=None, allow_none=True, error_messages={"invalid": _TIME, "format": _TIME},
        metadata={"type": "string", "format": "time", "description": "Hours and minutes at school, such as 12:00."},
    )


class Name(fields.Str):
    """What a room is called; it is more than blanks."""

    def __init__(self) -> None:
        super().__init__(required=True, validate=validate.Length(max=40))

    def _deserialize(self, value: Any, *args: Any, **more: Any) -> str:
        found = str(super()._deserialize(value, *args, **more)).strip()
        if not found:
            raise self.make_error("required")
        return found


class Whose(fields.Field[UUID | str]):
    """Who or what is not available: a counsellor by id, or the room."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID | str:
        found = ROOM if value == ROOM else parse_id(str(value))
        if found is None:
            raise ValidationError(_WHOSE)
        return found


class WeekOf(Shape):
    """A day of the week that is looked at."""

    day = Day(load_default=None)


class NewRoom(Shape):
    """One more room of a school."""

    name = Name()


class _Room(Shape):
    name = Name()
    open = fields.Bool(load_default=False, metadata={"description": "Whether it takes new bookings."})
    places = fields.Int(required=True, validate=PLACES)
    minutes_before = fields.Int(required=True, validate=AROUND)
    minutes_after = fields.Int(required=True, validate=AROUND)
    version = fields.Int(required=True)


class RoomForm(_Room):
    """A room as the form sends it: how long it is to be open is said in hours a week."""

    hours_wanted = fields.Float(required=True, allow_nan=False, validate=validate.Range(0, 80))


class RoomIn(_Room):
    """A room as a program sends it."""

    minutes_wanted = fields.Int(required=True, validate=WANTED)


class _Hours(Shape):
    period = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=40))
    start = wall_time()
    end = wall_time()
    minutes = fields.Int(load_default=None, allow_none=True, validate=SLOT)
    first_on = Day(required=True)
    last_on = Day(load_default=None, allow_none=True)


class HoursForm(_Hours):
    """When a room is open, as the form sends it: a weekday, or 0 for the first day alone."""

    weekday = fields.Int(required=True, validate=validate.Range(0, 7))


class HoursIn(_Hours):
    """When a room is open: in a period of the bells or from and until, on a weekday or on `first_on` alone."""

    weekday = fields.Int(load_default=None, allow_none=True, validate=_WEEKDAY)


class TurnIn(Shape):
    """Who is on duty on a weekday, and who stands in while they are away."""

    weekday = fields.Int(required=True, validate=_WEEKDAY)
    person_id = fields.UUID(required=True)
    substitute_id = fields.UUID(load_default=None, allow_none=True)
    first_on = Day(required=True)
    last_on = Day(load_default=None, allow_none=True)


class BlockForm(Shape):
    """A time that is not available, as the form sends it: without times of day it is whole days."""

    whose = Whose(required=True)
    cause = fields.Str(load_default="absent", validate=validate.OneOf(("absent", "busy")))
    first_on = Day(required=True)
    last_on = Day(load_default=None)
    start = wall_time()
    end = wall_time()


class BlockIn(Shape):
    """A time that is not available; without a person it is the room's."""

    person_id = fields.UUID(load_default=None, allow_none=True)
    cause = fields.Str(load_default="absent", validate=validate.OneOf(("absent", "busy")))
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class SettleForm(Shape):
    """What becomes of a booking that no longer fits: the time that was pressed, or none where it is called off."""

    slot = SlotKey(load_default=None)
    counsellor = fields.UUID(load_default=None)
    version = fields.Int(required=True)


class SettleIn(Shape):
    """The same as a program sends it; what is left out stays."""

    starts_at = fields.AwareDateTime(load_default=None, allow_none=True)
    room_id = fields.UUID(load_default=None, allow_none=True)
    counsellor_id = fields.UUID(load_default=None, allow_none=True)
    version = fields.Int(required=True)


class HandOn(Shape):
    """Whose bookings go to whom, from when to when."""

    of = fields.UUID(required=True)
    to = fields.UUID(required=True)
    since = Day(load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)


class Pressed(Shape):
    """Where the button was that opens or closes the room."""

    at = fields.Str(load_default="room", validate=validate.OneOf(("room", "today")))
