"""What leaves for a spreadsheet is made inert, so that no cell becomes a formula on the reader's machine."""

from typing import TypeVar

Value = TypeVar("Value")

# OWASP, CSV Injection; ASVS 5.0 V1.2.10. The full-width signs are read as plain ones by East Asian editions.
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BLANKS = " \u00a0\u3000"


def neutralise(cell: Value) -> Value | str:
    """Return the cell with an apostrophe before any text a spreadsheet would run; numbers stay numbers."""
    if isinstance(cell, str) and (cell.lstrip(_BLANKS).startswith(TRIGGERS)):
        return "'" + cell
    return cell
