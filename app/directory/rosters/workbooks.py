"""From an .xlsx to plain rows: weighed before it is unpacked, and no formula, link or entity is ever followed."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from openpyxl import load_workbook

from app.core.archives import is_moderate, is_plainly_packed
from app.core.errors import Refusal
from app.directory.rosters.sheets import (
    LAST_GAP,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    FileTooLarge,
    Formula,
    NotASpreadsheet,
    Row,
    Sheet,
)

MAX_UNPACKED = 40 * 2**20
MAX_PARTS = 1_000
MAX_SHEETS = 100
# Parts other than sheets and their strings are read whole, so they must be small.
MAX_SIDE_PART = 4 * 2**20
_ENCRYPTED = 0x1

Gather = Callable[[Iterable[Sequence[Cell]]], tuple[Row, ...]]


def open_workbook(content: bytes, gather: Gather) -> tuple[Sheet, ...]:
    """Return the visible sheets; formulas come as Formula text, never as a computed value."""
    if not is_moderate(BytesIO(content), most_parts=MAX_PARTS):
        raise NotASpreadsheet
    try:
        with ZipFile(BytesIO(content)) as archive:
            _weigh(archive.infolist())
            for part in archive.infolist():
                _refuse_doctype(archive, part)
        return tuple(_sheets(content, gather))
    except Refusal:
        raise
    except Exception:
        # openpyxl meets a damaged part with whatever Python raises there: a dozen kinds, all meaning the same.
        raise NotASpreadsheet from None


def _weigh(parts: Sequence[ZipInfo]) -> None:
    # zipfile never unpacks more of a part than the directory says, so these sums bound what follows.
    if len(parts) > MAX_PARTS or not is_plainly_packed(parts) or any(part.flag_bits & _ENCRYPTED for part in parts):
        raise NotASpreadsheet
    side_parts = [part for part in parts if not part.filename.startswith(("xl/worksheets/", "xl/sharedStrings"))]
    if sum(part.file_size for part in parts) > MAX_UNPACKED or any(
        part.file_size > MAX_SIDE_PART for part in side_parts if part.filename.endswith((".xml", ".rels"))
    ):
        raise FileTooLarge(megabytes=MAX_UNPACKED // 2**20)


class _RootReached(Exception):
    """The prolog is over; a document type could only have stood there."""


def _refuse_doctype(archive: ZipFile, part: ZipInfo) -> None:
    # The standard library's parser fetches no external entity but would expand internal ones (billion laughs).
    # A package may hold no document type at all (ECMA-376 part 2), so the first sign of one is enough.
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _doctype_found
    parser.StartElementHandler = _root_reached
    with archive.open(part) as source:
        try:
            while chunk := source.read(4096):
                parser.Parse(chunk)
        except (_RootReached, expat.ExpatError):
            return


def _doctype_found(*_: Any) -> None:
    raise NotASpreadsheet


def _root_reached(*_: Any) -> None:
    raise _RootReached


def _sheets(content: bytes, gather: Gather) -> Iterator[Sheet]:
    with warnings.catch_warnings():
        # Its warnings quote cells, and they would end up in the log.
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets[:MAX_SHEETS]:
            if sheet.sheet_state == "visible":
                yield Sheet(sheet.title, gather(_rows(sheet)), book.epoch.date())
        book.close()


def _rows(sheet: Any) -> Iterator[list[Cell]]:
    # The dimension a file declares is often wrong (A1 alone), and rows may claim any number: we count ourselves.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1)
    for row in islice(rows, MAX_ROWS + LAST_GAP + 1):
        yield _trimmed([_plain(cell) if cell.value is not None else None for cell in row])


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _plain(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        return Formula(value if isinstance(value, str) else getattr(value, "text", None) or "=")
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str | bool | int | float | date):
        return value
    return str(value)
