"""The shapes of what people fill in about letters."""

from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.core.forms import Shape
from app.core.words import N_
from app.escalation.levels import FAMILIES, LEVELS, SAFE_NOW
from app.letterbox.service.posting import NothingWritten, TooLong
from app.letterbox.words import BOXES, MODES, OPENING_BASES, RELEASE_BASES, SAFE, VERDICTS, WISHES

_REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
_CHOOSE: dict[str, Any] = {"required": N_("Please choose one."), "invalid_uuid": N_("Please choose one.")}
LONG = validate.Length(max=20_000, error=N_("This is longer than 20,000 characters."))


class LetterVersion(Shape):
    """Which state of the letter somebody has before them."""

    version = fields.Int(required=True)


class Words(LetterVersion):
    """An answer."""

    text = fields.Str(required=True, validate=LONG, error_messages=_REQUIRED)


class AnswerDraft(Shape):
    """An answer as far as it is written."""

    version = fields.Int()
    text = fields.Str(load_default="", validate=LONG)


class Note(Shape):
    """A note for colleagues."""

    note = fields.Str(required=True, validate=LONG, error_messages=_REQUIRED)


class SetLevel(LetterVersion):
    """The level that a person sees."""

    level = fields.Str(
        required=True, validate=validate.OneOf(LEVELS), error_messages={"required": N_("Please choose one.")}
    )


class InEmergency(Shape):
    """Why a sealed name or a letter has to be opened."""

    basis = fields.Str(required=True, validate=validate.OneOf(list(OPENING_BASES)), error_messages=_CHOOSE)
    reason = fields.Str(
        required=True, validate=validate.Length(max=2_000, error=N_("This is longer than 2,000 characters.")),
        error_messages=_REQUIRED,
    )


class LetIn(Shape):
    """A colleague who joined later."""

    person = fields.UUID(required=True, error_messages=_CHOOSE)


class WhoIsMeant(Shape):
    """Whom the writer's words mean, perhaps nobody of the staff."""

    people = fields.List(fields.UUID(), load_default=list)


class Verdict(Shape):
    """What somebody else found when they looked at it."""

    verdict = fields.Str(
        required=True, validate=validate.OneOf(list(VERDICTS)), error_messages={"required": N_("Please choose one.")}
    )


class Release(Shape):
    """Whom to tell words of a letter, on which ground, and what."""

    to = fields.UUID(required=True, error_messages=_CHOOSE)
    basis = fields.Str(required=True, validate=validate.OneOf(list(RELEASE_BASES)), error_messages=_CHOOSE)
    words = fields.Str(
        required=True, validate=validate.Length(max=4_000, error=N_("This is longer than 4,000 characters.")),
        error_messages=_REQUIRED,
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
    """Return telephone numbers written a line each ("label, number, 24h"), and the first line that misses one."""
    found: list[dict[str, Any]] = []
    for number, line in enumerate(written.splitlines(), 1):
        parts = [part.strip() for part in line.replace("，", ",").split(",")]
        if not any(parts):
            continue
        if len(parts) < 2 or not parts[0] or not any(sign.isdigit() for sign in parts[1]):
            return found, number
        found.append({"label": parts[0], "number": parts[1], "always": ALWAYS in parts[2:]})
    return found, None


def hotlines_written(hotlines: Sequence[dict[str, Any]]) -> str:
    """Return telephone numbers as they are typed, a line each."""
    return "\n".join(
        ", ".join([line["label"], line["number"], *([ALWAYS] if line["always"] else [])]) for line in hotlines
    )


class Begin(Shape):
    """How a child begins: with the first question, or with what is most urgent."""

    unsafe = fields.Bool(load_default=False)
    text = fields.Str(validate=validate.Length(max=20_000))


class Leave(Shape):
    """Whether somebody leaves for good or only forgets what was begun here."""

    stay = fields.Bool(load_default=False)


class To(Shape):
    """To whom a child writes."""

    box = fields.Str(
        required=True, validate=validate.OneOf(list(BOXES)), error_messages={"required": N_("Please choose one.")}
    )


_SOMETHING = NothingWritten.words


def _demand_words(text: str) -> None:
    if not text.strip():
        raise ValidationError(_SOMETHING)


class Written(Shape):
    """The words of a letter, or more of them."""

    text = fields.Str(
        required=True, error_messages={"required": _SOMETHING},
        validate=[validate.Length(max=20_000, error=TooLong.words), _demand_words],
    )


class Draft(Shape):
    """What a child has written so far."""

    text = fields.Str(validate=validate.Length(max=20_000))


class Who(Shape):
    """How somebody wants to be known."""

    mode = fields.Str(
        required=True, validate=validate.OneOf(list(MODES)), error_messages={"required": N_("Please choose one.")}
    )
    name = fields.Str(load_default="", validate=validate.Length(max=80, error=N_("Please write a shorter name.")))
    class_name = fields.Str(load_default="", validate=validate.Length(max=40, error=N_("Please write it shorter.")))

    @validates_schema
    def _named(self, data: dict[str, Any], **_more: Any) -> None:
        if data.get("mode") != "anonymous" and not data.get("name", "").strip():
            raise ValidationError(N_("Please write your name, or choose not to say it."), "name")


class Wish(Shape):
    """What would help."""

    wish = fields.Str(
        required=True, validate=validate.OneOf(list(WISHES)), error_messages={"required": N_("Please choose one.")}
    )


# More than work at any school.
MOST_LEFT_OUT, MOST_WORDS_ON_OTHERS = 300, 500


class Without(Shape):
    """Who should not learn of it."""

    people = fields.List(
        fields.UUID(), load_default=list,
        validate=validate.Length(max=MOST_LEFT_OUT, error=N_("Please tick fewer people, or write who is meant.")),
    )
    words = fields.Str(
        load_default="", validate=validate.Length(max=MOST_WORDS_ON_OTHERS, error=N_("Please write it shorter."))
    )


class Paper(Written, Without):
    """What stands on a sheet of paper, as whoever opened the box types it in."""

    slip = fields.Str(required=True, validate=validate.Length(max=1_000))
    box = fields.Str(load_default="", validate=validate.OneOf(["", *BOXES]))
    name = fields.Str(load_default="", validate=validate.Length(max=80, error=N_("Please write a shorter name.")))
    class_name = fields.Str(load_default="", validate=validate.Length(max=40, error=N_("Please write it shorter.")))
    wish = fields.Str(load_default="answer", validate=validate.OneOf(list(WISHES)))


class Safe(Shape):
    """Whether somebody is safe now."""

    safe = fields.Str(
        required=True, validate=validate.OneOf(list(SAFE)), error_messages={"required": N_("Please choose one.")}
    )
