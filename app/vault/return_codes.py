"""The code that leads a child back to a letter: twenty digits or six words, which a typing error never passes.

18 random digits and two check digits (ISO 7064, MOD 97-10): every wrong digit and every swap of two neighbours is
noticed before anything slow is done. The same 18 digits are six words of the lists that colleagues compare by.
"""

import secrets
import unicodedata

from app.core.words import N_
from app.vault.codes import word_list
from app.vault.errors import MistypedCode

_DIGITS = 18
_MOST = 10**_DIGITS
_WORDS, _BITS = 6, 10
_LANGUAGES = ("zh", "en")


class MistypedReturnCode(MistypedCode):
    """A return code is not as it was written down; which of its digits is wrong cannot be told."""

    words = N_("Please compare the code: something is missing, or is not as it was written down.")


def new_return_code() -> str:
    """Return a random code of twenty digits, the last two of which check the others."""
    return _with_check(secrets.randbelow(_MOST))


def in_groups(code: str) -> str:
    """Return a code as it is shown and printed, in groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def in_words(code: str, language: str) -> list[str]:
    """Return the six words that stand for a code."""
    words, value = word_list(language), int(code[:_DIGITS])
    return [words[value >> _BITS * (_WORDS - 1 - place) & len(words) - 1] for place in range(_WORDS)]


def read_return_code(text: str) -> str:
    """Return the twenty digits of a code typed as digits or as words; width, case, spaces and marks do not matter.

    Raises MistypedReturnCode, which costs nothing: nothing was looked for yet.
    """
    typed = unicodedata.normalize("NFKC", text).casefold()
    signs = "".join(sign if sign.isalnum() else " " for sign in typed)
    bare = "".join(signs.split())
    code = bare if bare.isdigit() and bare.isascii() else _from_words(signs.split(), bare)
    if code is None or len(code) != _DIGITS + 2 or int(code) % 97 != 1:
        raise MistypedReturnCode()
    return code


def _with_check(value: int) -> str:
    return f"{value:0{_DIGITS}}{98 - value * 100 % 97:02}"


def _from_words(parted: list[str], bare: str) -> str | None:
    pairs = [bare[at : at + 2] for at in range(0, len(bare), 2)]
    for language, typed in zip(_LANGUAGES, (pairs, parted), strict=True):
        words = word_list(language)
        if len(typed) == _WORDS and set(typed) <= set(words):
            value = 0
            for word in typed:
                value = value << _BITS | words.index(word)
            return _with_check(value) if value < _MOST else None
    return None
