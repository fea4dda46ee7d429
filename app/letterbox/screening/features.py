"""What the model is shown of a letter: its characters and words, the notions in it, its signs and marks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import log2, sqrt
from typing import TypeVar

from app.letterbox.screening.finding import Hit, find_codes
from app.letterbox.screening.normalising import Normal
from app.letterbox.screening.phrases import sentences
from app.letterbox.screening.rules import Rules

Features = Mapping[str, float]
Run = TypeVar("Run", str, list[str])
_RUN = re.compile(r"[㐀-鿿0-9]+")
_WORD = re.compile(r"[a-z0-9]+")
_CLAUSE_ENDS = re.compile("[，。]")
ENDINGS, _SHORTEST_STEM = ("ing", "ed", "es", "s"), 3
_LONGEST_GRAM, _MOST_WORDS = 3, 2
# A text in letters has a word at least every so many characters.
_LONG_WORDS = 12
_MARKS = str.maketrans("！？～“”「」", '!?~""""')
_TELLING_MARKS = '!?~"《😂🙏'
_NEGATIONS = re.compile(
    "no|not|never|none|nothing|nobody|without|can(?:no)?t|(?:do|does|did|is|was|wo|have|has|would|could)nt"
)
_GAPS, _PIECES = (2, 3), (4, 5)
# How much a group weighs against the others, found by leaving out one writer after the other.
_GRAMS, _LAST_GRAMS, _NOTIONS, _SIGNS = 8.0, 1.75, 0.65, 1.3
_WIDER, _DENIED = 4.0, 3.0


def features(text: str, normal: Normal, hits: Iterable[Hit], rules: Rules) -> Features:
    """Return the features of a letter by name; the same at training and at reading."""
    found = {f"sign {hit.code}{' guarded' if hit.guarded else ''}": _SIGNS for hit in hits}
    found |= {f"alone {hit.level}": _SIGNS for hit in hits if not hit.guarded}
    found |= dict.fromkeys((f"aid {code}" for code in find_codes(normal.text, rules.aids.items())), _NOTIONS)
    found |= dict.fromkeys((f"mark {mark}" for mark in set(text.translate(_MARKS)) & set(_TELLING_MARKS)), _NOTIONS)
    found[f"length {int(log2(len(normal.text) + 1))}"] = _NOTIONS
    in_letters = len(words_of(normal.text)) * _LONG_WORDS > len(normal.text)
    found[f"script {'letters' if in_letters else 'characters'}"] = _NOTIONS
    found |= dict.fromkeys((f"notion {code}" for code in find_codes(normal.text, rules.notions.items())), _NOTIONS)
    last = _last_sentence(normal.text)
    found |= dict.fromkeys((f"closing {code}" for code in find_codes(last, rules.notions.items())), _NOTIONS)
    found |= _shared("gram", grams(normal.text), _GRAMS) | _shared("ending", grams(last), _LAST_GRAMS)
    found |= _shared("apart", pairs_apart(normal.text), _WIDER)
    return found | _of_words(normal.text)


def _of_words(text: str) -> dict[str, float]:
    """Return what is told of words spelt in letters by two neighbours, by their pieces, and by what denies them."""
    words = set(_WORD.findall(text))
    return (
        _shared("trio", trios(text), _WIDER)
        | _shared("piece", (piece for word in words for piece in pieces(word)), _WIDER)
        | _shared("denied", denied(text), _DENIED)
    )


def _last_sentence(text: str) -> str:
    """Return where a letter comes to its point: what is told gravely and ends in laughter was a story."""
    return next((text[start:end] for start, end in reversed(sentences(text))), "")


def _shared(group: str, names: Iterable[str], weight: float) -> dict[str, float]:
    """Return the names with their weight; many share one, so that a long letter does not shout."""
    found = {f"{group} {name}" for name in names}
    return dict.fromkeys(found, weight / sqrt(len(found) or 1))


def pairs_apart(text: str) -> Iterable[str]:
    """Return the pairs of characters, and of words, with one or two between them in their sentence."""
    for start, end in sentences(text):
        for run in _RUN.findall(text[start:end].replace("，", "")):
            yield from map("".join, _apart(run))
        yield from map(" ".join, _apart(_stems(text[start:end])))


def _apart(whole: Sequence[str]) -> Iterable[tuple[str, str]]:
    return (pair for gap in _GAPS for pair in zip(whole, whole[gap:], strict=False))


def trios(text: str) -> Iterable[str]:
    """Return the runs of three words, none across the end of a sentence."""
    for start, end in sentences(text):
        words = _stems(text[start:end])
        yield from map(" ".join, zip(words, words[1:], words[2:], strict=False))


def _stems(text: str) -> list[str]:
    return [stem(word) for word in _WORD.findall(text)]


def pieces(word: str) -> Iterable[str]:
    """Return the pieces of a word, its ends marked: what is misspelt or put into another form shares most of them."""
    whole = f"_{word}_"
    return (whole[start : start + size] for size in _PIECES for start in range(len(whole) - size + 1))


def denied(text: str) -> Iterable[str]:
    """Return the words that follow a denying one in its clause: what somebody does not do reads otherwise."""
    for clause in _CLAUSE_ENDS.split(text):
        words = _WORD.findall(clause)
        first = next((place for place, word in enumerate(words) if _NEGATIONS.fullmatch(word)), len(words))
        yield from map(stem, words[first + 1 :])


def grams(text: str) -> Iterable[str]:
    """Return the runs of up to three characters and of up to two words, none across the end of a sentence."""
    for start, end in sentences(text):
        sentence = text[start:end]
        for run in _RUN.findall(sentence.replace("，", "")):
            yield from _runs(run, _LONGEST_GRAM)
        yield from map(" ".join, _runs(_stems(sentence), _MOST_WORDS))


def stem(word: str) -> str:
    """Return a word without its commonest ending: enough for `hits` and `hitting` to meet."""
    ending = next((end for end in ENDINGS if word.endswith(end) and len(word) >= len(end) + _SHORTEST_STEM), "")
    return word[: len(word) - len(ending)] if ending else word


def words_of(text: str) -> list[str]:
    """Return the words of a normalised text that are spelt in letters."""
    return [word for word in _WORD.findall(text) if not word.isdigit()]


def _runs(whole: Run, longest: int) -> Iterable[Run]:
    return (whole[start : start + size] for size in range(1, longest + 1) for start in range(len(whole) - size + 1))
