"""Grades and classes made by hand, where no roster brings them."""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import audit
from app.audit import Doer
from app.core.database import savepoint, session
from app.core.errors import Conflict, Invalid
from app.core.words import N_
from app.directory import labels
from app.directory.models import Grade, Organisation, SchoolClass
from app.directory.queries import grades_of
from app.directory.service import ensure_class, ensure_grade

MOST = 40
"""How many classes can be added at once."""
_LONGEST = 20
# PostgreSQL keeps no NUL in a text.
_CONTROL = re.compile(r"[\0-\x1f\x7f]")
_BETWEEN = re.compile(r"[,，、;；\n]+")


class NoClassNamed(Invalid):
    """Grade and at least one class are needed."""

    words = N_("Name one class or several, for example: 1, 2, 3.")


class NameTooLong(Invalid):
    """A name of a grade or a class is short."""

    words = N_("A grade or a class has a name of up to 20 characters, and up to 40 classes are added at once.")


class ClassesThere(Conflict):
    """Nothing is new."""

    words = N_("The school has these classes already.")


class ClassInUse(Conflict):
    """Somebody is, or was, in the class or in charge of it."""

    words = N_("Students or posts belong to this class, or did; it stays.")


def names_in(text: str) -> list[str]:
    """Return the names of classes that a person typed one after another."""
    return [part for part in _BETWEEN.split(text) if part.strip()]


def add_classes(school: Organisation, *, grade: str, classes: Iterable[str], by: Doer) -> list[SchoolClass]:
    """Add classes to a grade, the grade too where the school does not have it.

    However they are written, 四(2) or Class 2, they are kept as schools write them. Raises NoClassNamed, NameTooLong,
    ClassesThere.
    """
    names = list(dict.fromkeys(labels.class_label(name) for name in classes if name.strip()))
    if not names or not grade.strip() or any(map(_CONTROL.search, (grade, *names))):
        raise NoClassNamed()
    if len(names) > MOST or any(len(name) > _LONGEST for name in (grade.strip(), *names)):
        raise NameTooLong()
    kept = _grade_of(school, grade)
    there = {labels.class_label(shape.label) for shape in _classes_of(kept)}
    made = [ensure_class(grade=kept, label=name) for name in names if name not in there]
    if not made:
        raise ClassesThere()
    for shape in made:
        audit.record(by, "class:added", organisation=school.id, subject=("school_class", shape.id))
    return made


def remove_class(class_id: UUID, *, by: Doer) -> None:
    """Take a class away in which nobody ever was; raises ClassInUse."""
    shape = session().get_one(SchoolClass, class_id)
    school_id = shape.school_id
    try:
        with savepoint():
            session().delete(shape)
            session().flush()
    except IntegrityError:
        raise ClassInUse() from None
    audit.record(by, "class:removed", organisation=school_id, subject=("school_class", class_id))


def _grade_of(school: Organisation, text: str) -> Grade:
    """Return the grade that a text means, made if the school does not have it: 初一 is 七年级 where that is there."""
    known = next((one for one in grades_of(school.id) if labels.same_grade(one.label, text)), None)
    label = labels.grade_label(text) or " ".join(text.split())
    return known or ensure_grade(school_id=school.id, label=label)


def _classes_of(grade: Grade) -> Sequence[SchoolClass]:
    return session().scalars(select(SchoolClass).where(SchoolClass.grade_id == grade.id)).all()
