"""Whose rows were kept out: somebody in a row with a fault is not missing from the list."""

from collections.abc import Collection
from typing import Any

from app.directory.rosters import cells
from app.directory.rosters.columns import Table
from app.directory.rosters.remarks import CellFault


def numbers_kept_out(table: Table, bad_rows: Collection[int]) -> tuple[frozenset[str], bool]:
    """Return the numbers that stand in rows with faults, and whether some row's number cannot be read."""
    bad = set(bad_rows)
    numbers: set[str] = set()
    unreadable = False
    for row in table.rows:
        if row.number in bad:
            try:
                numbers.add(cells.number_of(table.columns.cell(row, "number"), _no_note))
            except CellFault:
                unreadable = True
    return frozenset(numbers), unreadable


def _no_note(_code: str, **_params: Any) -> None:
    """Say nothing: these rows have been remarked upon already."""
