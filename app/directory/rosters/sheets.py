"""What a spreadsheet is to us: sheets of rows of plain cells, and the ways in which a file can fail to be one."""

from dataclasses import dataclass, field
from datetime import date

from app.core.errors import Invalid, TooLarge
from app.core.words import N_

MAX_BYTES = 10 * 2**20
MAX_ROWS = 20_000
MAX_COLUMNS = 100
# A list ends where so many rows in a row are empty: formatted but empty rows run on to the million.
LAST_GAP = 1_000
# Excel's day 0, off by one because 1900 had no 29 February; workbooks of old Macs count from 1904.
EXCEL_EPOCH = date(1899, 12, 30)


class Formula(str):
    """The text of a formula: kept to be named, never computed."""

    __slots__ = ()


Cell = str | int | float | bool | date | Formula | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number as the spreadsheet shows it, counted from 1."""

    number: int
    cells: tuple[Cell, ...] = field(repr=False)

    def cell(self, index: int | None) -> Cell:
        """Return a cell; what lies beyond the row's end is empty."""
        return self.cells[index] if index is not None and index < len(self.cells) else None

    @property
    def blank(self) -> bool:
        """Whether nothing stands in the row."""
        return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet; a text file is a single sheet. `counted_from` is day 0 of its date numbers."""

    title: str = field(repr=False)
    rows: tuple[Row, ...]
    counted_from: date = EXCEL_EPOCH


class NotASpreadsheet(Invalid):
    """The content is neither an .xlsx workbook nor a text table, whatever the file's name says."""

    words = N_("This file is neither an Excel workbook (.xlsx) nor a text table (.csv), or it is damaged.")


class OldWorkbook(NotASpreadsheet):
    """An .xls of before 2007, or a workbook locked with a password: the two share a container."""

    words = N_(
        "This is an Excel file of the old kind (.xls), or one locked with a password. "
        "Save it as .xlsx without a password and choose it again."
    )


class SavedWebPage(NotASpreadsheet):
    """Many school systems export a web page under an .xls name."""

    words = N_("This is a web page with a spreadsheet's name. Open it in Excel or WPS, save it as .xlsx and try again.")


class UnknownEncoding(NotASpreadsheet):
    """A text that is written neither in UTF-8 nor in GB18030."""

    words = N_("The characters of this file cannot be read. Save it as CSV UTF-8 or as .xlsx.")


class UnevenQuotes(NotASpreadsheet):
    """A quotation mark in a text table has no partner, so that the rows behind it would be swallowed."""

    words = N_("A quotation mark near row %(row)s has no partner. Correct it, or save the list as .xlsx.")


class EmptyFile(NotASpreadsheet):
    """There is nothing in it."""

    words = N_("This file is empty.")


class FileTooLarge(TooLarge):
    """More bytes than a school's list can need, packed or unpacked."""

    words = N_("This file is larger than a list of students can be (%(megabytes)s MB at most).")


class TooManyRows(TooLarge):
    """More rows than any school has people."""

    words = N_("This file has more than %(rows)s rows.")


class TooManyColumns(TooLarge):
    """More columns than a list needs."""

    words = N_("This file has more than %(columns)s columns.")
