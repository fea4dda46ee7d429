"""The shapes of searching and of students as programs see them."""

from marshmallow import fields, validate

from app.core.forms import Shape


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
