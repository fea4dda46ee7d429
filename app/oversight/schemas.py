"""The shape of a search in the trail."""

from typing import Any

from marshmallow import EXCLUDE, fields

from app.core.forms import Shape
from app.core.words import N_

_DAY: dict[str, Any] = {"invalid": N_("Please give a date.")}


class TrailSearch(Shape):
    """What to look for; everything is optional."""

    class Meta:
        unknown = EXCLUDE  # the pager adds its cursor to the same address

    organisation = fields.UUID()
    person = fields.UUID()
    action = fields.Str()
    since = fields.Date(error_messages=_DAY)
    until = fields.Date(error_messages=_DAY)


class EventOut(Shape):
    """An event as programs see it."""

    id = fields.Int()
    at = fields.AwareDateTime()
    organisation_id = fields.UUID()
    person_id = fields.UUID(allow_none=True)
    via = fields.Str()
    action = fields.Str()
    subject_kind = fields.Str(allow_none=True)
    subject_id = fields.UUID(allow_none=True)
