"""What of the rules stands in a letter: signs with their places, and which of them a guard explains away."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
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
    guarded = _merged(_guarded_spans(normal.text, rules))
    return [Hit(hit.code, hit.family, hit.level, hit.span, _meets_one(hit.span, guarded)) for hit in hits]


def find_codes(text: str, lists: Iterable[tuple[str, tuple[re.Pattern[str], ...]]]) -> set[str]:
    """Return the codes of the lists of which something stands in a text."""
    return {code for code, patterns in lists if any(pattern.search(text) for pattern in patterns)}


def _everywhere(patterns: Iterable[re.Pattern[str]], text: str) -> Iterable[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(text)


def _guarded_spans(text: str, rules: Rules) -> Iterable[Span]:
    whole = sentences(text)
    for guard in rules.guards:
        for found in guard.pattern.finditer(text):
            yield _sentence_around(found.span(), whole) if guard.topic else found.span()


def _sentence_around(span: Span, whole: Sequence[Span]) -> Span:
    place = bisect_right(whole, span[0], key=_end)
    return whole[place] if place < len(whole) and whole[place][0] < span[1] else span


# A letter may say the same thing ten thousand times: whoever compares each with each needs a minute for it.
def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same spans in their order, those that touch made one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart


def _meets_one(span: Span, apart: Sequence[Span]) -> bool:
    place = bisect_left(apart, span[1], key=_start)
    return place > 0 and apart[place - 1][1] > span[0]


def _start(span: Span) -> int:
    return span[0]


def _end(span: Span) -> int:
    return span[1]
