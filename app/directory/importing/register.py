"""A school's students as one register: changed in memory, and sealed back page by page where something changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import audit, vault
from app.access import Actor
from app.audit.body import Code
from app.core.database import session
from app.core.errors import Conflict
from app.core.ids import new_id
from app.core.words import N_
from app.directory.contacts import destroy_contacts, holders_of_classes, make_contacts
from app.directory.models import ClassContacts, DirectoryPage, Grade, Organisation, SchoolClass, Student
from app.directory.queries import DirectoryLine


class ContactsClosed(Conflict):
    """The importer does not hold the key of a class's contacts, so that they could not be carried along."""

    words = N_(
        "The contacts of some classes are not open to you yet. A colleague of the counselling room or another "
        "administrator shares them under Keys and admissions."
    )


@dataclass(frozen=True)
class Place:
    """Everything of a student that a roster can change; without a class they have left."""

    class_id: UUID | None
    number: str = field(repr=False)
    name: str = field(repr=False)
    reading: str = field(repr=False)
    joined_on: date
    left_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def dump(self) -> list[Any]:
        """Return the place as JSON holds it."""
        return [
            self.class_id.hex if self.class_id else None, self.number, self.name, self.reading,
            self.joined_on.isoformat(), self.left_on.isoformat() if self.left_on else None, dict(self.facts),
        ]

    @classmethod
    def load(cls, dumped: list[Any]) -> "Place":
        """Return the place that was dumped."""
        class_hex, number, name, reading, joined, left, facts = dumped
        return cls(
            UUID(hex=class_hex) if class_hex else None, number, name, reading, date.fromisoformat(joined),
            date.fromisoformat(left) if left else None, facts,
        )


