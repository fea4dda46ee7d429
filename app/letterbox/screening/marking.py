"""Where in the original text something was found, so that a reader sees at once what the suggestion rests on."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from app.letterbox.screening.features import ENDINGS
from app.letterbox.screening.finding import Hit
from app.letterbox.screening.normalising import Normal
from app.letterbox.screening.rules import Rules

_MOST, _MOST_SIGNS = 4, 40


@dataclass(frozen=True)
class Mark:
    """A place in the original text, and the code of the sign or notion there, or `gram` for telling words."""

    start: int
    end: int
    because: str

    def meets(self, other: "Mark") -> bool:
        """Say whether two marks share a character."""
        return self.start < other.end and other.start < self.end


def marks_of_hits(normal: Normal, hits: Iterable[Hit]) -> tuple[Mark, ...]:
    """Return the places of signs, of very many the first."""
    return tuple(Mark(*normal.original(*hit.span), hit.code) for hit in islice(hits, _MOST_SIGNS))


def marks_of_features(normal: Normal, names: Iterable[str], book: Rules) -> tuple[Mark, ...]:
    """Return the places of the features that spoke most, the strongest first; those inside of others are left out."""
    marks: list[Mark] = []
    for name in names:
        place = _place(normal, name, book)
        if place is not None and not any(place.meets(mark) for mark in marks):
            marks.append(place)
        if len(marks) == _MOST:
            break
    return tuple(marks)


def _place(normal: Normal, name: str, book: Rules) -> Mark | None:
    group, _, rest = name.partition(" ")
    if group in ("notion", "closing"):
        patterns, because = book.notions[rest], rest
    elif group in PATTERNS and len(rest) > 1:
        patterns, because = (PATTERNS[group](rest),), "gram"
    else:
        return None
    found = next((found for pattern in patterns if (found := pattern.search(normal.text))), None)
    return Mark(*normal.original(*found.span()), because) if found else None


def _pattern_of_gram(gram: str) -> re.Pattern[str]:
    if gram.isascii() and not gram.isdigit():
        return _words(gram, "[ ，]+")
    return re.compile("，?".join(map(re.escape, gram)))


def _pattern_of_pair(pair: str) -> re.Pattern[str]:
    if " " not in pair:
        return re.compile("(?:，?[㐀-鿿0-9]){1,2}，?".join(pair))
    return _words(pair, "(?:[ ，]+[a-z0-9]+){1,2}[ ，]+")


def _words(words: str, between: str) -> re.Pattern[str]:
    """Return the pattern of stems one after the other, each with any of the endings that were taken from it."""
    endings = f"(?:{'|'.join(ENDINGS)})?"
    return re.compile(rf"(?<![a-z0-9]){between.join(word + endings for word in words.split())}(?![a-z0-9])")


def _pattern_of_piece(piece: str) -> re.Pattern[str]:
    """Return the pattern of the whole word that a piece stands in: half a word tells a reader nothing."""
    before, after = ("" if piece[0] == "_" else "[a-z0-9]*"), ("" if piece[-1] == "_" else "[a-z0-9]*")
    return re.compile(rf"(?<![a-z0-9]){before}{piece.strip('_')}{after}(?![a-z0-9])")


PATTERNS: Mapping[str, Callable[[str], re.Pattern[str]]] = {
    "gram": _pattern_of_gram,
    "ending": _pattern_of_gram,
    "trio": _pattern_of_gram,
    "denied": _pattern_of_gram,
    "apart": _pattern_of_pair,
    "piece": _pattern_of_piece,
}
