"""Finding students, classes and people, only within what the person who asks is in charge of."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select

from app import vault
from app.access import Actor, PostHeld, PostKind
from app.core import clock
from app.core.database import session
from app.directory.models import (
    ClassContacts,
    DirectoryPage,
    Grade,
    Organisation,
    Person,
    Post,
    SchoolClass,
    Student,
)
from app.directory.pinyin import Line, search
from app.directory.policy import SEE_CONTACTS, sees_class
from app.schooltime import SchoolCalendar, default_calendar
from app.vault import KeyRing

MOST_FOUND = 60
"""How many students a search shows: a large class, and few enough to look through."""


@dataclass(frozen=True)
class DirectoryLine:
    """A student as the directory names them; `reading` is the pinyin that search compares."""

    id: UUID
    number: str = field(repr=False)
    name: str = field(repr=False)
    reading: str = field(repr=False)
    school_id: UUID
    grade_id: UUID | None
    class_id: UUID | None
    grade_label: str
    class_label: str

    @property
    def where(self) -> str:
        """Grade and class in words, as people at the school say them."""
        return f"{self.grade_label}{self.class_label}"


def get_organisation(organisation_id: UUID) -> Organisation | None:
    """Return an organisation by its id."""
    return session().get(Organisation, organisation_id)


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
    found = session().execute(
        select(Student, SchoolClass.grade_id)
        .outerjoin(SchoolClass, SchoolClass.id == Student.class_id)
        .where(Student.id == student_id)
    ).first()
    return PlacedStudent(found[0], found[1]) if found else None


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
    return next((found for found in _placed([class_id])), None)


def named_classes(actor: Actor) -> list[PlacedClass]:
    """Return the classes the actor is in charge of, in school order."""
    return _placed([shape.id for shape in visible_classes(actor)])


def _placed(class_ids: Sequence[UUID]) -> list[PlacedClass]:
    rows = session().execute(
        select(SchoolClass, Grade)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(SchoolClass.id.in_(class_ids))
        .order_by(Grade.position, SchoolClass.position)
    )
    return [
        PlacedClass(shape.id, shape.school_id, grade.id, f"{grade.label}{shape.label}") for shape, grade in rows
    ]


def get_line(student_id: UUID, ring: KeyRing) -> DirectoryLine | None:
    """Return a student as the directory names them, or None for somebody without the staff key."""
    student = get_student(student_id)
    return lines_of_students([student], ring).get(student_id) if student else None


def get_line_and_contacts(student_id: UUID, ring: KeyRing) -> tuple[DirectoryLine | None, dict[str, Any] | None]:
    """Return a student's directory line and contacts, their keys opened in one look; None for what is not open."""
    student = get_student(student_id)
    if student is None:
        return None, None
    pages, row = _pages_of([student]), _contacts_row(student)
    ring.open_many({*(page.directory_id for page, *_ in pages), *([row.id] if row else [])})
    line = next(iter(_open_pages(pages, ring, [student_id])), None)
    return line, _contacts_in(row, student, ring)


def lines_of_students(students: Iterable[Student], ring: KeyRing) -> dict[UUID, DirectoryLine]:
    """Return the directory lines of these students, opening each class's page once."""
    wanted = list(students)
    return {line.id: line for line in _open_pages(_pages_of(wanted), ring, [student.id for student in wanted])}


def _pages_of(students: Collection[Student]) -> "Pages":
    classes = {student.class_id for student in students}
    of_classes = DirectoryPage.class_id.in_(classes - {None})
    return _pages(
        DirectoryPage.school_id.in_({student.school_id for student in students}),
        or_(of_classes, DirectoryPage.class_id.is_(None)) if None in classes else of_classes,
    )


def names_of_students(student_ids: Iterable[UUID], ring: KeyRing) -> dict[UUID, DirectoryLine]:
    """Return the directory lines behind these ids, for lists."""
    ids = set(student_ids)
    if not ids:
        return {}
    return lines_of_students(session().scalars(select(Student).where(Student.id.in_(ids))).all(), ring)


def lines_of_class(class_id: UUID, ring: KeyRing) -> list[DirectoryLine]:
    """Return the students of a class in the order of their numbers; empty without the staff key."""
    return sorted(_open_pages(_pages(DirectoryPage.class_id == class_id), ring), key=lambda line: line.number)


def lines_of_school(school_id: UUID, ring: KeyRing) -> list[DirectoryLine]:
    """Return every student of a school, also those who left; empty without the staff key."""
    return _open_pages(_pages(DirectoryPage.school_id == school_id), ring)


