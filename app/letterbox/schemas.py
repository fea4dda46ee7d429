"""The shapes of what people fill in about letters."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate

from app.core.forms import Shape
from app.core.words import N_
from app.escalation.levels import FAMILIES, LEVELS, SAFE_NOW
from app.letterbox.words import BOXES

_REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
_LONG = validate.Length(max=20_000, error=N_("This is longer than 20,000 characters."))


class Version(Shape):
    """Which state of the letter somebody has before them."""

    version = fields.Int(required=True)


class Words(Version):
    """An answer."""

    text = fields.Str(required=True, validate=_LONG, error_messages=_REQUIRED)


class Note(Shape):
    """A note for colleagues."""

    note = fields.Str(required=True, validate=_LONG, error_messages=_REQUIRED)


class SetLevel(Version):
    """The level that a person sees."""

    level = fields.Str(
        required=True, validate=validate.OneOf(LEVELS), error_messages={"required": N_("Please choose one.")}
    )


class Search(Shape):
    """Whom a letter is about."""

    q = fields.Str(load_default="", validate=validate.Length(max=100))


class RaisedFromLetter(Shape):
    """What the counsellor makes of a letter, in their own words."""

    level = fields.Str(
        required=True, validate=validate.OneOf(LEVELS), error_messages={"required": N_("Please choose one.")}
    )
    safe_now = fields.Str(
        required=True, validate=validate.OneOf(list(SAFE_NOW)), error_messages={"required": N_("Please choose one.")}
    )
    families = fields.List(
        fields.Str(validate=validate.OneOf(list(FAMILIES))), required=True,
        error_messages={"required": N_("Please tick at least one.")},
    )
    words = fields.Str(
        required=True, validate=validate.Length(max=4_000, error=N_("This is longer than 4,000 characters.")),
        error_messages=_REQUIRED,
    )


class OpenBox(Shape):
    """Which box was opened."""

    box = fields.Str(required=True, validate=validate.OneOf(list(BOXES)))


class Box(Shape):
    """What the letterbox's pages say."""

    open = fields.Bool(load_default=False, truthy={"yes"}, falsy={""})
    hours = fields.Str(validate=validate.Length(max=400, error=N_("This is longer than 400 characters.")))
    hotlines = fields.Str(validate=validate.Length(max=2_000, error=N_("This is longer than 2,000 characters.")))


ALWAYS = "24h"


def hotlines_in(written: str) -> tuple[list[dict[str, Any]], int | None]:
    """Return telephone numbers written a line each ("label, number, 24h"), and the first line that has none."""
    found: list[dict[str, Any]] = []
    for number, line in enumerate(written.splitlines(), 1):
        parts = [part.strip() for part in line.replace("，", ",").split(",")]
        if not any(parts):
            continue
        if len(parts) < 2 or not any(sign.isdigit() for sign in parts[1]):
            return found, number
        found.append({"label": parts[0], "number": parts[1], "always": ALWAYS in parts[2:]})
    return found, None


def hotlines_written(hotlines: Sequence[dict[str, Any]]) -> str:
    """Return telephone numbers as they are typed, a line each."""
    return "\n".join(
        ", ".join([line["label"], line["number"], *([ALWAYS] if line["always"] else [])]) for line in hotlines
    )
