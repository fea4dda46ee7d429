"""The lists of rules/*.toml, both languages together, made into patterns once; their version stays with the letter."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.escalation.levels import Level
from app.letterbox.screening.phrases import pattern_of, split

FOLDER = Path(__file__).with_name("rules")
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Sign:
    """Words that are grave by themselves, with the level that they give alone."""

    code: str
    family: str
    level: Level
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Guard:
    """An everyday way of speaking; one with a topic speaks for its whole sentence, others for their own words."""

    code: str
    topic: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Rules:
    """Everything that the screening listens for."""

    version: str
    signs: tuple[Sign, ...]
    guards: tuple[Guard, ...]
    aids: Mapping[str, tuple[re.Pattern[str], ...]]
    notions: Mapping[str, tuple[re.Pattern[str], ...]]
    families: Mapping[str, str]
    hints: Mapping[str, tuple[re.Pattern[str], ...]]


@cache
def rules() -> Rules:
    """Return the rules as the files have them."""
    books = [tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES]
    notions = {code: _patterns(book["notions"][code] for book in books) for code in _codes(books, "notions")}
    hints = [code for book in books for code in split(book.get("hints", {}).get("codes", ""))]
    return Rules(
        version="+".join(dict.fromkeys(book["version"] for book in books)),
        signs=tuple(_sign(code, [book for book in books if code in book["signs"]]) for code in _codes(books, "signs")),
        guards=tuple(
            Guard(code, guard.get("topic", False), pattern_of(split(guard["phrases"])))
            for book in books
            for code, guard in book["guards"].items()
        ),
        aids={code: _patterns(book["aids"][code]["phrases"] for book in books) for code in _codes(books, "aids")},
        notions=notions,
        families={code: family for book in books for code, family in book.get("families", {}).items()},
        hints={code: notions[code] for code in hints},
    )


def _codes(books: Iterable[Mapping[str, Any]], part: str) -> list[str]:
    return list(dict.fromkeys(code for book in books for code in book[part]))


def _sign(code: str, books: list[Mapping[str, Any]]) -> Sign:
    first = books[0]["signs"][code]
    patterns = tuple(pattern_of(split(book["signs"][code]["phrases"]), book["alikes"]) for book in books)
    return Sign(code, first["family"], first["level"], patterns)


def _patterns(lists: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(pattern_of(split(phrases)) for phrases in lists)
