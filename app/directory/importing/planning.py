"""The dry run: everything that an import would do, said before it is done."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from app import vault
from app.access import Actor
from app.directory import labels
from app.directory.contacts import FACTS
from app.directory.importing.coverage import Coverage, cover
from app.directory.importing.numbers import numbers_kept_out
from app.directory.importing.register import Register
from app.directory.models import Organisation
from app.directory.queries import DirectoryLine, grades_of, today_at
from app.directory.rosters.columns import Table, find_table
from app.directory.rosters.comparison import Change, Comparison, compare
from app.directory.rosters.fields import STUDENT_FIELDS
from app.directory.rosters.reading import read
from app.directory.rosters.students import COMMON_GRADES, Roster, StudentRow, known_grade, read_students
from app.directory.service import StaffNotFounded


@dataclass(frozen=True)
class StudentPlan:
    """What a list of students would change at a school; `fingerprint` is of all of it, names included."""

    roster: Roster
    comparison: Comparison[DirectoryLine]
    coverage: Coverage
    contacts_changed: int
    new_classes: tuple[str, ...]
    unknown_grades: Mapping[str, int]
    fingerprint: str
    register: Register = field(repr=False)

    @property
    def changes_anything(self) -> bool:
        """Whether importing would do anything beside marking who left."""
        found = self.comparison
        return bool(found.new or found.moved or found.renamed or found.returned or self.contacts_changed)

    @property
    def suggested(self) -> frozenset[UUID]:
        """The grades whose missing students are proposed to leave."""
        return frozenset(grade.grade_id for grade in self.coverage.missing if grade.suggested)

    def leaving(self, grades: Collection[UUID]) -> list[DirectoryLine]:
        """Return the missing students of these grades."""
        return [line for grade in self.coverage.missing if grade.grade_id in grades for line in grade.lines]


def student_table(content: bytes) -> Table:
    """Return the list that a file holds, with the columns recognised; raises NotASpreadsheet and its kind."""
    return find_table(read(content), STUDENT_FIELDS)


def plan_students(
    table: Table, *, school: Organisation, by: Actor, new_grades: Sequence[str] = ()
) -> StudentPlan:
    """Return what the list would change; nothing is done. Raises ColumnsMissing, StaffNotFounded and NoKey."""
    if not vault.grants_of(school.directory_id):
        raise StaffNotFounded()
    grades = [grade.label for grade in grades_of(school.id)]
    known = [*grades, *(label for label in new_grades if grades and not known_grade(label, grades))]
    roster = read_students(table, today=today_at(school.id), grades=known)
    register = Register(school, by=by)
    lines = register.lines()
    comparison = compare(lines, roster.entries)
    kept_out, unreadable = numbers_kept_out(table, roster.bad_rows)
    coverage = cover(lines, roster.entries, comparison, kept_out=kept_out, unreadable=unreadable)
    there = {(grade.label, labels.class_label(shape.label)) for shape, grade in register.shapes.values()}
    asked = dict.fromkeys((row.grade_label, row.class_label) for row in roster.entries)
    return StudentPlan(
        roster=roster,
        comparison=comparison,
        coverage=coverage,
        contacts_changed=_contacts_changed(comparison, register),
        new_classes=tuple(f"{grade}{group}" for grade, group in asked if (grade, group) not in there),
        unknown_grades=_unknown_grades(roster, known),
        fingerprint=_fingerprint(comparison, coverage, roster),
        register=register,
    )


def facts_of(row: StudentRow, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a student beside number, name and class; an empty cell keeps what was known."""
    told = {name: _stored(getattr(row, name)) for name in FACTS}
    return {**before, **{name: value for name, value in told.items() if value not in (None, [])}}


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _contacts_changed(comparison: Comparison[DirectoryLine], register: Register) -> int:
    met: Sequence[Change[DirectoryLine]] = (
        *comparison.unchanged, *{id(c.row): c for c in (*comparison.moved, *comparison.renamed)}.values()
    )
    before = [(change, register.places[change.line.id].facts) for change in met]
    return sum(facts_of(change.row, facts) != facts for change, facts in before)


def _unknown_grades(roster: Roster, known: Sequence[str]) -> dict[str, int]:
    """Return grades that schools commonly have and this one has not, with the rows that ask for them."""
    asked: Counter[str] = Counter()
    for fault in roster.faults if known else ():
        if (fault.field, fault.code) == ("grade", "unknown_grade"):
            text = (labels.split(fault.found) or (fault.found,))[0]
            label = labels.grade_label(text)
            if label in COMMON_GRADES:
                asked[label] += 1
    return dict(asked)


def _fingerprint(comparison: Comparison[DirectoryLine], coverage: Coverage, roster: Roster) -> str:
    """Return a digest of what the person was shown, so that nothing else is done than that."""
    shown = sha256()
    for change in (*comparison.moved, *comparison.renamed, *comparison.returned):
        told = (change.line.id, change.from_class, change.line.name, change.to_class, change.row.name)
        shown.update(f"{told}\0".encode())
    for row in comparison.new:
        shown.update(f"{(row.number, row.name, row.grade_label, row.class_label)}\0".encode())
    for grade in coverage.missing:
        shown.update(f"{grade.grade_id} {[line.id for line in grade.lines]}\0".encode())
    shown.update(f"{roster.bad_rows} {len(roster.entries)}".encode())
    return shown.hexdigest()
