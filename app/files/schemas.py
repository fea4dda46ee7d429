"""The shapes of the forms and of the JSON of files; one Out per audience."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import fields, validate

from app.core.forms import LocalMoment, Shape
from app.core.words import N_
from app.files.sections import KINDS, LEVELS, SOURCES, TEMPLATES

_LONG = validate.Length(max=20_000, error=N_("This is longer than 20,000 characters."))
_SHORT = validate.Length(max=200, error=N_("This is longer than 200 characters."))
_REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
_KIND: dict[str, Any] = {"required": N_("Please choose one.")}


def _text() -> fields.Str:
    return fields.Str(validate=_LONG)


class EntryBegin(Shape):
    """What is known when a session starts."""

    kind = fields.Str(required=True, validate=validate.OneOf(KINDS), error_messages=_KIND)
    template = fields.Str(load_default="free", validate=validate.OneOf(TEMPLATES))
    started_at = LocalMoment(
        required=True, error_messages={**_REQUIRED, "invalid": N_("Please give a date and a time.")}
    )


class EntryBody(Shape):
    """The record of a session; every part may stay empty while it is a draft."""

    version = fields.Int(required=True)
    ended_at = LocalMoment(error_messages={"invalid": N_("Please give a date and a time.")})
    template = fields.Str(validate=validate.OneOf(TEMPLATES))
    place = fields.Str(validate=_SHORT)
    source = fields.Str(validate=validate.OneOf(SOURCES))
    level = fields.Str(validate=validate.OneOf(LEVELS))
    confidentiality_explained = fields.Bool()
    concern = _text()
    observation = _text()
    assessment = _text()
    goals = _text()
    process = _text()
    response = _text()
    plan = _text()
    homework = _text()
    whom_to_tell = _text()
    supervision = _text()
    effect_before = fields.Int(validate=validate.Range(0, 10, error=N_("A number from 0 to 10.")))
    effect_after = fields.Int(validate=validate.Range(0, 10, error=N_("A number from 0 to 10.")))
    next_appointment = fields.Str(validate=_SHORT)
    then = fields.Str(validate=validate.OneOf(("save", "sign")))


def kept_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a session form, as JSON can hold it."""
    kept = {name: value for name, value in data.items() if name not in ("version", "then")}
    if isinstance(kept.get("ended_at"), datetime):
        kept["ended_at"] = kept["ended_at"].strftime("%Y-%m-%dT%H:%M")
    return kept


class Overview(Shape):
    """The sections of a file's overview."""

    version = fields.Int(required=True)
    family = _text()
    development = _text()
    strengths = _text()
    trusted_adults = _text()
    school = _text()
    plan = _text()
    safety_plan = _text()


class Words(Shape):
    """One text."""

    text = fields.Str(required=True, validate=_LONG, error_messages=_REQUIRED)


class Note(Shape):
    """A process note, which may be emptied."""

    text = _text()


class Reason(Shape):
    """Why a colleague's file is opened."""

    reason = fields.Str(
        required=True,
        validate=validate.Length(min=4, max=500, error=N_("Write a reason of 4 to 500 characters.")),
        error_messages=_REQUIRED,
    )


class Named(Shape):
    """The colleagues named for a restricted file."""

    people = fields.List(fields.UUID(), required=True, error_messages=_KIND)


class Charge(Shape):
    """Who is in charge from now on."""

    person = fields.UUID(required=True, error_messages=_KIND)


class FileOut(Shape):
    """A file as its counsellor's programs see it."""

    id = fields.UUID()
    student_id = fields.UUID()
    in_charge_id = fields.UUID()
    state = fields.Str()
    restricted = fields.Bool()
    revision = fields.Int()
    opened_at = fields.AwareDateTime()


class FileWithOverviewOut(FileOut):
    """A file with whom it is about, who can read it, and its opened overview."""

    who = fields.Str(allow_none=True, metadata={"description": "The student's name."})
    where = fields.Str(allow_none=True, metadata={"description": "Grade and class."})
    in_charge = fields.Str(allow_none=True)
    readers = fields.List(fields.Str())
    others = fields.List(fields.UUID(), metadata={"description": "Other files of the student that the caller knows."})
    overview = fields.Dict(keys=fields.Str(), values=fields.Str(), allow_none=True)


class EntryLine(Shape):
    """An entry in a list."""

    id = fields.UUID()
    number = fields.Int()
    kind = fields.Str()
    state = fields.Str()
    author_id = fields.UUID()
    started_at = fields.AwareDateTime()
    signed_at = fields.AwareDateTime(allow_none=True)
    revision = fields.Int()


class EntryOut(EntryLine):
    """An entry with its opened body."""

    verified = fields.Bool(allow_none=True)
    body = fields.Dict(allow_none=True)


class AddendumOut(Shape):
    """What was added to an entry."""

    id = fields.UUID()
    author_id = fields.UUID()
    added_at = fields.AwareDateTime()
    text = fields.Str(allow_none=True)
    verified = fields.Bool()


class DocumentLine(Shape):
    """A document as the database names it."""

    id = fields.UUID()
    author_id = fields.UUID()
    added_at = fields.AwareDateTime()


class DocumentOut(DocumentLine):
    """A document with its opened name."""

    name = fields.Str(allow_none=True)
    kind = fields.Str(allow_none=True)
    size = fields.Int(allow_none=True)


class LookOut(Shape):
    """A line of who viewed."""

    at = fields.AwareDateTime()
    person_id = fields.UUID(allow_none=True)
    by = fields.Str(allow_none=True)
    action = fields.Str()
