"""One letter, once through: one spelling, signs, model, level, and why."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from app.escalation.levels import GRAVE, Level, rank
from app.letterbox.screening.features import Features, features, words_of
from app.letterbox.screening.finding import Hit, find_codes, find_signs
from app.letterbox.screening.marking import Mark, marks_of_features, marks_of_hits
from app.letterbox.screening.model import Model, model
from app.letterbox.screening.normalising import Normal, normalise, spelt_out, windows
from app.letterbox.screening.rules import Rules, rules
from app.letterbox.screening.weighing import level_of_signs

READS_LIKE, NOT_READABLE, TOO_LONG, NO_TIME = "reads_like", "not_readable", "too_long", "no_time"
_MOST_WINDOWS = 2
# Longer ones take their turn in each process, and wait for it no longer than these seconds.
_LONG, _PATIENCE = 3_000, 2.0
_turn = threading.BoundedSemaphore(1)
_STRONGEST = 40
_MOST_FAMILIES = 2
# In less than this many characters there is nothing to weigh: signs alone speak.
_LONG_ENOUGH = 2
# In so few characters, or half as many words, nearly anything reads a little like something grave.
_FEW, _WORD = 16, 2
_VERY_GRAVE, _GRAVE_WITH_A_HINT = -1.0, -4.0
# From so many words on, of which the model knows no more than this share, nobody has read the letter yet.
_WORDS_TO_JUDGE, _KNOWN_SHARE = 4, 0.5


@dataclass(frozen=True)
class Screening:
    """A suggestion and its grounds. It orders a queue and starts a clock; a person sets the level."""

    level: Level
    families: tuple[str, ...]
    marks: tuple[Mark, ...]
    reasons: tuple[str, ...]
    version: str


def recalled(kept: Mapping[str, Any]) -> Screening:
    """Return what screening found once, from what was kept of it."""
    marks = tuple(Mark(**mark) for mark in kept["marks"])
    return Screening(kept["level"], tuple(kept["families"]), marks, tuple(kept["reasons"]), kept["version"])


def screen(text: str) -> Screening:
    """Return what the screening suggests for a letter; any text has an answer.

    What grows beyond all letters when it is spelt out is read in windows, as far as there is time for it. What there
    was no time for is left to a person, the same day: nobody is refused, and nobody can keep the server busy with it.
    """
    if spelt_out(text) <= _LONG:
        return _screened(text)
    if not _turn.acquire(timeout=_PATIENCE):
        return Screening("R3", (), (), (NO_TIME,), _version())
    try:
        return _in_windows(text)
    finally:
        _turn.release()


def joined(letter: Screening, beside: Screening) -> Screening:
    """Return what was found in a letter and in words beside it; only the letter's own places are marked."""
    found = _together([letter, beside], whole=True)
    return replace(found, marks=letter.marks)


def _in_windows(text: str) -> Screening:
    spans = list(islice(windows(text), _MOST_WINDOWS + 1))
    found = [_moved(_screened(text[start:end]), start) for start, end in spans[:_MOST_WINDOWS]]
    return found[0] if len(spans) == 1 else _together(found, whole=len(spans) <= _MOST_WINDOWS)


def _moved(found: Screening, by: int) -> Screening:
    return replace(found, marks=tuple(Mark(mark.start + by, mark.end + by, mark.because) for mark in found.marks))


def _together(found: Sequence[Screening], *, whole: bool) -> Screening:
    """Return the gravest level of several windows with all grounds; what nobody has read to its end is a ground too."""
    reasons = [reason for one in found for reason in one.reasons] + ([] if whole else [TOO_LONG])
    return Screening(
        level=max(*(one.level for one in found), "R0" if whole else "R3", key=rank),
        families=tuple(dict.fromkeys(family for one in found for family in one.families)),
        marks=tuple(dict.fromkeys(mark for one in found for mark in one.marks)),
        reasons=tuple(dict.fromkeys(reasons)),
        version=found[0].version,
    )


def _screened(text: str) -> Screening:
    normal, book, weights = normalise(text), rules(), model()
    hits = find_signs(normal, book)
    found = features(text, normal, hits, book)
    return suggest(normal, hits, found, weights.scores(found))


def suggest(normal: Normal, hits: Sequence[Hit], found: Features, scores: Mapping[Level, float]) -> Screening:
    """Return the gravest level that signs, model or an unreadable spelling give, with all grounds for it."""
    book, weights = rules(), model()
    counting = [hit for hit in hits if not hit.guarded]
    aids = find_codes(normal.text, book.aids.items())
    by_signs = level_of_signs(counting, aids)
    if by_signs == "R3" and len(counting) == 1 and weights.is_everyday(scores):
        by_signs = "R2"
    by_model = level_by_model(normal, hits, scores)
    unread = not_readable(normal, weights)
    strongest = weights.strongest(found, "R3", _STRONGEST) if by_model in GRAVE else []
    reasons = dict.fromkeys(
        (
            *(hit.code for hit in counting),
            *(sorted(aids) if by_signs == "R4" else ()),
            *((READS_LIKE,) if by_model in GRAVE else ()),
            *((NOT_READABLE,) if unread else ()),
        )
    )
    return Screening(
        level=max(by_signs, by_model, "R3" if unread else "R0", key=rank),
        families=families_of(counting, strongest, book),
        marks=(*marks_of_hits(normal, counting), *marks_of_features(normal, strongest, book)),
        reasons=tuple(reasons),
        version=_version(),
    )


def _version() -> str:
    return f"{rules().version}/{model().made_from[:12]}"


def level_by_model(normal: Normal, hits: Sequence[Hit], scores: Mapping[Level, float]) -> Level:
    """Return what the model alone suggests: of a few plain words it has to be very sure."""
    if len(normal.text) < _LONG_ENOUGH:
        return "R0"
    level = model().level(scores)
    doubted = level in GRAVE and not hits and is_short(normal) and scores["R3"] < _enough_for_few(normal)
    return "R1" if doubted else level


def is_short(normal: Normal) -> bool:
    """Say whether a message is of a few words."""
    words = words_of(normal.text)
    return sum(map(str.isalnum, normal.text)) - sum(len(word) - _WORD for word in words) < _FEW


def _enough_for_few(normal: Normal) -> float:
    """Return the sum that a few words have to reach, less where one of them hints at danger."""
    return _GRAVE_WITH_A_HINT if find_codes(normal.text, rules().hints.items()) else _VERY_GRAVE


def families_of(hits: Iterable[Hit], strongest: Iterable[str], book: Rules) -> tuple[str, ...]:
    """Return the families of the signs and, where there are none, of the notions that spoke most."""
    named = dict.fromkeys(hit.family for hit in hits)
    if named:
        return tuple(named)
    notions = (name.removeprefix("notion ") for name in strongest if name.startswith("notion "))
    return tuple(dict.fromkeys(book.families[code] for code in notions if code in book.families))[:_MOST_FAMILIES]


def not_readable(normal: Normal, weights: Model) -> bool:
    """Say whether a letter is in words that the model has hardly ever seen: another language, pinyin, a cipher."""
    words = words_of(normal.text)
    known = sum(weights.knows(f"gram {word}") for word in words)
    return len(words) >= _WORDS_TO_JUDGE and known < _KNOWN_SHARE * len(words)
