"""Students by name, for those who hold the staff key; searches reach only what one is in charge of."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from app.access import Actor
from app.core.database import session
from app.directory.models import DirectoryPage, Student
from app.directory.pinyin import search
from app.directory.policy import sees_class
from app.directory.queries.classes import visible_classes
from app.directory.queries.sealed_pages import DirectoryLine, Page, open_pages, page_of, pages_of, pages_where
from app.directory.queries.students import get_student
from app.vault import KeyRing

MOST_FOUND = 60
"""How many students a search shows: a large class, and few enough to look through."""


def get_line(student_id: UUID, ring: KeyRing) -> DirectoryLine | None:
    """Return a student as the directory names them, or None for somebody without the staff key."""
    student = get_student(student_id)
    return next(iter(open_pages(page_of(student), ring, [student_id])), None) if student else None


def lines_of_students(students: Iterable[Student], ring: KeyRing) -> dict[UUID, DirectoryLine]:
    """Return the directory lines of these students, opening each class's page once."""
    wanted = list(students)
    return {line.id: line for line in open_pages(pages_of(wanted), ring, [student.id for student in wanted])}


def names_of_students(student_ids: Iterable[UUID], ring: KeyRing) -> dict[UUID, DirectoryLine]:
    """Return the directory lines behind these ids, for lists."""
    ids = set(student_ids)
    if not ids:
        return {}
    return lines_of_students(session().scalars(select(Student).where(Student.id.in_(ids))).all(), ring)


def lines_of_class(class_id: UUID, ring: KeyRing) -> list[DirectoryLine]:
    """Return the students of a class in the order of their numbers; empty without the staff key."""
    return sorted(open_pages(pages_where(DirectoryPage.class_id == class_id), ring), key=lambda line: line.number)


def lines_of_school(school_id: UUID, ring: KeyRing) -> list[DirectoryLine]:
    """Return every student of a school, also those who left; empty without the staff key."""
    return open_pages(pages_where(DirectoryPage.school_id == school_id), ring)


def find_students(
    text: str, actor: Actor, *, limit: int = MOST_FOUND, left: bool = False
) -> list[DirectoryLine]:
    """Return the students a search finds by name, pinyin, number or class, within what the actor may see.

    `left` looks also among those who left, for people in charge of a whole school.
    """
    if not text.strip():
        return []
    pages = [*_visible_pages(actor), *(_pages_of_those_who_left(actor) if left else ())]
    return open_pages(pages, actor.ring, finds=search(text))[:limit]


def visible_lines(actor: Actor) -> list[DirectoryLine]:
    """Return every student this person is in charge of, in school order, by decrypting the pages of their classes."""
    return open_pages(_visible_pages(actor), actor.ring)


def _visible_pages(actor: Actor) -> list[Page]:
    """Return the pages of the classes this person is in charge of, in school order.

    Those who left stand on a page of no class, which nobody is in charge of: they are not among them.
    """
    order: dict[UUID | None, int] = {shape.id: index for index, shape in enumerate(visible_classes(actor))}
    return sorted(pages_where(DirectoryPage.class_id.in_(order)), key=lambda page: order[page.class_id])


def _pages_of_those_who_left(actor: Actor) -> list[Page]:
    """Return the pages of those who left the schools that this person is in charge of as a whole."""
    whole = [one for one in actor.organisations() if sees_class(actor, school_id=one, grade_id=None, class_id=None)]
    return pages_where(DirectoryPage.school_id.in_(whole), DirectoryPage.class_id.is_(None))
