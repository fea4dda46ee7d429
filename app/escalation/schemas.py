"""The shapes of what people and programs fill in about concerns."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from app.core.forms import Day, Shape
from app.core.words import N_
from app.escalation.asking import ASKS
from app.escalation.levels import FAMILIES, INJURY, KNOWN, LEVELS, SAFE_NOW, SINCE, URGENCY
from app.escalation.models import BASES
from app.escalation.saying import GUARDIAN, TOLD

_REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
_CHOOSE: dict[str, Any] = {"required": N_("Please choose one.")}
_LONG = validate.Length(max=4_000, error=N_("This is longer than 4,000 characters."))
_SAID = (validate.Regexp(r"\s*\S", error=N_("Please fill this in.")), _LONG)
_SHORT = validate.Length(max=200, error=N_("This is longer than 200 characters."))


def _one_of(choices: Any, **more: Any) -> fields.Str:
    return fields.Str(validate=validate.OneOf(choices), error_messages=_CHOOSE, **more)


_SOME = validate.Length(min=1, error=N_("Please tick at least one."))
_FEW = validate.Length(max=100, error=N_("These are more than 100."))
_ASKED = {
    "text": N_("Please write a sentence. It stays with the concern."),
    "level": N_("Please choose one."),
    "day": N_("Please give a date."),
}


class Search(Shape):
    """Whom a concern is about."""

    q = fields.Str(load_default="", validate=validate.Length(max=100))


class Account(Shape):
    """What a teacher saw and heard; the answers give a provisional level, the teacher sets none."""

    safe_now = _one_of(SAFE_NOW, required=True)
    seen = fields.Str(required=True, validate=_SAID, error_messages=_REQUIRED)
    families = fields.List(
        fields.Str(validate=validate.OneOf(FAMILIES)), required=True, validate=(_SOME, _FEW),
        error_messages={"required": N_("Please tick at least one.")},
    )
    since = _one_of(SINCE, required=True)
    urgency = _one_of(URGENCY, required=True)
    with_whom = fields.Str(validate=_SHORT)
    when_where = fields.Str(validate=_SHORT)
    plan = _one_of(KNOWN)
    means = _one_of(KNOWN)
    injury = _one_of(INJURY)
    commanded = _one_of(KNOWN)
    done = fields.Str(validate=_LONG)
    guardian_told = _one_of(GUARDIAN)
    excluded = fields.List(fields.UUID(), load_default=list, validate=_FEW)


class AccountSoFar(Account):
    """An account while it is being written: to be asked for as `AccountSoFar(partial=True)`."""


class AccountForm(Account):
    """The page's form: an account, and the revision of the draft that it was opened with."""

    version = fields.Int(load_default=0)


class AccountDraft(AccountForm):
    """An account half-way, to be kept: as `AccountDraft(partial=True)`; nothing must be there yet."""

    seen = fields.Str(validate=_LONG)


def account_in(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the account that a form holds."""
    return {name: value for name, value in data.items() if name != "version"}


def kept_answers(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a form half-way, as JSON can hold it."""
    return {**account_in(data), "excluded": [str(person_id) for person_id in data.get("excluded", ())]}


class Deed(Shape):
    """What is filled in for a deed; `version` is the revision of the concern that the person looked at."""

    version = fields.Int(required=True)
    text = fields.Str(validate=_LONG)
    level = _one_of(LEVELS)
    day = Day(error_messages={"invalid": N_("Please give a date.")})


def left_out(deed: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Return what a deed asks for and was not given, with the sentence for each field."""
    spec = ASKS[deed]
    asked = {"text": spec.required, "level": spec.level, "day": bool(spec.day)}
    return {name: _ASKED[name] for name, is_asked in asked.items() if is_asked and not given.get(name)}


class Offer(Shape):
    """A hand-over to the centre."""

    version = fields.Int(required=True)
    basis = _one_of(BASES, required=True)
    reason = fields.Str(required=True, validate=_SAID, error_messages=_REQUIRED)
    summary = fields.Str(required=True, validate=_SAID, error_messages=_REQUIRED)
    consent = fields.Str(validate=_LONG)
    tried = fields.Str(validate=_LONG)
    questions = fields.Str(validate=_LONG)
    resources = fields.Str(validate=_LONG)
    student_told = _one_of(TOLD, required=True)
    entries = fields.List(fields.UUID(), load_default=list, validate=_FEW)


class Decision(Shape):
    """What a second person decides."""

    version = fields.Int(required=True)
    outcome = _one_of(("agreed", "refused"), required=True)
    text = fields.Str(validate=_LONG)
