"""Who is enrolled and not in the list: a partial list must not send the rest of the school away.

A list speaks for a class when it has rows of that class, and for a grade when it has rows of all its classes, or
when it is a list of the whole school (rows of every grade that has students). Of classes it does not speak for
nobody is said to be missing. Those who are missing leave only when the person says so, grade by grade. The
proposal is made only where a list looks complete: it speaks for the grade, and at most a fifth of the grade is
missing, or nearly the whole of it, replaced by others (the grade that graduated). These shares are our own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.directory import labels
from app.directory.queries import DirectoryLine
from app.directory.rosters.comparison import Comparison
from app.directory.rosters.students import StudentRow

FEW = 0.2
NEARLY_ALL = 0.8


@dataclass(frozen=True)
class MissingInGrade:
    """Students of one grade who are not in the list; `suggested` says that the list looks complete for it."""

    grade_id: UUID
    grade_label: str
    lines: tuple[DirectoryLine, ...] = field(repr=False)
    suggested: bool


@dataclass(frozen=True)
class Coverage:
    """Who is missing in the grades a list speaks for, and the classes it does not speak for with their sizes."""

    missing: tuple[MissingInGrade, ...]
    untouched: tuple[tuple[str, int], ...]


def cover(
    enrolled: Sequence[DirectoryLine],
    rows: Sequence[StudentRow],
    comparison: Comparison[DirectoryLine],
    *,
    kept_out: frozenset[str],
    unreadable: bool,
) -> Coverage:
    """Return what a list leaves open; `kept_out` are numbers of rows with faults, `unreadable` that some have none."""
    spoken = _Spoken(enrolled, rows)
    arriving = _arriving(comparison)
    untouched: Counter[str] = Counter()
    grades: dict[UUID, list[DirectoryLine]] = {}
    for line in comparison.left:
        if line.number in kept_out or line.grade_id is None:
            continue
        if spoken.of_class(line) or spoken.of_grade(line.grade_id):
            grades.setdefault(line.grade_id, []).append(line)
        else:
            untouched[line.where] += 1
    missing = [
        MissingInGrade(
            grade_id, lines[0].grade_label, tuple(lines),
            not unreadable
            and spoken.of_grade(grade_id)
            and _looks_complete(len(lines), spoken.sizes[grade_id], arriving[_grade_key(lines[0].grade_label)]),
        )
        for grade_id, lines in grades.items()
    ]
    return Coverage(tuple(missing), tuple(untouched.items()))


def _arriving(comparison: Comparison[DirectoryLine]) -> Counter[str]:
    """Count who comes into each grade from outside it."""
    found = Counter(_grade_key(row.grade_label) for row in comparison.new)
    for change in (*comparison.moved, *comparison.returned):
        if _grade_key(change.line.grade_label) != _grade_key(change.row.grade_label):
            found[_grade_key(change.row.grade_label)] += 1
    return found


def _looks_complete(missing: int, size: int, arriving: int) -> bool:
    return missing <= FEW * size or (missing >= NEARLY_ALL * size and arriving >= missing / 2)


class _Spoken:
    """Which classes and grades of the directory a list has rows of."""

    def __init__(self, enrolled: Iterable[DirectoryLine], rows: Iterable[StudentRow]) -> None:
        listed = {_class_key(row.grade_label, row.class_label) for row in rows}
        classes: dict[UUID, dict[tuple[str, str], bool]] = {}
        self.sizes: Counter[UUID] = Counter()
        for line in enrolled:
            if line.grade_id is not None:
                key = _class_key(line.grade_label, line.class_label)
                classes.setdefault(line.grade_id, {})[key] = key in listed
                self.sizes[line.grade_id] += 1
        self._listed = listed
        listed_grades = {grade for grade, _ in listed}
        names = {grade_id: next(iter(found))[0] for grade_id, found in classes.items()}
        whole_school = set(names.values()) <= listed_grades
        self._grades = {
            grade_id
            for grade_id, found in classes.items()
            if all(found.values()) or (whole_school and names[grade_id] in listed_grades)
        }

    def of_class(self, line: DirectoryLine) -> bool:
        return _class_key(line.grade_label, line.class_label) in self._listed

    def of_grade(self, grade_id: UUID | None) -> bool:
        return grade_id in self._grades


def _class_key(grade: str, group: str) -> tuple[str, str]:
    return _grade_key(grade), labels.class_label(group)


def _grade_key(grade: str) -> str:
    year = labels.year_of(grade)
    return str(year) if year else labels.plain(grade)
