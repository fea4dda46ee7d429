"""The shapes of the forms and of the JSON of files; one Out per audience."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import fields, validate

from app.core.forms import Shape
from app.core.words import N_

KINDS = {
    "first": N_("First session"),
    "follow_up": N_("Follow-up session"),
    "crisis": N_("Crisis session"),
    "parent": N_("Talk with parents"),
    "group": N_("Group session"),
    "consultation": N_("Consultation with colleagues"),
}
_LONG = validate.Length(max=20_000, error=N_("This is longer than 20,000 characters."))
_SHORT = validate.Length(max=200, error=N_("This is longer than 200 characters."))
_REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
_KIND: dict[str, Any] = {"required": N_("Please choose one.")}

ENTRY_TEXTS = {
    "concern": N_("Presenting concern, in the student's own words"),
    "observation": N_("Observation"),
    "assessment": N_("Assessment: ideation, plan, means, time, history, support"),
    "goals": N_("Goals"),
    "process": N_("Process and technique"),
    "homework": N_("Agreed until next time"),
    "whom_to_tell": N_("Whom to tell, and on what basis"),
    "supervision": N_("For supervision"),
}
OVERVIEW_TEXTS = {
    "family": N_("Family: structure, carers, major events"),
    "development": N_("Development and health, as told, with source"),
    "strengths": N_("Strengths and protective factors"),
    "trusted_adults": N_("Trusted adults"),
    "school": N_("School observations"),
    "plan": N_("Individual plan: goals, measures, who, review date"),
    "safety_plan": N_("Safety plan: warning signs, coping, people to ask, making surroundings safe"),
}


def _text() -> fields.Str:
    return fields.Str(validate=_LONG)


class EntryBegin(Shape):
    """What is known when a session starts."""

    kind = fields.Str(required=True, validate=validate.OneOf(KINDS), error_messages=_KIND)
    started_at = fields.NaiveDateTime(
        required=True, error_messages={**_REQUIRED, "invalid": N_("Please give a date and a time.")}
    )


class EntryBody(Shape):
    """The record of a session; every part may stay empty while it is a draft."""

    version = fields.Int(required=True)
    ended_at = fields.NaiveDateTime(error_messages={"invalid": N_("Please give a date and a time.")})
    place = fields.Str(validate=_SHORT)
    confidentiality_explained = fields.Bool()
    concern = _text()
    observation = _text()
    assessment = _text()
    goals = _text()
    process = _text()
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
    """A file with its opened overview."""

    overview = fields.Dict(keys=fields.Str(), values=fields.Str())


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
    body = fields.Dict()
