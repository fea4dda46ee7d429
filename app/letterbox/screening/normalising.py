"""One spelling for what a child may write in many: width, traditional characters, split words, digits in words."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_TRADITIONAL = Path(__file__).with_name("rules") / "traditional.txt"
_STOPS = "。！？…!?\n"
_COMMAS = "，；：、,;:"
# Set by hand, not as Unicode has them: an apostrophe is left out because children leave it out.
_SILENT = "'’‘`´"
_LOOKS_LIKE = str.maketrans("013457@$", "oieastas")

_DISGUISED = re.compile(r"(?<=[a-z])[013457@$]+(?=[a-z])")
_FULL_STOP = re.compile(r"(?<=[a-z0-9])\.(?= |$)")
_SPLIT_CHARACTERS = re.compile(r"(?<=[㐀-鿿])[ .@$]+(?=[㐀-鿿])")
_SPELT_OUT = re.compile(r"(?<![a-z0-9])[a-z](?:[ .]+[a-z]){2,}(?![a-z0-9])")
_BLANK = re.compile(r"[ .@$]+")
_IDLE_SPACES = re.compile(r"(?:^|(?<=[。，])) +| +(?=[ 。，]|$)")
_DRAWN_OUT = re.compile(r"(?<=([a-z]))(?:\1{2,})")
_DOUBLED = "ls"
_WINDOW, _OVERLAP = 20_000, 200


@dataclass(frozen=True)
class Normal:
    """A text in the one spelling, and for each of its characters the place in the original that it came from."""

    text: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that a span of this text came from, without blanks at its ends."""
        while self.text[start] == " ":
            start += 1
        while self.text[end - 1] == " ":
            end -= 1
        return self.places[start], self.places[end - 1] + 1


def normalise(text: str) -> Normal:
    """Return a text in small letters and simplified characters, with `。` and `，` as its only marks; never fails."""
    parts = [(part, place) for place, character in enumerate(text) for part in _parts(character)]
    normal = Normal("".join(part for part, _ in parts), tuple(place for _, place in parts))
    normal = _exchanged(normal, _DISGUISED, lambda found: found.translate(_LOOKS_LIKE))
    normal = _exchanged(normal, _FULL_STOP, lambda found: "。")
    normal = _without(normal, _SPLIT_CHARACTERS, lambda found: found)
    normal = _without(normal, _SPELT_OUT, lambda found: " .")
    normal = _exchanged(normal, _BLANK, lambda found: " " * len(found))
    normal = _without(normal, _IDLE_SPACES, lambda found: found)
    return _shortened(normal)


def spelt_out(text: str) -> int:
    """Return how long a text is at most in the one spelling: what is dropped later counts too."""
    return sum(len(_parts(character)) for character in text)


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Return spans that together are the text, none of more than 20,000 characters once it is in the one spelling.

    One sign may stand for eighteen others (U+FDFA). Each span begins a little before the end of the one before it, so
    that nothing is cut in two.
    """
    start = length = 0
    for place, character in enumerate(text):
        length += len(_parts(character))
        if length > _WINDOW:
            yield start, place
            start = place - _OVERLAP
            length = sum(len(_parts(one)) for one in text[start : place + 1])
    yield start, len(text)


# Not without end: letters in every character there is would fill the memory of the server.
@lru_cache(maxsize=20_000)
def _parts(character: str) -> str:
    """Return what one character stands for: letters, a mark, a dot for other signs, a space, or nothing."""
    if character in _STOPS:
        return "。"
    if character in _COMMAS:
        return "，"
    spelt = unicodedata.normalize("NFKD", character).casefold()
    return "".join(map(_part, spelt))


def _part(part: str) -> str:
    kind = unicodedata.category(part)
    if part in _SILENT or kind in ("Mn", "Me", "Cf"):
        return ""
    if kind[0] in "LN" or part in "@$":
        return _simplified().get(part, part)
    return "." if kind[0] == "P" else " "


@cache
def _simplified() -> dict[str, str]:
    rows = [row for row in _TRADITIONAL.read_text("utf-8").splitlines() if not row.startswith("#")]
    pairs = zip("".join(rows[::2]), "".join(rows[1::2]), strict=True)
    return dict(pairs)


def _exchanged(normal: Normal, pattern: re.Pattern[str], other: Callable[[str], str]) -> Normal:
    """Return the text with what the pattern finds exchanged for something of the same length."""
    return Normal(pattern.sub(lambda found: other(found[0]), normal.text), normal.places)


def _without(normal: Normal, pattern: re.Pattern[str], dropped: Callable[[str], str]) -> Normal:
    """Return the text with some characters dropped inside of what the pattern finds."""
    gone = {
        place
        for found in pattern.finditer(normal.text)
        for place in range(*found.span())
        if normal.text[place] in dropped(found[0])
    }
    return _leaving_out(normal, gone)


def _shortened(normal: Normal) -> Normal:
    """Return the text with letters that are drawn out (`dieeee`) written once, or twice where words have them twice."""
    gone = {
        place
        for found in _DRAWN_OUT.finditer(normal.text)
        for place in range(found.start() + (found[1] in _DOUBLED), found.end())
    }
    return _leaving_out(normal, gone)


def _leaving_out(normal: Normal, gone: set[int]) -> Normal:
    if not gone:
        return normal
    kept = [place for place in range(len(normal.text)) if place not in gone]
    return Normal("".join(normal.text[place] for place in kept), tuple(normal.places[place] for place in kept))
