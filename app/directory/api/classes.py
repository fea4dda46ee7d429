"""Grades and classes that are made by hand, for the school's administrator."""

from typing import Any
from uuid import UUID

from flask import g, url_for
from marshmallow import fields

from app.access import guard
from app.core.forms import Shape
from app.directory import classes, policy, schemas
from app.directory.api.resource import directory_api
from app.directory.models import Organisation
from app.directory.queries import PlacedClass, get_class, get_classes, get_organisation


class ClassesIn(Shape):
    """A grade by its name, and classes of it by theirs; a grade that the school does not have is made."""

    grade = fields.Str(required=True)
    classes = fields.List(fields.Str(), required=True)


def _school(school_id: UUID) -> Organisation | None:
    return get_organisation(school_id)


@directory_api.post("/schools/<uuid:school_id>/classes")
@guard(policy.KEEP_CLASSES, load=_school)
@directory_api.arguments(ClassesIn)
@directory_api.response(201, schemas.ClassOut(many=True))
def add_classes(school: Organisation, given: dict[str, Any]) -> Any:
    """Add classes to a grade, as schools write them: 四(2) and Class 2 are both kept as 2班."""
    made = classes.add_classes(school, grade=given["grade"], classes=given["classes"], by=g.actor)
    return get_classes([shape.id for shape in made]), {"Location": url_for("directory_api.classes")}


@directory_api.delete("/classes/<uuid:class_id>")
@guard(policy.KEEP_CLASSES, load=get_class)
@directory_api.response(204)
def remove_class(shape: PlacedClass) -> None:
    """Take a class away in which nobody ever was; any other is refused with 409."""
    classes.remove_class(shape.id, by=g.actor)
