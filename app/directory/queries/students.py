"""Students as opaque rows, with the place that the policy asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select

from app.core.database import session
from app.directory.models import SchoolClass, Student


def get_student(student_id: UUID) -> Student | None:
    """Return a student's opaque row."""
    return session().get(Student, student_id)


@dataclass(frozen=True)
class PlacedStudent:
    """A student with the grade of the present class, as the policy asks for it."""

    student: Student
    grade_id: UUID | None

    __tablename__ = "student"

    @property
    def id(self) -> UUID:
        """The student's id."""
        return self.student.id

    @property
    def school_id(self) -> UUID:
        """The school."""
        return self.student.school_id

    @property
    def class_id(self) -> UUID | None:
        """The present class."""
        return self.student.class_id


def get_placed_student(student_id: UUID) -> PlacedStudent | None:
    """Return a student with the grade they are in, in one question: one who is missing costs as much."""
    found = session().execute(_PLACED, {"student": student_id}).first()
    return PlacedStudent(found[0], found[1]) if found else None


def placed_students(student_ids: Iterable[UUID]) -> dict[UUID, PlacedStudent]:
    """Return those of these students who are there, each with the grade they are in, for lists."""
    ids = set(student_ids)
    rows = session().execute(_WITH_GRADE.where(Student.id.in_(ids))) if ids else ()
    return {student.id: PlacedStudent(student, grade_id) for student, grade_id in rows}


# Written once: building a statement costs more than the database needs to carry it out.
_WITH_GRADE = select(Student, SchoolClass.grade_id).outerjoin(SchoolClass, SchoolClass.id == Student.class_id)
_PLACED = _WITH_GRADE.where(Student.id == bindparam("student"))
