"""The sealed pages of classes: found by class or student, opened for the lines of those who are wanted."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, and_, bindparam, or_, select

from app import vault
from app.core.database import read_columns
from app.directory.models import DirectoryPage, Grade, SchoolClass, Student
from app.directory.pinyin import Line
from app.vault import KeyRing


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


class Page(NamedTuple):
    """A class's sealed page with the id of its grade and both labels; none of them for those who left."""

    id: UUID
    school_id: UUID
    class_id: UUID | None
    directory_id: UUID
    lines: bytes
    grade_id: UUID | None
    grade: str | None
    label: str | None


def pages_where(*conditions: ColumnElement[bool]) -> list[Page]:
    """Return the pages that meet these conditions."""
    return _find(_PAGES.where(*conditions))


def page_of(student: Student) -> list[Page]:
    """Return the page on which a student stands, if there is one."""
    if student.class_id is None:
        return pages_where(DirectoryPage.school_id == student.school_id, DirectoryPage.class_id.is_(None))
    return _find(_PAGE_OF_CLASS, class_id=student.class_id)


def pages_of(students: Collection[Student]) -> list[Page]:
    """Return the pages on which these students stand."""
    classes = {student.class_id for student in students}
    return _find(
        _PAGES_OF, schools=list({student.school_id for student in students}), classes=list(classes - {None}),
        left=None in classes,
    )


def _find(pages: Select[*tuple[Any, ...]], **asked: Any) -> list[Page]:
    return [Page._make(row) for row in read_columns(pages, **asked)]


class _Seen(NamedTuple):
    """What a search compares of a line; far cheaper to make than the whole, for thousands that it does not find."""

    number: str
    name: str
    reading: str
    grade_label: str
    class_label: str

    def __repr__(self) -> str:
        return "_Seen()"


def open_pages(
    pages: Collection[Page],
    ring: KeyRing,
    wanted: Collection[UUID] | None = None,
    *,
    finds: Callable[[Line], bool] | None = None,
) -> list[DirectoryLine]:
    """Return the lines of these pages, or those of wanted students and those found: a page holds a whole class."""
    keys = ring.open_many({page.directory_id for page in pages})
    names = None if wanted is None else {student_id.hex for student_id in wanted}
    lines: list[DirectoryLine] = []
    for page in pages:
        if (key := keys.get(page.directory_id)) is None:
            continue
        where = page.school_id, page.grade_id, page.class_id, page.grade or "", page.label or ""
        lines += [
            DirectoryLine(UUID(hex=hex_id), number, name, reading, *where)
            for hex_id, number, name, reading in vault.read(page, "lines", key, of=DirectoryPage)
            if (names is None or hex_id in names)
            and (finds is None or finds(_Seen(number, name, reading, *where[3:])))
        ]
    return lines


# Written once: building a statement costs more than the database needs to carry it out.
_PAGES: Select[*tuple[Any, ...]] = (
    select(
        DirectoryPage.id, DirectoryPage.school_id, DirectoryPage.class_id, DirectoryPage.directory_id,
        DirectoryPage.lines, Grade.id, Grade.label, SchoolClass.label,
    )
    .outerjoin(SchoolClass, SchoolClass.id == DirectoryPage.class_id)
    .outerjoin(Grade, Grade.id == SchoolClass.grade_id)
)
_PAGE_OF_CLASS = _PAGES.where(DirectoryPage.class_id == bindparam("class_id"))
_PAGES_OF = _PAGES.where(
    DirectoryPage.school_id.in_(bindparam("schools", expanding=True)),
    or_(
        DirectoryPage.class_id.in_(bindparam("classes", expanding=True)),
        and_(DirectoryPage.class_id.is_(None), bindparam("left", type_=Boolean())),
    ),
)
