"""What a single cell says, however it was typed: names, numbers, telephones, yes and no."""

import re
import unicodedata
from collections.abc import Mapping

from app.directory.rosters.remarks import CellFault, Note
from app.directory.rosters.sheets import Cell, Formula

LONGEST_NAME = 60
LONGEST_TEXT = 200
LONGEST_LABEL = 20

NOTHING = frozenset(
    {"-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "未填", "不详", "n/a", "na", "null", "none"}
)
_YES = frozenset({"是", "有", "√", "✓", "✔", "住宿", "寄宿", "住校", "留守", "y", "yes", "true", "1"})
_NO = frozenset({"否", "无", "没有", "不是", "×", "✗", "走读", "不住宿", "非留守", "x", "n", "no", "false", "0"})
_GENDERS = {
    "male": ("男", "男性", "男生", "m", "male", "boy", "1"),
    "female": ("女", "女性", "女生", "f", "female", "girl", "2"),
}
_GENDER_OF = {word: gender for gender, words in _GENDERS.items() for word in words}

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")
# OWASP, CSV Injection: what a spreadsheet would run. A telephone number may begin with a plus.
RUNS = ("=", "+", "-", "@")
_DOTS = str.maketrans({dot: "·" for dot in "•‧∙・⋅"})
_HAN = "[·〇々\u2e80-\u2fff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_HAN_BLANK = re.compile(f"(?<={_HAN}) +| +(?={_HAN})")
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{0,39}")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_FIXED = re.compile(r"(?:0\d{2,3})?[2-8]\d{6,7}(?:转\d{1,5})?|400\d{7}|\+\d{8,15}")
_BETWEEN_PHONES = re.compile(r"[/、,;|\n]|或|\s{1,}")


def text_of(cell: Cell) -> str:
    """Return a cell as one line of plain text: NFKC, nothing invisible, blanks single."""
    if isinstance(cell, str):
        text = cell if cell.isascii() else _INVISIBLE.sub("", unicodedata.normalize("NFKC", cell))
        return " ".join(_CONTROL.sub(" ", text).split())
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def harmless(cell: Cell, runs: tuple[str, ...], keep: frozenset[str] = frozenset()) -> str:
    """Return a cell's text, empty where it says nothing; raises for a formula and for what looks like code."""
    if isinstance(cell, Formula):
        raise CellFault("formula")
    # An apostrophe in front is how a spreadsheet keeps text from running, and how our own exports do.
    text = text_of(cell).removeprefix("'").lstrip()
    if text.lower() in NOTHING and text.lower() not in keep:
        return ""
    if isinstance(cell, str) and text.startswith(runs):
        raise CellFault("formula")
    if "<" in text or ">" in text:
        raise CellFault("markup")
    return text


def plain_text(cell: Cell, note: Note) -> str | None:
    """Return text that neither runs nor marks up anything, None for an empty cell."""
    text = harmless(cell, RUNS)
    if len(text) > LONGEST_TEXT:
        raise CellFault("too_long")
    return text or None


def name_of(cell: Cell, note: Note) -> str:
    """Return a person's name: Chinese ones without blanks, others with single ones."""
    text = harmless(cell, RUNS)
    if not text:
        raise CellFault("missing_name")
    name = _HAN_BLANK.sub("", text).translate(_DOTS)
    if len(name) > LONGEST_NAME:
        raise CellFault("too_long")
    if not all(_in_names(character) for character in name) or not any(map(str.isalpha, name)):
        raise CellFault("unreadable_name")
    if len(name) < len(text):
        note("blanks_removed")
    return name


def guardian_of(cell: Cell, note: Note) -> str | None:
    """Return the guardian's name, or names, as they were written."""
    text = plain_text(cell, note)
    return _HAN_BLANK.sub("", text).translate(_DOTS) if text else None


def number_of(cell: Cell, note: Note) -> str:
    """Return a student's or a staff number in capitals; raises for one that Excel has rounded to 15 digits."""
    text = harmless(cell, ("=", "+", "@"))
    if not text:
        raise CellFault("missing_number")
    if (isinstance(cell, float | int) and abs(cell) >= 10**15) or re.fullmatch(r"\d(\.\d+)?E\+\d+", text.upper()):
        raise CellFault("rounded_number")
    number = text.replace(" ", "").upper()
    if not _NUMBER.fullmatch(number):
        raise CellFault("unreadable_number")
    if isinstance(cell, str) and number != cell.strip().lstrip("'").upper():
        note("number_cleaned")
    return number


def label_of(cell: Cell, note: Note) -> str | None:
    """Return the name of a grade or class as it was written."""
    text = plain_text(cell, note)
    if text and len(text) > LONGEST_LABEL:
        raise CellFault("too_long")
    return text


def gender_of(cell: Cell, note: Note) -> str | None:
    """Return male, female or None for an empty cell."""
    return _one_of(_GENDER_OF, cell, "unknown_gender")


def answer_of(cell: Cell, note: Note) -> bool | None:
    """Return yes or no, None for an empty cell."""
    if isinstance(cell, bool):
        return cell
    text = harmless(cell, ("=",), keep=_NO).lower()
    if not text:
        return None
    if text not in _YES | _NO:
        raise CellFault("unknown_answer")
    return text in _YES


def phones_of(cell: Cell, note: Note) -> tuple[str, ...]:
    """Return the telephone numbers of a cell; 无 is a fact and gives none, what is no number raises."""
    text = harmless(cell, ("=", "@"))
    if not text:
        if cell is not None and text_of(cell):
            note("no_phone")
        return ()
    whole = _phone(text)
    parts = [whole] if whole else [_phone(part) for part in _BETWEEN_PHONES.split(text) if part.strip()]
    if not parts or None in parts:
        raise CellFault("unreadable_phone")
    phones = tuple(dict.fromkeys(part for part in parts if part))
    if len(phones) > 1:
        note("two_phones")
    return phones


def mail_of(cell: Cell, note: Note) -> str | None:
    """Return a mail address in lower case, None for an empty cell."""
    text = harmless(cell, RUNS)
    if text and not _MAIL.fullmatch(text):
        raise CellFault("unreadable_mail")
    return text.lower() or None


def _one_of(known: Mapping[str, str], cell: Cell, code: str) -> str | None:
    text = harmless(cell, RUNS).lower()
    if text and text not in known:
        raise CellFault(code)
    return known[text] if text else None


def _in_names(character: str) -> bool:
    # The youngest characters of the CJK extensions are unknown to this Python's tables, and still somebody's name.
    young = "\U00020000" <= character <= "\U0003ffff"
    return young or unicodedata.category(character)[0] in "LM" or character.isdecimal() or character in "· -'’.()〇"


def _phone(text: str) -> str | None:
    digits = re.sub(r"[\s()-]", "", text)
    if found := _MOBILE.fullmatch(digits):
        return found[1]
    return digits if _FIXED.fullmatch(digits) else None
