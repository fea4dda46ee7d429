"""A date however it was typed: as a date, as Excel's day count, as text in the ways of schools."""

import re
from datetime import date, timedelta

from app.directory.rosters.cells import RUNS, harmless
from app.directory.rosters.remarks import CellFault, Note
from app.directory.rosters.sheets import EXCEL_EPOCH, Cell

_DATE = re.compile(
    r"(\d{4})(?:年(\d{1,2})月(\d{1,2})[日号]?|([-/.])(\d{1,2})\4(\d{1,2})|(\d{2})(\d{2}))"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_DATE_BLANK = re.compile(r"\s+(?=[年月日号])|(?<=[年月])\s+")
# Day counts from 1954 to 2064: longer ago is nobody's birthday, and 20180917 is a date written in one.
_SERIALS = range(20_000, 60_000)
_OLDEST_STUDENT = 30


def date_of(cell: Cell, note: Note, *, counted_from: date = EXCEL_EPOCH) -> date | None:
    """Return a date from a date cell, a day count or text as 2018-9-3, 20180903, 2018年9月3日."""
    if isinstance(cell, date):
        return cell
    text = _DATE_BLANK.sub("", harmless(cell, RUNS))
    if not text:
        return None
    if text.isdecimal() and int(text) in _SERIALS:
        found = counted_from + timedelta(days=int(text))
        note("serial_date", date=found.isoformat())
        return found
    if not (written := _DATE.fullmatch(text)):
        raise CellFault("date_unreadable")
    year, month, day = (int(part) for part in written.groups() if part and part.isdecimal())
    try:
        return date(year, month, day)
    except ValueError:
        raise CellFault("date_impossible") from None


def born_of(cell: Cell, note: Note, *, today: date, counted_from: date = EXCEL_EPOCH) -> date | None:
    """Return a date of birth that a student may have."""
    born = date_of(cell, note, counted_from=counted_from)
    if born and not (today.year - _OLDEST_STUDENT <= born.year and born < today):
        raise CellFault("date_unlikely")
    return born
