"""Reads a submitted form through its shape and keeps the raw input, so that nothing typed is lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from app.core.words import N_

# What marshmallow itself says about a field, for the translators.
FAULTS = (
    N_("Missing data for required field."), N_("Field may not be null."), N_("Unknown field."),
    N_("Not a valid string."), N_("Not a valid integer."), N_("Not a valid boolean."), N_("Not a valid list."),
    N_("Not a valid UUID."), N_("Not a valid date."), N_("Invalid input type."), N_("Invalid JSON body."),
)
FRAME_FIELDS = frozenset({"csrf_token", "_once"})


_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


def _within_the_calendar(field: fields.Date | fields.NaiveDateTime, day: date, given: Any) -> None:
    """Refuse a day that nobody can mean, in the field's words: at the ends of the calendar a zone leads out of it."""
    if not _EARLIEST <= day <= _LATEST:
        raise field.make_error("invalid", input=given, obj_type=field.OBJ_TYPE)


class Day(fields.Date):
    """A day that somebody can mean."""

    def _deserialize(self, value: Any, *args: Any, **more: Any) -> date:
        found = super()._deserialize(value, *args, **more)
        _within_the_calendar(self, found, value)
        return found


class LocalMoment(fields.NaiveDateTime):
    """Day and time as the clock on the wall shows them, of a day that somebody can mean."""

    def _deserialize(self, value: Any, *args: Any, **more: Any) -> datetime:
        found = super()._deserialize(value, *args, **more)
        _within_the_calendar(self, found.date(), value)
        return found


class Shape(Schema):
    """A shape of a form or of the API: a field that is not known is an error, never ignored (ASVS V2.2.1)."""

    class Meta:
        unknown = RAISE


@dataclass(frozen=True)
class Form:
    """What was typed (`values`), what it means (`data`) and what is wrong with it (`errors`, by field)."""

    values: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)

    def with_error(self, name: str, message: str) -> "Form":
        """Return the same form with one more thing to correct; the input stays."""
        return Form(self.values, self.data, {**self.errors, name: [*self.errors.get(name, []), message]})

    def with_values(self, **values: Any) -> "Form":
        """Return the same form with some values set, such as the version that the next save builds on."""
        return Form({**self.values, **values}, self.data, self.errors)


def differing(form: Form, kept: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Return what is kept of these fields where something else was typed, to be shown beside it."""
    typed = {name: _one_line_end(form.values.get(name)) for name in names}
    return {name: str(kept[name]) for name in typed if kept.get(name) and _one_line_end(kept[name]) != typed[name]}


def _one_line_end(text: Any) -> str:
    return str(text or "").replace("\r\n", "\n")


def blank(**values: Any) -> Form:
    """Return a form that nobody has sent yet, filled with what is known."""
    return Form(values=values)


def read(schema: Schema, submitted: MultiDict[str, str]) -> Form:
    """Read a form strictly: an unknown field is an error, an empty text counts as not given."""
    values = {name: _several_or_one(schema, submitted, name) for name in submitted if name not in FRAME_FIELDS}
    given = {name: value for name, value in values.items() if value not in ("", [""])}
    try:
        data: Any = schema.load(given)
    except ValidationError as error:
        return Form(values=values, data=_valid(error), errors=_flat(error.normalized_messages()))
    return Form(values=values, data=data)


def _several_or_one(schema: Schema, submitted: MultiDict[str, str], name: str) -> Any:
    kind = type(schema.fields.get(name)).__name__
    return submitted.getlist(name) if kind in ("List", "Tuple") else submitted[name]


def _valid(error: ValidationError) -> Mapping[str, Any]:
    return error.valid_data if isinstance(error.valid_data, dict) else {}


def _flat(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    return {str(name): _leaves(found) for name, found in messages.items()}


def _leaves(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [leaf for inner in found.values() for leaf in _leaves(inner)]
    return [str(leaf) for leaf in found] if isinstance(found, list) else [str(found)]
