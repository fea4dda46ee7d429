"""The blueprint of the resources of files, and the shapes that several of them share."""

from typing import Any

from marshmallow import fields

from app.core.forms import Shape
from app.core.openapi import blueprint

files_api = blueprint("files", __name__, description="Psychological files of students")


class Version(Shape):
    """The version of a record that the caller has seen."""

    version = fields.Int(required=True)


def columns_of(row: Any, shape: type[Shape]) -> dict[str, Any]:
    """Return those columns of a row that a shape shows."""
    return {name: getattr(row, name) for name in shape().fields}
