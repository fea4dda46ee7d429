"""The shapes of searching and of students as programs see them."""

from collections.abc import Iterable, Mapping

from marshmallow import fields, validate

from app.core.forms import Shape
from app.core.words import N_
from app.directory.rosters.students import COMMON_GRADES


class Search(Shape):
    """What to look for: a name or a part of it, pinyin, a number, a class."""

    q = fields.Str(load_default="", validate=validate.Length(max=100))


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
