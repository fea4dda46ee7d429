"""What is said about a row: faults keep it out, notes tell how it was read; neither sentence quotes the row."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.core.words import N_
from app.directory.rosters.sheets import Cell

Value = TypeVar("Value")

FAULTS = {
    "missing_name": N_("The name is missing."),
    "missing_number": N_("The number is missing."),
    "missing_grade": N_("The grade is missing."),
    "missing_class": N_("The class is missing."),
    "missing_organisation": N_("The organisation is missing."),
    "missing_post": N_("The post is missing."),
    "formula": N_("This is a formula, or begins like one (= + - @). Nothing was computed; write the value itself."),
    "markup": N_("There are signs of program code (< or >). Write plain text."),
    "unreadable_name": N_("The name has signs that names do not have, or characters that were lost in an export."),
    "too_long": N_("The text is too long for this column."),
    "unreadable_number": N_("The number may hold letters, digits and hyphens only."),
    "rounded_number": N_("The spreadsheet has rounded this number. Format the column as text and enter it again."),
    "duplicate_number": N_("Row %(other)s has the same number. It belongs to one of the two only."),
    "date_impossible": N_("This date does not exist."),
    "date_unreadable": N_("This date cannot be read. Write it like 2018-09-03."),
    "date_unlikely": N_("This cannot be the date of birth of a student."),
    "unknown_grade": N_("The school has no such grade."),
    "unknown_gender": N_("The gender cannot be read. Write 男 or 女, or leave the cell empty."),
    "unknown_answer": N_("Write 是 or 否, or leave the cell empty."),
    "unreadable_phone": N_("This is not a telephone number. Write several with a slash between them."),
    "unknown_post": N_("There is no such post."),
    "unknown_organisation": N_("There is no such organisation in the district."),
    "post_elsewhere": N_("An organisation of this kind has no such post."),
    "other_person": N_("This number belongs to somebody at another organisation under another name."),
    "foreign_organisation": N_("This row is about another organisation. Only rows about your own are imported."),
    "unreadable_mail": N_("This is not a mail address."),
    "other_name": N_("Row %(other)s gives this number to another name."),
}

NOTES = {
    "blanks_removed": N_("Blanks inside the name were removed."),
    "number_cleaned": N_("Full-width characters and blanks in the number were made plain."),
    "serial_date": N_("The date was a day count and was read as %(date)s."),
    "no_phone": N_("There is no telephone number for the guardian."),
    "two_phones": N_("Several telephone numbers were read from one cell."),
    "same_row": N_("The row says the same as row %(other)s and was taken once."),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about one cell: row and field by name, `found` what stood there, for the importer's eyes alone."""

    row: int
    field: str
    code: str
    params: dict[str, Any]
    found: str = dataclasses.field(default="", repr=False, kw_only=True)


class RowFault(Remark):
    """Why a row is not imported."""

    __slots__ = ()

    @property
    def words(self) -> str:
        """The sentence, to be translated and filled with `params`."""
        return FAULTS[self.code]


class RowNote(Remark):
    """How a row was read that could have been read otherwise."""

    __slots__ = ()

    @property
    def words(self) -> str:
        """The sentence, to be translated and filled with `params`."""
        return NOTES[self.code]


class CellFault(Exception):
    """A cell that cannot be read, by the code of its sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


Note = Callable[..., None]
Reader = Callable[[Cell, Note], Value]


class Remarks:
    """Collects what is to be said about the cells of one row."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.faults: list[RowFault] = []
        self.notes: list[RowNote] = []

    def read(self, name: str, cell: Cell, reader: Reader[Value]) -> Value | None:
        """Return what the reader makes of a cell; a fault is collected and gives None."""

        def note(code: str, **params: Any) -> None:
            self.notes.append(RowNote(self.row, name, code, params, found=shown(cell)))

        try:
            return reader(cell, note)
        except CellFault as fault:
            self.fault(name, fault.code, cell, **fault.params)
            return None

    def fault(self, name: str, code: str, cell: Cell = None, **params: Any) -> None:
        """Say why the row cannot be imported."""
        self.faults.append(RowFault(self.row, name, code, params, found=shown(cell)))

    def has_fault(self, name: str) -> bool:
        """Say whether a field of the row has a fault already."""
        return any(fault.field == name for fault in self.faults)


def shown(cell: Cell) -> str:
    """Return a cell as short text, to be shown beside its remark and nowhere else."""
    text = "" if cell is None else " ".join(str(cell).split())
    return text if len(text) <= 60 else text[:59] + "…"
