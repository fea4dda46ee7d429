"""The shape of a search in the trail, and of the trail as programs see it."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, fields, validate

from app.core.forms import Day, Shape
from app.core.words import N_

_DAY: dict[str, Any] = {"invalid": N_("Please give a date.")}


class TrailSearch(Shape):
    """What to look for; everything is optional."""

    class Meta:
        unknown = EXCLUDE  # the pager adds its cursor to the same address

    organisation = fields.UUID()
    person = fields.UUID()
    record = fields.UUID()
    # A word of the product: no database is asked for what cannot be one.
    action = fields.Str(validate=validate.Regexp(r"[a-z_]+:[a-z_]+\Z"))
    since = Day(error_messages=_DAY)
    until = Day(error_messages=_DAY)


class TrailQuery(TrailSearch):
    """What a program looks for, and where the list goes on."""

    class Meta:
        unknown = RAISE

    after = fields.Str()


class EventOut(Shape):
    """An event as programs see it."""

    id = fields.Int()
    at = fields.AwareDateTime()
    organisation_id = fields.UUID()
    person_id = fields.UUID(allow_none=True)
    by = fields.Str(allow_none=True, metadata={"description": "The person's name; null where nobody acted."})
    via = fields.Str()
    action = fields.Str()
    subject_kind = fields.Str(allow_none=True)
    subject_id = fields.UUID(allow_none=True)


class VerifiedOut(Shape):
    """Whether the trail is whole: how much of it was checked, or the first place that is not what was written."""

    whole = fields.Bool()
    events = fields.Int(allow_none=True)
    trees = fields.Int(allow_none=True)
    unsealed = fields.Int(allow_none=True)
    broken = fields.Str(allow_none=True)
    place = fields.Str(allow_none=True)


class TableOut(Shape):
    """Who may do what: a row per permission, a column per persona."""

    columns = fields.List(fields.Str())
    rows = fields.List(fields.List(fields.Str()))
