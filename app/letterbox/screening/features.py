"""What the model is shown of a letter: its characters and words, the notions in it, its signs and marks."""

import re
from collections.abc import Iterable, Mapping
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
_ENDINGS, _SHORTEST_STEM = ("ing", "ed", "es", "s"), 3
_LONGEST_GRAM, _MOST_WORDS = 3, 2
# A text in letters has a word at least every so many characters.
_LONG_WORDS = 12
_MARKS = str.maketrans("！？～“”「」", '!?~""""')
_TELLING_MARKS = '!?~"《😂🙏'
# How much a group weighs against the others, found by leaving out one writer after the other.
_GRAMS, _LAST_GRAMS, _NOTIONS, _SIGNS = 8.0, 1.75, 0.65, 1.3


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
    return found | _shared("gram", normal.text, _GRAMS) | _shared("ending", last, _LAST_GRAMS)


def _last_sentence(text: str) -> str:
    """Return where a letter comes to its point: what is told gravely and ends in laughter was a story."""
    return next((text[start:end] for start, end in reversed(sentences(text))), "")


def _shared(group: str, text: str, weight: float) -> dict[str, float]:
    """Return the runs of a text; many share one weight, so that a long letter does not shout."""
    found = {f"{group} {gram}" for gram in grams(text)}
    return dict.fromkeys(found, weight / sqrt(len(found) or 1))


def grams(text: str) -> Iterable[str]:
    """Return the runs of up to three characters and of up to two words, none across the end of a sentence."""
    for start, end in sentences(text):
        sentence = text[start:end]
        for run in _RUN.findall(sentence.replace("，", "")):
            yield from _runs(run, _LONGEST_GRAM)
        yield from map(" ".join, _runs([stem(word) for word in _WORD.findall(sentence)], _MOST_WORDS))


def stem(word: str) -> str:
    """Return a word without its commonest ending: enough for `hits` and `hitting` to meet."""
    ending = next((end for end in _ENDINGS if word.endswith(end) and len(word) >= len(end) + _SHORTEST_STEM), "")
    return word[: len(word) - len(ending)] if ending else word


def words_of(text: str) -> list[str]:
    """Return the words of a normalised text that are spelt in letters."""
    return [word for word in _WORD.findall(text) if not word.isdigit()]


def _runs(whole: Run, longest: int) -> Iterable[Run]:
    return (whole[start : start + size] for size in range(1, longest + 1) for start in range(len(whole) - size + 1))
