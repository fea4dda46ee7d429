"""The classes of schools, and those that somebody is in charge of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.access import Actor
from app.core.database import session
from app.directory.models import Grade, SchoolClass
from app.directory.policy import sees_class


@dataclass(frozen=True)
class PlacedClass:
    """A class as the policy asks for it: it is its own class."""

    id: UUID
    school_id: UUID
    grade_id: UUID
    name: str

    __tablename__ = "school_class"

    @property
    def class_id(self) -> UUID:
        """The class itself."""
        return self.id


def get_class(class_id: UUID) -> PlacedClass | None:
    """Return a class by its id."""
    return next((found for found in get_classes([class_id])), None)


def named_classes(actor: Actor) -> list[PlacedClass]:
    """Return the classes the actor is in charge of, in school order."""
    return get_classes([shape.id for shape in visible_classes(actor)])


def get_classes(class_ids: Sequence[UUID]) -> list[PlacedClass]:
    """Return classes by their ids, in school order."""
    rows = session().execute(
        select(SchoolClass, Grade)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(SchoolClass.id.in_(class_ids))
        .order_by(Grade.position, SchoolClass.position)
    )
    return [
        PlacedClass(shape.id, shape.school_id, grade.id, f"{grade.label}{shape.label}") for shape, grade in rows
    ]


def visible_classes(actor: Actor) -> list[SchoolClass]:
    """Return the classes within what this person is in charge of, in school order."""
    rows = session().scalars(
        select(SchoolClass)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(SchoolClass.school_id.in_(actor.organisations()))
        .order_by(Grade.position, SchoolClass.position)
    )
    return [
        row
        for row in rows
        if sees_class(actor, school_id=row.school_id, grade_id=row.grade_id, class_id=row.id)
    ]


def classes_in(school_ids: Iterable[UUID]) -> list[tuple[SchoolClass, Grade]]:
    """Return the classes of these schools with their grades, in school order."""
    rows = session().execute(
        select(SchoolClass, Grade)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(SchoolClass.school_id.in_(list(school_ids)))
        .order_by(SchoolClass.school_id, Grade.position, SchoolClass.position)
    )
    return [(shape, grade) for shape, grade in rows]
