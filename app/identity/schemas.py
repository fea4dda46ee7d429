"""The shapes of signing in, of proofs, and of a person's own account."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.core.forms import Day, Shape
from app.core.words import N_

REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
LONG = validate.Length(max=1024)


def text(**more: Any) -> fields.Str:
    """Return a field that must be filled in."""
    return fields.Str(required=True, error_messages=REQUIRED, validate=LONG, **more)


class _Twice(Shape):
    """A new password, typed twice: `chosen` names its field."""

    chosen = "password"
    again = text()

    @validates_schema
    def is_the_same(self, data: Mapping[str, Any], **_: Any) -> None:
        """Raise where the two differ."""
        if data[self.chosen] != data["again"]:
            raise ValidationError(N_("The two are not the same."), "again")


class SignIn(Shape):
    """Name and password, and where to go on."""

    login = text()
    password = text()
    next = fields.Str()


class Code(Shape):
    """The second step, and where to go on."""

    code = text()
    next = fields.Str()


class Proof(Shape):
    """Password or code once more, where to go on, and the form that has to wait for it."""

    password = fields.Str(validate=LONG)
    code = fields.Str(validate=LONG)
    next = fields.Str()
    kept = fields.Str()


class ProofIn(Shape):
    """Password or code once more, from a program."""

    password = fields.Str(validate=LONG)
    code = fields.Str(validate=LONG)


class PasswordChange(_Twice):
    """The old password and the new one."""

    chosen = "new"
    old = text()
    new = text()


class PasswordChangeIn(Shape):
    """The old password and the new one, from a program: what it sends was not typed twice."""

    old = text()
    new = text()


class Offered(Shape):
    """The end of something that was shown, and what brings it back."""

    token = text()
    code = text()


class Chosen(Shape):
    """One of one's own sessions."""

    session = text()


class Invited(Shape):
    """The people for whom slips are made."""

    people = fields.List(
        fields.UUID(), required=True, validate=validate.Length(min=1, max=500),
        error_messages={"required": N_("Please choose at least one person.")},
    )


class SlipCode(Shape):
    """The code of a slip."""

    code = text()


class Joining(_Twice):
    """The code of a slip and the password that its owner chooses."""

    code = text()
    password = text()


class Compared(Shape):
    """Somebody, and which of their keys the words stood for that were compared."""

    person = fields.UUID(required=True)
    epoch = fields.Int(required=True, strict=False)


class Admission(Compared):
    """Who is admitted to which group."""

    group = fields.UUID(required=True)


class Admissions(Compared):
    """Who is admitted to which groups, as the page listed them."""

    group = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=50))


class Person(Shape):
    """One person."""

    person = fields.UUID(required=True)


class PostEnd(Shape):
    """The last day of a post; none: it ends at once."""

    last_day = Day()


class PostOut(Shape):
    """A post as programs see it."""

    kind = fields.Str()
    organisation_id = fields.UUID()
    grade_id = fields.UUID(allow_none=True)
    class_id = fields.UUID(allow_none=True)


class SessionOut(Shape):
    """Who is signed in, with what an unsafe method needs and for how long."""

    person_id = fields.UUID()
    name = fields.Str()
    posts = fields.List(fields.Nested(PostOut))
    csrf_token = fields.Str()
    seconds_left = fields.Int()
    fresh = fields.Bool()


class Recovery(_Twice):
    """Staff number and recovery code, and the password that is to count from now on."""

    chosen = "new"
    login = text()
    code = text()
    new = text()


class Card(Shape):
    """The ends of both halves of a new recovery card, and what brings them back."""

    token = text()
    first = text()
    second = text()


class CardUse(Shape):
    """Both halves of a recovery card, and why it is needed."""

    first = text()
    second = text()
    reason = fields.Str(required=True, error_messages=REQUIRED, validate=validate.Length(min=5, max=2000))


class SetUp(_Twice):
    """The console's code, the district, and its first administrator."""

    code = text()
    district = fields.Str(required=True, error_messages=REQUIRED, validate=validate.Length(1, 60))
    number = fields.Str(required=True, error_messages=REQUIRED, validate=validate.Length(1, 32))
    name = fields.Str(required=True, error_messages=REQUIRED, validate=validate.Length(1, 60))
    mail = fields.Email(error_messages={"invalid": N_("This does not look like a mail address.")})
    password = text()