class Register:
    """The students of a school by id; `seal` writes back what was put or removed since it was opened."""

    def __init__(self, school: Organisation, *, by: Actor) -> None:
        self.school = school
        self.by = by
        self.key = by.ring.open(school.directory_id)
        self._pages: dict[UUID | None, DirectoryPage] = {}
        self._contacts: dict[UUID, ClassContacts] = {}
        self._rows: dict[UUID, Student] = {}
        self.places: dict[UUID, Place] = {}
        self._load()
        self._before = dict(self.places)
        self._written: list[tuple[DirectoryPage | ClassContacts, str]] = []
        self._gone: list[DirectoryPage | ClassContacts] = []

    def _load(self) -> None:
        self._rows = {row.id: row for row in _all(Student, self.school)}
        self._pages = {page.class_id: page for page in _all(DirectoryPage, self.school)}
        self._contacts = {row.class_id: row for row in _all(ClassContacts, self.school)}
        facts = self._read_contacts()
        for class_id, page in self._pages.items():
            for hex_id, number, name, reading in vault.read(page, "lines", self.key):
                student_id = UUID(hex=hex_id)
                row = self._rows[student_id]
                self.places[student_id] = Place(
                    class_id, number, name, reading, row.joined_on, row.left_on, facts.get(student_id, {})
                )

    def _read_contacts(self) -> dict[UUID, dict[str, Any]]:
        keys = self.by.ring.open_many(row.id for row in self._contacts.values())
        found: dict[UUID, dict[str, Any]] = {}
        for row in self._contacts.values():
            if row.id in keys:
                read: dict[str, Any] = vault.read(row, "contacts", keys[row.id])
                found |= {UUID(hex=hex_id): facts for hex_id, facts in read.items()}
        return found

    @cached_property
    def shapes(self) -> dict[UUID, tuple[SchoolClass, Grade]]:
        """The classes of the school with their grades."""
        rows = session().execute(
            select(SchoolClass, Grade)
            .join(Grade, Grade.id == SchoolClass.grade_id)
            .where(SchoolClass.school_id == self.school.id)
            .order_by(Grade.position, SchoolClass.position)
        )
        return {shape.id: (shape, grade) for shape, grade in rows}

    def lines(self) -> list[DirectoryLine]:
        """Return every student as the directory names them, in school order; those who left come last."""
        order: dict[UUID | None, int] = {class_id: index for index, class_id in enumerate(self.shapes)}
        found = [self.line(student_id) for student_id in self.places]
        return sorted(found, key=lambda line: (order.get(line.class_id, len(order)), line.number))

    def line(self, student_id: UUID) -> DirectoryLine:
        """Return a student as the directory names them."""
        place = self.places[student_id]
        shape, grade = self.shapes[place.class_id] if place.class_id else (None, None)
        return DirectoryLine(
            student_id, place.number, place.name, place.reading, self.school.id, grade.id if grade else None,
            place.class_id, grade.label if grade else "", shape.label if shape else "",
        )

    def put(self, student_id: UUID, place: Place) -> None:
        """Put a student somewhere, or change what is known of them."""
        self.places[student_id] = place

    def remove(self, student_id: UUID) -> None:
        """Take a student out altogether, as if they had never been listed."""
        del self.places[student_id]

    def seal(self) -> dict[UUID, Place | None]:
        """Write back what changed and return how it was before, by student; None for those who are new."""
        before, after = self._before, self.places
        changed = [one for one in before.keys() | after.keys() if before.get(one) != after.get(one)]
        self._demand_contacts(changed)
        self._keep_rows(changed)
        touched = {
            place.class_id for one in changed for place in (before.get(one), after.get(one)) if place is not None
        }
        members: dict[UUID | None, list[UUID]] = {class_id: [] for class_id in touched}
        for student_id, place in after.items():
            if place.class_id in members:
                members[place.class_id].append(student_id)
        for class_id, students in members.items():
            self._keep_page(class_id, students)
        self._keep_contacts({class_id: students for class_id, students in members.items() if class_id})
        session().flush()
        self._before = dict(after)
        return {one: before.get(one) for one in changed}

    def holds(self) -> list[Code]:
        """Return for the event of whoever sealed it what pages and contacts hold now, and which are gone."""
        written = [held for row, column in self._written for held in audit.holding(row, column)]
        return written + [held for row in self._gone for held in audit.gone(row)]

    def _demand_contacts(self, changed: Iterable[UUID]) -> None:
        """Refuse to move anybody whose contacts would stay behind or be overwritten unread."""
        places = [place for one in changed for place in (self._before.get(one), self.places.get(one)) if place]
        kept = {self._contacts[place.class_id].id for place in places if place.class_id in self._contacts}
        if len(self.by.ring.open_many(kept)) < len(kept):
            raise ContactsClosed()

    def _keep_rows(self, changed: Iterable[UUID]) -> None:
        for student_id in changed:
            row, place = self._rows.get(student_id), self.places.get(student_id)
            if place is None and row is not None:
                session().delete(self._rows.pop(student_id))
            elif place is not None:
                self._keep_row(student_id, row, place)
        session().flush()

    def _keep_row(self, student_id: UUID, row: Student | None, place: Place) -> None:
        if row is None:
            row = self._rows[student_id] = Student(
                id=student_id, school_id=self.school.id, number_index=self.index(place.number)
            )
            session().add(row)
        row.class_id, row.joined_on, row.left_on = place.class_id, place.joined_on, place.left_on
        row.state = "left" if place.class_id is None else "enrolled"

    def index(self, number: str) -> bytes:
        """Return the blind index of a student number."""
        return self.key.index("student-number", number)

    def _keep_page(self, class_id: UUID | None, students: list[UUID]) -> None:
        page = self._pages.get(class_id)
        if not students:
            if page is not None:
                self._gone.append(page)
                session().delete(self._pages.pop(class_id))
            return
        if page is None:
            page = self._pages[class_id] = DirectoryPage(
                id=new_id(), school_id=self.school.id, class_id=class_id, directory_id=self.school.directory_id
            )
            session().add(page)
        places = sorted(((one, self.places[one]) for one in students), key=lambda pair: pair[1].number)
        vault.write(page, "lines", [[one.hex, at.number, at.name, at.reading] for one, at in places], self.key)
        self._written.append((page, "lines"))

    def _keep_contacts(self, members: Mapping[UUID, list[UUID]]) -> None:
        missing = [self._shape(class_id) for class_id in members if class_id not in self._contacts]
        holders = holders_of_classes(missing) if missing else {}
        for class_id, students in members.items():
            if not students:
                if class_id in self._contacts:
                    self._gone.append(self._contacts[class_id])
                    destroy_contacts(self._contacts.pop(class_id))
                continue
            if class_id not in self._contacts:
                self._contacts[class_id] = make_contacts(
                    self._shape(class_id), holders=holders[class_id], by=self.by
                )
            row = self._contacts[class_id]
            facts = {one.hex: dict(self.places[one].facts) for one in students if self.places[one].facts}
            vault.write(row, "contacts", facts, self.by.ring.open(row.id))
            self._written.append((row, "contacts"))

    def _shape(self, class_id: UUID) -> SchoolClass:
        return session().get_one(SchoolClass, class_id)


def _all(model: Any, school: Organisation) -> list[Any]:
    return list(session().scalars(select(model).where(model.school_id == school.id)))
