"""Birth dates, guardians and family flags, for the few who hold the key of a class's contacts."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.access import Actor
from app.core.database import session
from app.directory.models import ClassContacts, Student
from app.directory.policy import SEE_CONTACTS
from app.directory.queries.sealed_pages import DirectoryLine, open_pages, page_of
from app.directory.queries.students import PlacedStudent, get_student
from app.vault import KeyRing


def contacts_of(student: Student, ring: KeyRing) -> dict[str, Any] | None:
    """Return birth date, guardians and family flags of a student, or None without the key of the class."""
    return _contacts_in(_contacts_row(student), student, ring)


def contacts_open_to(placed: PlacedStudent, actor: Actor) -> dict[str, Any] | None:
    """Return the contacts of a student to those whom policy and key let see them."""
    return contacts_of(placed.student, actor.ring) if SEE_CONTACTS.allows(actor, placed) else None


def readers_of_contacts(placed: PlacedStudent) -> set[UUID]:
    """Return the people who can open the contacts of a student's class now."""
    row_id = session().scalar(select(ClassContacts.id).where(ClassContacts.class_id == placed.class_id))
    return vault.readers_of(row_id) if row_id else set()


def get_line_and_contacts(student_id: UUID, ring: KeyRing) -> tuple[DirectoryLine | None, dict[str, Any] | None]:
    """Return a student's directory line and contacts, their keys opened in one look; None for what is not open."""
    student = get_student(student_id)
    if student is None:
        return None, None
    pages, row = page_of(student), _contacts_row(student)
    ring.open_many({*(page.directory_id for page in pages), *([row.id] if row else [])})
    line = next(iter(open_pages(pages, ring, [student_id])), None)
    return line, _contacts_in(row, student, ring)


def _contacts_row(student: Student) -> ClassContacts | None:
    return session().scalar(select(ClassContacts).where(ClassContacts.class_id == student.class_id))


def _contacts_in(row: ClassContacts | None, student: Student, ring: KeyRing) -> dict[str, Any] | None:
    if row is None or (key := ring.open_many([row.id]).get(row.id)) is None:
        return None
    found: dict[str, Any] | None = vault.read(row, "contacts", key).get(student.id.hex)
    return found
