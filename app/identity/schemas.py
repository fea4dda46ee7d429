"""The shapes of signing in and of the password's change."""

from typing import Any

from marshmallow import fields, validate

from app.core.forms import Shape
from app.core.words import N_

_REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
_LONG = validate.Length(max=1024)


class SignIn(Shape):
    """Name and password, and where to go on."""

    login = fields.Str(required=True, error_messages=_REQUIRED, validate=_LONG)
    password = fields.Str(required=True, error_messages=_REQUIRED, validate=_LONG)
    next = fields.Str()


class Proof(Shape):
    """The password once more."""

    password = fields.Str(required=True, error_messages=_REQUIRED, validate=_LONG)
    next = fields.Str()


class PasswordChange(Shape):
    """The old password and the new one."""

    old = fields.Str(required=True, error_messages=_REQUIRED, validate=_LONG)
    new = fields.Str(required=True, error_messages=_REQUIRED, validate=_LONG)