def find_students(
    text: str, actor: Actor, *, limit: int = MOST_FOUND, left: bool = False
) -> list[DirectoryLine]:
    """Return the students a search finds by name, pinyin, number or class, within what the actor may see.

    `left` looks also among those who left, for people in charge of a whole school.
    """
    if not text.strip():
        return []
    pages = [*_visible_pages(actor), *(_pages_of_those_who_left(actor) if left else ())]
    return _open_pages(pages, actor.ring, finds=search(text))[:limit]


def _pages_of_those_who_left(actor: Actor) -> "Pages":
    """Return the pages of those who left the schools that this person is in charge of as a whole."""
    whole = [one for one in actor.organisations() if sees_class(actor, school_id=one, grade_id=None, class_id=None)]
    return _pages(DirectoryPage.school_id.in_(whole), DirectoryPage.class_id.is_(None))


def visible_lines(actor: Actor) -> list[DirectoryLine]:
    """Return every student this person is in charge of, in school order, by decrypting the pages of their classes."""
    return _open_pages(_visible_pages(actor), actor.ring)


def _visible_pages(actor: Actor) -> "Pages":
    """Return the pages of the classes this person is in charge of, in school order.

    Those who left stand on a page of no class, which nobody is in charge of: they are not among them.
    """
    order: dict[UUID | None, int] = {shape.id: index for index, shape in enumerate(visible_classes(actor))}
    return sorted(_pages(DirectoryPage.class_id.in_(order)), key=lambda row: order[row[0].class_id])


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


Pages = Sequence[Row[DirectoryPage, UUID | None, str | None, str | None]]
"""Pages with the id of their grade and the labels of grade and class; none of them for those who left."""


def _pages(*conditions: ColumnElement[bool]) -> Pages:
    return session().execute(
        select(DirectoryPage, Grade.id, Grade.label, SchoolClass.label)
        .outerjoin(SchoolClass, SchoolClass.id == DirectoryPage.class_id)
        .outerjoin(Grade, Grade.id == SchoolClass.grade_id)
        .where(*conditions)
    ).all()


class _Seen(NamedTuple):
    """What a search compares of a line; far cheaper to make than the whole, for thousands that it does not find."""

    number: str
    name: str
    reading: str
    grade_label: str
    class_label: str

    def __repr__(self) -> str:
        return "_Seen()"


def _open_pages(
    pages: Pages,
    ring: KeyRing,
    wanted: Collection[UUID] | None = None,
    *,
    finds: Callable[[Line], bool] | None = None,
) -> list[DirectoryLine]:
    """Return the lines of these pages, or those of wanted students and those found: a page holds a whole class."""
    keys = ring.open_many({page.directory_id for page, *_ in pages})
    names = None if wanted is None else {student_id.hex for student_id in wanted}
    lines: list[DirectoryLine] = []
    for page, grade_id, grade, label in pages:
        if (key := keys.get(page.directory_id)) is None:
            continue
        where = page.school_id, grade_id, page.class_id, grade or "", label or ""
        lines += [
            DirectoryLine(UUID(hex=hex_id), number, name, reading, *where)
            for hex_id, number, name, reading in vault.read(page, "lines", key)
            if (names is None or hex_id in names)
            and (finds is None or finds(_Seen(number, name, reading, *where[3:])))
        ]
    return lines


def contacts_of(student: Student, ring: KeyRing) -> dict[str, Any] | None:
    """Return birth date, guardians and family flags of a student, or None without the key of the class."""
    return _contacts_in(_contacts_row(student), student, ring)


def _contacts_row(student: Student) -> ClassContacts | None:
    return session().scalar(select(ClassContacts).where(ClassContacts.class_id == student.class_id))


def _contacts_in(row: ClassContacts | None, student: Student, ring: KeyRing) -> dict[str, Any] | None:
    if row is None or (key := ring.open_many([row.id]).get(row.id)) is None:
        return None
    found: dict[str, Any] | None = vault.read(row, "contacts", key).get(student.id.hex)
    return found


def contacts_open_to(placed: PlacedStudent, actor: Actor) -> dict[str, Any] | None:
    """Return the contacts of a student to those whom policy and key let see them."""
    return contacts_of(placed.student, actor.ring) if SEE_CONTACTS.allows(actor, placed) else None


def readers_of_contacts(placed: PlacedStudent) -> set[UUID]:
    """Return the people who can open the contacts of a student's class now."""
    row_id = session().scalar(select(ClassContacts.id).where(ClassContacts.class_id == placed.class_id))
    return vault.readers_of(row_id) if row_id else set()


def grades_of(school_id: UUID) -> Sequence[Grade]:
    """Return the grades of a school in order."""
    return session().scalars(select(Grade).where(Grade.school_id == school_id).order_by(Grade.position)).all()


