"""The small language of the lists: a phrase as a counsellor writes it becomes a pattern over normalised text."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from pypinyin import lazy_pinyin

from app.letterbox.screening.normalising import normalise

Alikes = Mapping[str, str]
NOTHING_ALIKE: Alikes = {}
_GAP_SIGN = "…"
_TOKEN = re.compile(r"…|\(|\)\??|\||.")
_CJK = re.compile(r"[㐀-鿿]")
# Up to five words in the same clause.
_GAP = "(?:\\s[^\\s，。]+){0,5}?\\s"
_EDGE = "(?<![a-z0-9])", "(?![a-z0-9])"
# A four that counts something is a number and not a word that sounds like it.
_NUMBER = "(?<![0-9]){}(?![0-9年月日天点个次岁号班元块分楼层节本页题人小周种条遍度])"


def split(phrases: str) -> list[str]:
    """Return the single phrases of a list."""
    return [phrase for part in phrases.replace("\n", " ").split(",") if (phrase := part.strip())]


def pattern_of(phrases: Iterable[str], alikes: Alikes | None = None) -> re.Pattern[str]:
    """Return the pattern of a list; with `alikes` it also finds phrases that are spelt by sound or split by marks."""
    found = [one for phrase in phrases for one in _spellings(phrase, alikes)]
    return re.compile("|".join(sorted(found, key=len, reverse=True)))


def _spellings(phrase: str, alikes: Alikes | None) -> Iterable[str]:
    if not _CJK.search(phrase):
        yield _words(phrase, " ?" if alikes is not None else " ")
        return
    yield _characters(phrase, alikes or NOTHING_ALIKE)
    if alikes is not None and _CJK.fullmatch(phrase[0]) and len(_CJK.findall(phrase)) == len(phrase) > 1:
        yield "[，。]".join(phrase)
        yield " ?".join(lazy_pinyin(phrase)).join(_EDGE)


def _characters(phrase: str, alikes: Alikes) -> str:
    """Return the pattern of a Chinese phrase: its characters one after the other, each in all its spellings."""
    written = []
    for token in _TOKEN.findall(phrase):
        if token in _GAP_SIGN:
            written.append("[^，。]{0,8}?")
        elif token[0] in "()|":
            written.append(token.replace("(", "(?:"))
        else:
            written.append(_character(token, alikes))
    return "".join(written)


def _character(character: str, alikes: Alikes) -> str:
    others = alikes.get(character, "").split()
    if not others:
        return re.escape(normalise(character).text or character)
    spelt = [_NUMBER.format(one) if one.isdigit() else one for one in others if not one.isalpha() or not one.isascii()]
    latin = [f" ?(?<![a-z]){one}(?![a-z]) ?" for one in others if one.isascii() and one.isalpha()]
    return f"(?:{'|'.join([character, *spelt, *latin])})"


def _words(phrase: str, blank: str) -> str:
    """Return the pattern of an English phrase: whole words, `word*` for all that begin so."""
    plain = phrase.lower().replace("'", "").replace("…", " … ")
    parts = [_word(part) for part in re.split(r"(\(|\)\??|\||\*| )", " ".join(plain.split())) if part]
    text = blank.join(_GAP.join("".join(parts).split(" … ")).split(" "))
    return text.join(_EDGE)


def _word(part: str) -> str:
    return {"(": "(?:", "*": "[a-z]*"}.get(part, part)


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a normalised text."""
    ends = [-1, *(place for place, mark in enumerate(text) if mark == "。"), len(text)]
    return [(start + 1, end) for start, end in pairwise(ends) if end > start + 1]
