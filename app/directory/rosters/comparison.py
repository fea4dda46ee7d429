"""What a new list changes against the directory, told before anything is done."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from app.directory import labels
from app.directory.rosters.students import StudentRow


class Enrolled(Protocol):
    """What is compared of a line of the directory; one without a class is of a student who left."""

    @property
    def number(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def grade_label(self) -> str: ...
    @property
    def class_label(self) -> str: ...


Line = TypeVar("Line", bound=Enrolled)


@dataclass(frozen=True, slots=True)
class Change(Generic[Line]):
    """A student as the directory has them and as the list has them."""

    line: Line
    row: StudentRow

    @property
    def from_class(self) -> str:
        """Grade and class until now."""
        return self.line.grade_label + self.line.class_label

    @property
    def to_class(self) -> str:
        """Grade and class from now on."""
        return self.row.grade_label + self.row.class_label


@dataclass(frozen=True)
class Comparison(Generic[Line]):
    """Who is new, moved, renamed, back, gone or as before; one who moved under a new name is in both lists."""

    new: tuple[StudentRow, ...] = ()
    moved: tuple[Change[Line], ...] = ()
    renamed: tuple[Change[Line], ...] = ()
    returned: tuple[Change[Line], ...] = ()
    left: tuple[Line, ...] = ()
    unchanged: tuple[Change[Line], ...] = field(default=(), repr=False)

    @property
    def moves(self) -> dict[tuple[str, str], int]:
        """How many students go from which class to which: after a summer, the short way to tell it."""
        return dict(Counter((change.from_class, change.to_class) for change in self.moved))


def compare(existing: Iterable[Line], rows: Sequence[StudentRow]) -> Comparison[Line]:
    """Compare by student number, which alone says who is who; contacts are not compared."""
    known = {line.number: line for line in existing}
    met = [Change(known[row.number], row) for row in rows if row.number in known]
    here = [change for change in met if change.line.class_label]
    moved = tuple(change for change in here if _moved(change))
    renamed = tuple(change for change in here if change.line.name != change.row.name)
    changed = {change.row.number for change in (*moved, *renamed)}
    listed = {row.number for row in rows}
    return Comparison(
        new=tuple(row for row in rows if row.number not in known),
        moved=moved,
        renamed=renamed,
        returned=tuple(change for change in met if not change.line.class_label),
        left=tuple(line for line in known.values() if line.class_label and line.number not in listed),
        unchanged=tuple(change for change in here if change.row.number not in changed),
    )


def _moved(change: Change[Line]) -> bool:
    line, row = change.line, change.row
    return not labels.same_class((line.grade_label, line.class_label), (row.grade_label, row.class_label))