def classes_in(school_ids: Iterable[UUID]) -> list[tuple[SchoolClass, Grade]]:
    """Return the classes of these schools with their grades, in school order."""
    rows = session().execute(
        select(SchoolClass, Grade)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(SchoolClass.school_id.in_(list(school_ids)))
        .order_by(SchoolClass.school_id, Grade.position, SchoolClass.position)
    )
    return [(shape, grade) for shape, grade in rows]


def organisations_of(district_id: UUID, *kinds: str) -> Sequence[Organisation]:
    """Return the district's organisations of these kinds by name."""
    return session().scalars(
        select(Organisation)
        .where(Organisation.district_id == district_id, Organisation.kind.in_(kinds))
        .order_by(Organisation.kind, Organisation.name)
    ).all()


def names_of_organisations(organisation_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of schools, centre and bureau."""
    ids = set(organisation_ids)
    if not ids:
        return {}
    rows = session().execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {organisation_id: name for organisation_id, name in rows}


def calendar_of(school_id: UUID) -> SchoolCalendar:
    """Return a school's calendar, the default one while none was entered."""
    organisation = get_organisation(school_id)
    if organisation is None or organisation.calendar is None:
        return default_calendar(clock.now().date())
    return SchoolCalendar.load(organisation.calendar)


def today_at(organisation_id: UUID) -> date:
    """Return the present day where an organisation is."""
    return clock.now().astimezone(calendar_of(organisation_id).zone).date()


def names_of(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of people on the staff."""
    ids = set(person_ids)
    if not ids:
        return {}
    return {person.id: person.name for person in session().scalars(select(Person).where(Person.id.in_(ids)))}


def posts_held(person_id: UUID, on: date) -> tuple[PostHeld, ...]:
    """Return the posts a person holds on a day; a post ended yesterday is not among them."""
    rows = current_posts(on, Post.person_id == person_id)
    return tuple(
        PostHeld(row.id, PostKind(row.kind), row.organisation_id, row.grade_id, row.class_id) for row in rows
    )


def current_posts(on: date, *conditions: ColumnElement[bool]) -> list[Post]:
    """Return the posts that count on a day, the oldest first; one that this server did not give is none."""
    rows = session().scalars(
        select(Post)
        .where(*conditions, Post.starts_on <= on, or_(Post.ends_on.is_(None), Post.ends_on >= on))
        .order_by(Post.starts_on, Post.id)
    )
    return [row for row in rows if row.is_marked()]


def posts_of(person_ids: Iterable[UUID], on: date) -> dict[UUID, tuple[PostHeld, ...]]:
    """Return the posts that each of these people holds on a day, for lists of people."""
    found: dict[UUID, tuple[PostHeld, ...]] = {person_id: () for person_id in person_ids}
    for row in current_posts(on, Post.person_id.in_(found)):
        held = PostHeld(row.id, PostKind(row.kind), row.organisation_id, row.grade_id, row.class_id)
        found[row.person_id] += (held,)
    return found


def ended_posts() -> list[tuple[UUID, UUID]]:
    """Return person and organisation of every post that is over."""
    rows = session().execute(
        select(Post.person_id, Post.organisation_id, func.min(Post.ends_on))
        .where(Post.ends_on.is_not(None))
        .group_by(Post.person_id, Post.organisation_id)
        .order_by(Post.person_id, Post.organisation_id)
    )
    return [(person_id, place_id) for person_id, place_id, first in rows if first and first < today_at(place_id)]


def posts_at(organisation_ids: Collection[UUID], *kinds: PostKind, on: date) -> list[tuple[UUID, PostHeld]]:
    """Return who holds which post of these kinds at any of these organisations on a day."""
    rows = current_posts(on, Post.organisation_id.in_(organisation_ids), Post.kind.in_(kinds))
    return [
        (row.person_id, PostHeld(row.id, PostKind(row.kind), row.organisation_id, row.grade_id, row.class_id))
        for row in rows
    ]


def people_in_post(organisation_id: UUID, on: date) -> list[UUID]:
    """Return everybody who holds any post at an organisation on a day."""
    return holders_of(*PostKind, organisation_id=organisation_id, on=on)


def holders_of(
    *kinds: PostKind, organisation_id: UUID, on: date, grade_id: UUID | None = None, class_id: UUID | None = None
) -> list[UUID]:
    """Return the people who hold such a post at an organisation on a day."""
    conditions = [Post.kind.in_(kinds), Post.organisation_id == organisation_id]
    if grade_id is not None:
        conditions.append(Post.grade_id == grade_id)
    if class_id is not None:
        conditions.append(Post.class_id == class_id)
    return list(dict.fromkeys(post.person_id for post in current_posts(on, *conditions)))
