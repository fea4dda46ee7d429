"""Which rows of a table are entries; blank rows, totals, remarks and repeated headings are counted and passed over."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from app.directory.rosters.cells import text_of
from app.directory.rosters.columns import ColumnMap, Table, bare
from app.directory.rosters.remarks import Remarks, RowFault, RowNote
from app.directory.rosters.sheets import Row

Entry = TypeVar("Entry")

_SUMMARY = re.compile("合计|总计|小计|共计|总人数|人数|平均|备注|说明|注:|制表|填表|审核|total|sum|subtotal|note")
# A summary fills a cell or three; an entry fills more.
_SUMMARY_CELLS = 3


@dataclass(frozen=True)
class Understood(Generic[Entry]):
    """What a list gave: its entries, the faults that keep rows out, notes, and how many rows were no entries."""

    entries: tuple[Entry, ...]
    faults: tuple[RowFault, ...]
    notes: tuple[RowNote, ...]
    blank: int = 0
    summaries: int = 0

    @property
    def bad_rows(self) -> tuple[int, ...]:
        """The numbers of the rows that have faults, each once."""
        return tuple(sorted({fault.row for fault in self.faults}))

    def with_remarks(
        self, entries: tuple[Entry, ...], faults: list[RowFault], notes: list[RowNote]
    ) -> "Understood[Entry]":
        """Return the list with these entries and further remarks, in the order of the rows."""
        return replace(
            self,
            entries=entries,
            faults=tuple(sorted((*self.faults, *faults), key=lambda fault: fault.row)),
            notes=tuple(sorted((*self.notes, *notes), key=lambda note: note.row)),
        )


def understand(table: Table, read: Callable[[Row, Remarks], Entry]) -> Understood[Entry]:
    """Read every entry of a table; one with a fault is named and left out; raises ColumnsMissing."""
    table.demand_columns()
    blank = summaries = 0
    entries: list[Entry] = []
    faults: list[RowFault] = []
    notes: list[RowNote] = []
    for row in table.rows:
        if all(text_of(row.cell(index)) == "" for index in table.columns.recognised):
            blank += 1
        elif is_summary(row, table.columns):
            summaries += 1
        else:
            remarks = Remarks(row.number)
            entry = read(row, remarks)
            if not remarks.faults:
                entries.append(entry)
            faults += remarks.faults
            notes += remarks.notes
    return Understood(tuple(entries), tuple(faults), tuple(notes), blank, summaries)


def is_summary(row: Row, columns: ColumnMap) -> bool:
    """Say whether a row is a total, a remark, or the headings once more, as printed lists have them."""
    filled = [text for cell in row.cells if (text := text_of(cell))]
    if len(filled) <= _SUMMARY_CELLS and any(_SUMMARY.match(text.replace(" ", "").lower()) for text in filled[:2]):
        return True
    return all(
        bare(row.cell(column.index)) == bare(columns.headings[column.index]) for column in columns.columns.values()
    )
