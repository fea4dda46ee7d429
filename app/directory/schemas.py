"""The shapes of searching and of students as programs see them."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

from marshmallow import fields, validate

from app.access import PostKind
from app.core.forms import Day, Shape
from app.core.words import N_
from app.directory.rosters.students import COMMON_GRADES


class Search(Shape):
    """What to look for: a name or a part of it, pinyin, a number, a class."""

    q = fields.Str(
        load_default="", validate=validate.Length(max=100, error=N_("This is longer than 100 characters."))
    )
    left = fields.Bool(load_default=False)


class ClassesAdded(Shape):
    """Classes made by hand: the grade, and its classes one after another."""

    grade = fields.Str(load_default="")
    classes = fields.Str(load_default="", validate=validate.Length(max=400))


class StudentOut(Shape):
    """A student as the directory names them."""

    id = fields.UUID()
    number = fields.Str()
    name = fields.Str()
    school_id = fields.UUID()
    class_id = fields.UUID(allow_none=True)
    grade_label = fields.Str()
    class_label = fields.Str()


class Upload(Shape):
    """Which list was chosen, and for which organisation; the file itself travels beside the form."""

    what = fields.Str(required=True, error_messages={"required": N_("Please choose one.")})


NO_COLUMN = "-"


def columns_shape(names: Iterable[str]) -> Shape:
    """Return the shape of the form in which a person says which column holds which fact."""
    return Shape.from_dict({f"column_{name}": fields.Str(load_default=NO_COLUMN) for name in names})()  # type: ignore[return-value]


def columns_of(data: Mapping[str, str], names: Iterable[str]) -> dict[str, int | None]:
    """Return the column of each fact; what is no number of a column raises ValueError."""
    return {
        name: None if data[f"column_{name}"] == NO_COLUMN else int(data[f"column_{name}"]) for name in names
    }


class NewGrades(Shape):
    """Grades that the school also has."""

    grades = fields.List(fields.Str(validate=validate.OneOf(COMMON_GRADES)), load_default=list)


class Confirmation(Shape):
    """What the person confirms after the dry run."""

    seen = fields.Str(required=True)
    without_bad_rows = fields.Bool(load_default=False)
    leave = fields.List(fields.UUID(), load_default=list)
    end_missing = fields.Bool(load_default=False)


_REQUIRED: dict[str, Any] = {"required": N_("Please fill this in.")}
_NAME = validate.And(
    # No control characters: PostgreSQL keeps no NUL in a text.
    validate.Regexp(r"(?=.*\S)[^\0-\x1f\x7f]+\Z", error=N_("Please fill this in.")),
    validate.Length(max=60, error=N_("This is longer than 60 characters.")),
)
_MAIL = validate.Email(error=N_("This is not a mail address."))
_DATE: dict[str, Any] = {"invalid": N_("Please give a date.")}


class Found(Shape):
    """A part of a name, a number or a mail address of somebody on the staff."""

    q = fields.Str(load_default="", validate=validate.Length(max=100))


class PersonChange(Shape):
    """The name and the mail address of somebody on the staff."""

    name = fields.Str(required=True, validate=_NAME, error_messages=_REQUIRED)
    mail = fields.Str(load_default=None, validate=_MAIL)


class PostGiven(Shape):
    """A post: which, where, in charge of what, from when, and until when if that is known."""

    kind = fields.Str(
        required=True, validate=validate.OneOf([kind.value for kind in PostKind]),
        error_messages={"required": N_("Please choose one.")},
    )
    organisation = fields.UUID(required=True, error_messages={"required": N_("Please choose one.")})
    charge = fields.Str(load_default="")
    starts_on = Day(load_default=None, error_messages=_DATE)
    ends_on = Day(load_default=None, error_messages=_DATE)


class PersonAdded(PostGiven):
    """Somebody new on the staff with their first post."""

    number = fields.Str(
        required=True, error_messages=_REQUIRED,
        validate=validate.Regexp(
            r"[0-9A-Za-z][0-9A-Za-z-]{0,39}\Z", error=N_("The number may hold letters, digits and hyphens only.")
        ),
    )
    name = fields.Str(required=True, validate=_NAME, error_messages=_REQUIRED)
    mail = fields.Str(load_default=None, validate=_MAIL)


class OrganisationMade(Shape):
    """A school, the centre or the bureau."""

    kind = fields.Str(
        required=True, validate=validate.OneOf(("school", "centre", "bureau")),
        error_messages={"required": N_("Please choose one.")},
    )
    name = fields.Str(required=True, validate=_NAME, error_messages=_REQUIRED)


class OrganisationNamed(Shape):
    """The name of an organisation."""

    name = fields.Str(required=True, validate=_NAME, error_messages=_REQUIRED)


def lines_shape(*names: str) -> Shape:
    """Return the shape of a form of lines: each name is a column and comes once per line."""
    columns: dict[str, Any] = {name: fields.List(fields.Str(), load_default=list) for name in names}
    return Shape.from_dict({"version": fields.Str(required=True), **columns})()  # type: ignore[return-value]


def lines_of(data: Mapping[str, Any], *names: str) -> list[tuple[str, ...]]:
    """Return the lines of such a form in their order; those that were left or made empty are no lines."""
    lines = zip_longest(*(data.get(name, ()) for name in names), fillvalue="")
    return [tuple(cell.strip() for cell in line) for line in lines if any(cell.strip() for cell in line)]


class NationalYear(Shape):
    """The year whose national days are added."""

    year = fields.Int(required=True, validate=validate.Range(2000, 2100))


class ClassOut(Shape):
    """A class with its grade in its name."""

    id = fields.UUID()
    school_id = fields.UUID()
    grade_id = fields.UUID()
    name = fields.Str()


class ContactsOut(Shape):
    """Birth date, guardian and family flags of a student, as far as they are known."""

    born = fields.Str()
    gender = fields.Str()
    boarding = fields.Bool()
    left_behind = fields.Bool()
    guardian = fields.Str()
    relation = fields.Str()
    phones = fields.List(fields.Str())
    address = fields.Str()


class StudentWithContactsOut(StudentOut):
    """A student with contacts; they are null for those who do not hold their key."""

    state = fields.Str()
    contacts = fields.Nested(ContactsOut, allow_none=True)
    contacts_readers = fields.List(fields.Str(), metadata={"description": "Who can read the contacts."})


class PostGivenIn(Shape):
    """A post from a program: a class brings its grade."""

    kind = fields.Str(
        required=True, validate=validate.OneOf([kind.value for kind in PostKind]),
        error_messages={"required": N_("Please choose one.")},
    )
    organisation_id = fields.UUID(required=True, error_messages={"required": N_("Please choose one.")})
    grade_id = fields.UUID(load_default=None, allow_none=True)
    class_id = fields.UUID(load_default=None, allow_none=True)
    starts_on = Day(load_default=None, allow_none=True, error_messages=_DATE)
    ends_on = Day(load_default=None, allow_none=True, error_messages=_DATE)


class PersonAddedIn(PostGivenIn):
    """Somebody new on the staff with their first post, from a program."""

    number = fields.Str(
        required=True, error_messages=_REQUIRED,
        validate=validate.Regexp(
            r"[0-9A-Za-z][0-9A-Za-z-]{0,39}\Z", error=N_("The number may hold letters, digits and hyphens only.")
        ),
    )
    name = fields.Str(required=True, validate=_NAME, error_messages=_REQUIRED)
    mail = fields.Str(load_default=None, allow_none=True, validate=_MAIL)


class PersonOut(Shape):
    """Somebody on the staff."""

    id = fields.UUID()
    number = fields.Str()
    name = fields.Str()
    mail = fields.Str(allow_none=True)


class StaffPostOut(Shape):
    """A post, from which day to which; `ends_on` is null while no end is known."""

    id = fields.UUID()
    kind = fields.Str()
    organisation_id = fields.UUID()
    grade_id = fields.UUID(allow_none=True)
    class_id = fields.UUID(allow_none=True)
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)


class MemberOut(PersonOut):
    """Somebody on the staff with those posts that the caller keeps."""

    posts = fields.List(fields.Nested(StaffPostOut))


class KeptClassOut(Shape):
    """A class with its grade."""

    id = fields.UUID()
    name = fields.Str()
    grade_id = fields.UUID()
    grade = fields.Str()


class OrganisationOut(Shape):
    """A school, the centre, the bureau or the district."""

    id = fields.UUID()
    kind = fields.Str()
    name = fields.Str()


class KeptOut(OrganisationOut):
    """An organisation whose staff the caller keeps."""

    posts = fields.List(fields.Str())
    classes = fields.List(fields.Nested(KeptClassOut))


class PlaceOut(Shape):
    """An organisation of the district at one look."""

    id = fields.UUID(attribute="organisation.id")
    kind = fields.Str(attribute="organisation.kind")
    name = fields.Str(attribute="organisation.name")
    administrators = fields.List(fields.Str())
    students = fields.Int()
    founded = fields.Bool(metadata={"description": "Its staff key was made, so that it can keep students."})
