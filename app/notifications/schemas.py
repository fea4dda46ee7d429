"""The shapes of choosing how one is told: for form and program, and what is shown of it."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.core.forms import Shape
from app.core.words import N_
from app.notifications.choosing import tested, ways_open_to, wish_of
from app.notifications.pacing import Pace
from app.notifications.queries import get_test
from app.notifications.robots import Robot
from app.notifications.words import PACES, WAYS

_ONE = N_("Please choose one.")
_LONG = validate.Length(max=400)


def _one_of(choices: Mapping[str, str]) -> fields.Str:
    return fields.Str(
        required=True, error_messages={"required": _ONE}, validate=validate.OneOf(list(choices), error=_ONE)
    )


def _wall_time() -> fields.Time:
    wrong = N_("Please write a time such as 21:00.")
    return fields.Time(
        "%H:%M", load_default=None, allow_none=True, error_messages={"invalid": wrong, "format": wrong},
        metadata={"type": "string", "format": "time", "description": "Hours and minutes at school, such as 21:00."},
    )


class Choice(Shape):
    """How somebody wants to be told; quiet hours are two times or none, an empty robot is the one that is kept."""

    way = _one_of(WAYS)
    pace = _one_of(PACES)
    quiet_from = _wall_time()
    quiet_until = _wall_time()
    robot = fields.Str(load_default="", validate=_LONG)
    secret = fields.Str(load_default="", validate=_LONG)

    @validates_schema
    def are_hours(self, data: Mapping[str, Any], **_: Any) -> None:
        """Raise where one of the two times is missing, or both are the same."""
        start, end = data.get("quiet_from"), data.get("quiet_until")
        if (start is None) != (end is None):
            raise ValidationError(N_("Please give both times, or neither."), "quiet_until")
        if start is not None and start == end:
            raise ValidationError(N_("The two times are the same."), "quiet_until")


def choice_in(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was read as the service takes it."""
    quiet = (data["quiet_from"], data["quiet_until"]) if data["quiet_from"] is not None else None
    return {
        "way": data["way"], "pace": Pace(data["pace"], quiet), "address": data["robot"], "secret": data["secret"]
    }


class ChoiceOut(Shape):
    """How the caller is told, and what they can choose; of a robot only the last four characters are shown."""

    way = fields.Str()
    pace = fields.Str()
    quiet_from = fields.Str(allow_none=True)
    quiet_until = fields.Str(allow_none=True)
    robot_ending = fields.Str(allow_none=True)
    ways = fields.List(fields.Str())
    tested = fields.Str(
        allow_none=True,
        validate=validate.OneOf([None, "under_way", "not_yet", "sent", "given_up"]),
        metadata={"description": "How the latest test notice fares; not_yet: not taken so far, and tried again."},
    )


def choice_out(person_id: Any) -> dict[str, Any]:
    """Return what is shown of a person's choice."""
    wish, test = wish_of(person_id), get_test(person_id)
    start, end = wish.pace.quiet or (None, None)
    return {
        "way": wish.way if wish.is_carried else "none",
        "pace": wish.pace.name,
        "quiet_from": start and start.strftime("%H:%M"),
        "quiet_until": end and end.strftime("%H:%M"),
        "robot_ending": wish.target.ending if isinstance(wish.target, Robot) else None,
        "ways": ways_open_to(person_id),
        "tested": tested(test),
        "tested_at": test.at if test else None,
    }
