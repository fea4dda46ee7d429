"""Which row holds the headings and which column holds what: recognised by name, and corrected by the person."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal

from app.core.errors import Invalid
from app.core.words import N_
from app.directory.rosters.fields import Field
from app.directory.rosters.sheets import Cell, NotASpreadsheet, Row, Sheet

Confidence = Literal["certain", "likely", "chosen"]

# Titles, notes and legends stand above the headings, never more than this many rows of them.
SEARCHED_ROWS = 30
_SIGNS = re.compile(r"\([^)]*\)|【[^】]*】|\[[^\]]*\]|[\s*:_\-./、,'’?]+")
# A heading that merely contains a known one is not ours when it speaks of somebody else.
_OTHERS = re.compile("父|母|班主任|教师|老师|紧急|身份证|证件|原|曾用|拼音")


class NoHeader(NotASpreadsheet):
    """No row names at least two of the columns that are looked for."""

    words = N_("No row with headings was found. The list needs columns such as student number, name and class.")


class ColumnUnclear(Invalid):
    """A correction names a column that is not there, or gives two facts the same column."""

    words = N_("Two facts cannot come from the same column. Choose another column for one of them.")


class ColumnsMissing(Invalid):
    """A fact without which no row can be understood has no column; `fields` name which."""

    words = N_("The list cannot be understood yet: choose the columns that are still missing.")

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(errors={name: [N_("Choose the column that holds this.")] for name in fields})
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its index, and how sure we are of what it holds."""

    index: int
    confidence: Confidence


@dataclass(frozen=True)
class ColumnMap:
    """Which column holds which fact; `headings` are those of every column, for choosing another."""

    fields: tuple[Field, ...]
    headings: tuple[str, ...]
    columns: Mapping[str, Column]

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The required facts that have no column yet."""
        return tuple(one.name for one in self.fields if one.required and one.name not in self.columns)

    @cached_property
    def recognised(self) -> frozenset[int]:
        """The indices of the columns that are read."""
        return frozenset(column.index for column in self.columns.values())

    def cell(self, row: Row, name: str) -> Cell:
        """Return what a row holds of a fact; empty where the fact has no column."""
        column = self.columns.get(name)
        return row.cell(column.index) if column else None

    def corrected(self, choices: Mapping[str, int | None]) -> "ColumnMap":
        """Return the map as a person chose it; None says that no column holds the fact."""
        names = {one.name for one in self.fields}
        if not choices.keys() <= names or any(
            index is not None and not 0 <= index < len(self.headings) for index in choices.values()
        ):
            raise ColumnUnclear
        columns = {name: column for name, column in self.columns.items() if name not in choices}
        for name, index in choices.items():
            before = self.columns.get(name)
            if index is not None:
                columns[name] = before if before and before.index == index else Column(index, "chosen")
        if len({column.index for column in columns.values()}) < len(columns):
            raise ColumnUnclear
        return replace(self, columns=columns)


@dataclass(frozen=True)
class Table:
    """A sheet's list below its headings; `other_sheets` are lists of the same workbook that are not read."""

    columns: ColumnMap
    rows: tuple[Row, ...]
    sheet: Sheet
    other_sheets: int = 0

    def corrected(self, choices: Mapping[str, int | None]) -> "Table":
        """Return the table read by the columns that a person chose."""
        return replace(self, columns=self.columns.corrected(choices))

    def demand_columns(self) -> None:
        """Raise ColumnsMissing unless every required fact has a column."""
        if self.columns.missing:
            raise ColumnsMissing(self.columns.missing)


def find_table(sheets: Sequence[Sheet], fields: tuple[Field, ...]) -> Table:
    """Return the first sheet's table that has headings; raises NoHeader."""
    tables = [table for table in (_table_of(sheet, fields) for sheet in sheets) if table]
    if not tables:
        raise NoHeader
    return replace(tables[0], other_sheets=len(tables) - 1)


def bare(heading: Cell) -> str:
    """Return a heading without width, case, blanks, signs and remarks in brackets."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", str(heading or "")).lower())


def _table_of(sheet: Sheet, fields: tuple[Field, ...]) -> Table | None:
    best: Table | None = None
    for headings, first in _candidates(sheet.rows[:SEARCHED_ROWS]):
        columns = _recognise(headings, fields)
        if len(columns) >= 2 and (best is None or len(columns) > len(best.columns.columns)):
            best = Table(ColumnMap(fields, headings, columns), sheet.rows[first:], sheet)
    return best


def _candidates(rows: Sequence[Row]) -> Iterator[tuple[tuple[str, ...], int]]:
    # Single rows first: a heading over two rows (监护人 above 姓名, 电话) must recognise more to be preferred.
    for index, row in enumerate(rows):
        yield tuple(_shown(cell) for cell in row.cells), index + 1
    for index, (above, below) in enumerate(pairwise(rows)):
        yield _joined(above, below), index + 2


def _joined(above: Row, below: Row) -> tuple[str, ...]:
    joined, group = [], ""
    for index in range(max(len(above.cells), len(below.cells))):
        own, under = _shown(above.cell(index)), _shown(below.cell(index))
        group = own or (group if under else "")
        joined.append(group + under)
    return tuple(joined)


def _shown(cell: Cell) -> str:
    return " ".join(str(cell).split())[:60] if cell is not None else ""


def _recognise(headings: Sequence[str], fields: tuple[Field, ...]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    plain = [bare(heading) for heading in headings]
    for one in fields:
        if (index := next((i for i, text in enumerate(plain) if text in one.headings), None)) is not None:
            found[one.name] = Column(index, "certain")
    taken = {column.index for column in found.values()}
    for index, text in enumerate(plain):
        name = _likely(text, fields) if index not in taken else None
        if name and name not in found:
            found[name] = Column(index, "likely")
    return found


def _likely(text: str, fields: tuple[Field, ...]) -> str | None:
    if _OTHERS.search(text) or len(text) > 20:
        return None
    inside = [
        (len(heading), one.name)
        for one in fields
        for heading in one.headings
        if len(heading) > 1 and not heading.isascii() and (text.startswith(heading) or text.endswith(heading))
    ]
    return max(inside)[1] if inside else None
