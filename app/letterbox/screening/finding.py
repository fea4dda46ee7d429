"""What of the rules stands in a letter: signs with their places, and which of them a guard explains away."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.escalation.levels import Level
from app.letterbox.screening.normalising import Normal
from app.letterbox.screening.phrases import sentences
from app.letterbox.screening.rules import Rules

Span = tuple[int, int]


@dataclass(frozen=True)
class Hit:
    """A sign in a letter: where in the normalised text, and whether everyday speech explains it."""

    code: str
    family: str
    level: Level
    span: Span
    guarded: bool = False


def find_signs(normal: Normal, rules: Rules) -> list[Hit]:
    """Return the signs in order of their place. Signs of two families are never explained away."""
    hits = sorted(
        (
            Hit(sign.code, sign.family, sign.level, found.span(), False)
            for sign in rules.signs
            for found in _everywhere(sign.patterns, normal.text)
        ),
        key=lambda hit: hit.span,
    )
    if len({hit.family for hit in hits}) != 1:
        return hits
    guarded = list(_guarded_spans(normal.text, rules))
    return [
        Hit(hit.code, hit.family, hit.level, hit.span, any(_meet(hit.span, span) for span in guarded)) for hit in hits
    ]


def find_codes(text: str, lists: Iterable[tuple[str, tuple[re.Pattern[str], ...]]]) -> set[str]:
    """Return the codes of the lists of which something stands in a text."""
    return {code for code, patterns in lists if any(pattern.search(text) for pattern in patterns)}


def _everywhere(patterns: Iterable[re.Pattern[str]], text: str) -> Iterable[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(text)


def _guarded_spans(text: str, rules: Rules) -> Iterable[Span]:
    for guard in rules.guards:
        for found in guard.pattern.finditer(text):
            yield _sentence_around(found.span(), text) if guard.topic else found.span()


def _sentence_around(span: Span, text: str) -> Span:
    return next((sentence for sentence in sentences(text) if _meet(sentence, span)), span)


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
