"""From a file's bytes to plain rows; what kind of file it is, its content says, not its name."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from app.directory.rosters.sheets import (
    LAST_GAP,
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    EmptyFile,
    FileTooLarge,
    NotASpreadsheet,
    OldWorkbook,
    Row,
    SavedWebPage,
    Sheet,
    TooManyColumns,
    TooManyRows,
    UnevenQuotes,
    UnknownEncoding,
)
from app.directory.rosters.workbooks import open_workbook

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SEPARATORS = ",\t;|"


def read(content: bytes) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook or text table; raises NotASpreadsheet, FileTooLarge and their kind, no other."""
    if len(content) > MAX_BYTES:
        raise FileTooLarge(megabytes=MAX_BYTES // 2**20)
    if not content.strip():
        raise EmptyFile
    if content.startswith(_OLE):
        raise OldWorkbook
    if content.startswith(_ZIP):
        return open_workbook(content, gather)
    return (Sheet("", gather(_cells_of(_text_of(content)))),)


def gather(rows: Iterable[Sequence[Cell]]) -> tuple[Row, ...]:
    """Number the rows, drop the empty ones at the end, and stop at the limits."""
    gathered: list[Row] = []
    last = 0
    for number, cells in enumerate(rows, start=1):
        row = Row(number, tuple(cells))
        if not row.blank:
            last = number
            if row.cell(MAX_COLUMNS) is not None:
                raise TooManyColumns(columns=MAX_COLUMNS)
        if last > MAX_ROWS:
            raise TooManyRows(rows=MAX_ROWS)
        if number - last > LAST_GAP:
            break
        gathered.append(row)
    return tuple(gathered[:last])


def _text_of(content: bytes) -> str:
    if content.lstrip()[:1] == b"<":
        raise SavedWebPage
    try:
        text = _decoded(content).rstrip("\x1a")
    except UnicodeDecodeError:
        raise UnknownEncoding from None
    if _NO_TEXT.search(text):
        raise NotASpreadsheet
    return text


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _cells_of(text: str) -> Iterator[list[Cell]]:
    head = text[:4096]
    separator = max(_SEPARATORS, key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            row = next(lines, None)
        except csv.Error:
            raise UnevenQuotes(row=number + 1) from None
        if row is None:
            return
        number += 1
        yield [cell or None for cell in row]
