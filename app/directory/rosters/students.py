"""From the rows of a roster to students, in the school's own names of grades, each number only once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from app.directory import labels
from app.directory.rosters import cells
from app.directory.rosters.columns import Table
from app.directory.rosters.dates import born_of
from app.directory.rosters.entries import Understood, understand
from app.directory.rosters.remarks import Reader, Remarks, RowFault, RowNote, Value, shown
from app.directory.rosters.sheets import Row

# Where a school has no grades yet: the years of primary and middle schools, under either name.
COMMON_GRADES = tuple(
    [f"{labels.numeral_of(year)}年级" for year in range(1, 10)]
    + [stage + labels.numeral_of(year) for stage in "初高" for year in (1, 2, 3)]
)


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student as one row tells, normalised; `number` is unique within the file."""

    row: int
    number: str = field(repr=False)
    name: str = field(repr=False)
    grade_label: str
    class_label: str
    gender: str | None = field(default=None, repr=False)
    born: date | None = field(default=None, repr=False)
    boarding: bool | None = field(default=None, repr=False)
    left_behind: bool | None = field(default=None, repr=False)
    guardian: str | None = field(default=None, repr=False)
    relation: str | None = field(default=None, repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    address: str | None = field(default=None, repr=False)


Roster = Understood[StudentRow]


def read_students(table: Table, *, today: date, grades: Sequence[str] = ()) -> Roster:
    """Return the students of a table; `grades` are the school's own, if it has some; raises ColumnsMissing."""
    reader = _StudentReader(table, today, tuple(grades))
    return _without_doubles(understand(table, reader), reader.rows_of)


def known_grade(text: str, grades: Sequence[str]) -> str | None:
    """Return the grade in the school's own words, 初一 for 七年级; None for one that the school does not have."""
    if not grades:
        label = labels.grade_label(text)
        return label if label in COMMON_GRADES else None
    alike = [known for known in grades if labels.same_grade(known, text)]
    exact = [known for known in alike if labels.plain(known) == labels.plain(text)]
    return next(iter(exact or alike), None)


class _StudentReader:
    """Reads the rows of one table for one school and one day, and remembers which rows claim which number."""

    def __init__(self, table: Table, today: date, grades: tuple[str, ...]) -> None:
        self.columns = table.columns
        self.grades = grades
        self.born = partial(born_of, today=today, counted_from=table.sheet.counted_from)
        self.rows_of: dict[str, list[int]] = {}

    def __call__(self, row: Row, remarks: Remarks) -> StudentRow:
        def read(name: str, reader: Reader[Value]) -> Value | None:
            return remarks.read(name, self.columns.cell(row, name), reader)

        grade_label, class_label = self._place(row, remarks)
        student = StudentRow(
            row=row.number,
            number=read("number", cells.number_of) or "",
            name=read("name", cells.name_of) or "",
            grade_label=grade_label,
            class_label=class_label,
            gender=read("gender", cells.gender_of),
            born=read("born", self.born),
            boarding=read("boarding", cells.answer_of),
            left_behind=read("left_behind", cells.answer_of),
            guardian=read("guardian", cells.guardian_of),
            relation=read("relation", cells.plain_text),
            phones=read("phones", cells.phones_of) or (),
            address=read("address", cells.plain_text),
        )
        if student.number:
            self.rows_of.setdefault(student.number, []).append(row.number)
        return student

    def _place(self, row: Row, remarks: Remarks) -> tuple[str, str]:
        grade, group = self.columns.cell(row, "grade"), self.columns.cell(row, "class")
        class_text = remarks.read("class", group, cells.label_of) or ""
        if not class_text and not remarks.has_fault("class"):
            remarks.fault("class", "missing_class", group)
        # 402 is class 2 of the fourth year, as doors and timetables write it.
        both = labels.split(class_text + "班" if len(class_text) == 3 and class_text.isdecimal() else class_text)
        grade_text = remarks.read("grade", grade, cells.label_of) or (both[0] if both else "")
        if not grade_text and not remarks.has_fault("grade"):
            remarks.fault("grade", "missing_grade", grade)
        own = known_grade(grade_text, self.grades) if grade_text else ""
        if own is None:
            remarks.fault("grade", "unknown_grade", grade if grade is not None else class_text)
        return own or "", both[1] if both else labels.class_label(class_text)


def _without_doubles(roster: Roster, rows_of: Mapping[str, list[int]]) -> Roster:
    """Keep out every row whose number another row has too: nobody but the school knows whose it is."""
    students = {student.row: student for student in roster.entries}
    bad = set(roster.bad_rows)
    faults: list[RowFault] = []
    notes: list[RowNote] = []
    for number, rows in rows_of.items():
        for row in rows[1:]:
            if _says_the_same(students.get(rows[0]), students.get(row)):
                del students[row]
                notes.append(RowNote(row, "number", "same_row", {"other": rows[0]}, found=shown(number)))
        claiming = [row for row in rows if row in students or row in bad]
        for row in claiming if len(claiming) > 1 else ():
            students.pop(row, None)
            other = claiming[0] if row != claiming[0] else claiming[1]
            faults.append(RowFault(row, "number", "duplicate_number", {"other": other}, found=shown(number)))
    return roster.with_remarks(tuple(students.values()), faults, notes)


def _says_the_same(one: StudentRow | None, other: StudentRow | None) -> bool:
    return one is not None and other is not None and replace(other, row=one.row) == one
