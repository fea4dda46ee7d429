"""Codes that people type, cards in two halves, and words that people compare face to face."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.words import N_
from app.vault.encoding import lengths
from app.vault.errors import MistypedCode

RECOVERY_BITS = 130
INVITATION_BITS = 128
# Recorded beside an index: another way to normalise needs another number and a new index.
NORMALISER = 1

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {symbol: value for value, symbol in enumerate(_ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_IGNORED = set(" \t\r\n-_.,·—–‐‑−、。・")
_GROUP = 5
_GROUP_BITS = 20
_MOST_GROUPS = 16


class MistypedGroup(MistypedCode):
    """One group of a code, counted from one, has a wrong symbol."""

    words = N_("Group %(group)s of the code is not as printed. Please compare it letter by letter.")


def new_code(bits: int = RECOVERY_BITS) -> str:
    """Return a random code of at least so many bits, in groups of four symbols and a check symbol."""
    groups = -(-bits // _GROUP_BITS)
    return write_code(secrets.randbits(groups * _GROUP_BITS).to_bytes(_size(groups), "big"))


def write_code(secret: bytes) -> str:
    """Return bytes that read_code gave (or a join of two such) as the text to print."""
    groups = len(secret) * 8 // _GROUP_BITS
    value = int.from_bytes(secret, "big")
    if not 1 <= groups <= _MOST_GROUPS or _size(groups) != len(secret) or value >> groups * _GROUP_BITS:
        raise ValueError("a code has 20 bits a group and at most 16 groups")
    parts = [value >> _GROUP_BITS * (groups - 1 - index) & (1 << _GROUP_BITS) - 1 for index in range(groups)]
    return "-".join(_write_group(part, _tweak(index, groups)) for index, part in enumerate(parts))


def read_code(text: str) -> bytes:
    """Return the bytes of a code; case, width, spaces and hyphens do not matter, I and L are 1, O is 0.

    Raises MistypedCode. One wrong symbol, two swapped in a group, a group left out, repeated or at another
    place are always noticed.
    """
    typed = [symbol for symbol in unicodedata.normalize("NFKC", text).upper() if symbol not in _IGNORED]
    groups = [typed[start : start + _GROUP] for start in range(0, len(typed), _GROUP)]
    value = 0
    for index, group in enumerate(groups):
        if any(symbol not in _VALUES for symbol in group):
            raise MistypedGroup(group=index + 1)
        if len(group) < _GROUP or index >= _MOST_GROUPS:
            raise MistypedCode()
        symbols = [_VALUES[symbol] for symbol in group]
        if _residue(symbols) != _tweak(index, len(groups)):
            raise _reason(symbols, index, len(groups))
        for symbol in symbols[:-1]:
            value = value << 5 | symbol
    if not groups:
        raise MistypedCode()
    return value.to_bytes(_size(len(groups)), "big")


def derive(code: bytes, label: str, length: int) -> bytes:
    """Return key bytes for one purpose from a code (or key) that is itself too random to be guessed."""
    return HKDF(hashes.SHA256(), length, None, b"xinxia/1/" + label.encode()).derive(code)


def split(secret: bytes) -> tuple[bytes, bytes]:
    """Return two halves of a secret; either alone is random and says nothing."""
    one = secrets.token_bytes(len(secret))
    return one, join(one, secret)


def join(one: bytes, other: bytes) -> bytes:
    """Return the secret of two halves (their XOR)."""
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def new_card(bits: int = RECOVERY_BITS) -> tuple[str, str]:
    """Return the two halves of a recovery card as they are printed: two codes whose join is the secret."""
    return new_code(bits), new_code(bits)


def read_card(one: str, other: str) -> bytes:
    """Return the secret of a card from both halves in any order; one half twice is a MistypedCode."""
    first, second = read_code(one), read_code(other)
    if len(first) != len(second) or hmac.compare_digest(first, second):
        raise MistypedCode()
    return join(first, second)


def words6(public: bytes, language: str = "zh") -> list[str]:
    """Return six words that stand for public keys (60 bits), for two people to compare face to face."""
    words = word_list(language)
    value = int.from_bytes(hashlib.sha256(lengths("xinxia/1/words", public)).digest()[:8], "big")
    bits = len(words).bit_length() - 1
    return [words[value >> 64 - bits * (place + 1) & len(words) - 1] for place in range(6)]


def keyed_index(key: bytes, text: str) -> bytes:
    """Return a blind index: the same for texts that differ only in width, case and spaces."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hmac.digest(key, lengths(NORMALISER, plain), "sha256")


def _size(groups: int) -> int:
    return -(-groups * _GROUP_BITS // 8)


def _write_group(value: int, tweak: int) -> str:
    symbols = [value >> 15, value >> 10 & 31, value >> 5 & 31, value & 31]
    symbols.append(_residue([*symbols, 0]) ^ tweak)
    return "".join(_ALPHABET[symbol] for symbol in symbols)


def _residue(symbols: Sequence[int]) -> int:
    """The check sum over GF(32): each place has its own weight, so one error or one swap always shows."""
    total = 0
    for symbol in symbols:
        total = (total << 1 ^ (0b100101 if total & 16 else 0)) ^ symbol
    return total


def _tweak(index: int, groups: int) -> int:
    """What a group's check sum must be: tells its place, and whether it is the last."""
    return index + _MOST_GROUPS * (index == groups - 1)


def _reason(symbols: Sequence[int], index: int, groups: int) -> MistypedCode:
    """Tell a code that was cut off, or continued, after a right group from a mistyped group."""
    elsewhere = index + _MOST_GROUPS * (index != groups - 1)
    return MistypedCode() if _residue(symbols) == elsewhere else MistypedGroup(group=index + 1)


@cache
def word_list(language: str) -> list[str]:
    """Return 1,024 plain words of which no two sound or look alike."""
    name = "words_zh.txt" if language.startswith("zh") else "words_en.txt"
    return (Path(__file__).parent / name).read_text("utf-8").split()
