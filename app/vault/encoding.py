"""How values become bytes that mean one thing only, and how lengths are hidden."""

from struct import Struct
from uuid import UUID

from app.vault.errors import Damaged

Part = bytes | str | int | UUID | None

_HEAD = Struct(">cI")
_SMALLEST = 512
_MARK = b"\x80"


def lengths(*parts: Part) -> bytes:
    """Return an injective encoding: two different lists of parts never give the same bytes.

    Every part stands behind its type and its length, the whole behind the number of parts, so that
    neither a border nor a type can be shifted. Used for AAD, HPKE info and everything that is signed.
    """
    return b"".join((len(parts).to_bytes(2, "big"), *map(_frame, parts)))


def _frame(part: Part) -> bytes:
    if isinstance(part, str):
        tag, content = b"s", part.encode()
    elif isinstance(part, UUID):
        tag, content = b"u", part.int.to_bytes(16, "big")
    elif isinstance(part, bytes):
        tag, content = b"b", part
    elif part is None:
        tag, content = b"n", b""
    # True == 1 in Python: a bool would share its bytes with an int, so the caller has to choose.
    elif isinstance(part, int) and not isinstance(part, bool):
        tag, content = b"i", part.to_bytes(part.bit_length() // 8 + 1, "big", signed=True)
    else:
        raise TypeError(f"no encoding for {type(part).__name__}")
    return _HEAD.pack(tag, len(content)) + content


def bucket(size: int) -> int:
    """Return the smallest bucket (512 B, 1, 2, 4, 8 KiB and so on) that holds size bytes."""
    return max(_SMALLEST, 1 << (size - 1).bit_length()) if size else _SMALLEST


def pad(plain: bytes) -> bytes:
    """Return a text padded to its bucket, so that its sealed size says little about it."""
    return (plain + _MARK).ljust(bucket(len(plain) + 1), b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what was padded; anything that pad would not have made is Damaged."""
    size = padded.rfind(_MARK)
    zeros = len(padded) - size - 1
    if size < 0 or len(padded) != bucket(size + 1) or padded[size + 1 :] != bytes(zeros):
        raise Damaged()
    return padded[:size]


def padme(size: int) -> int:
    """Return the padded length of a file: at most 12 % more, and it tells O(log log size) bits.

    Padmé, from Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
    PURBs", PoPETs 2019. Anything below 512 bytes becomes 512.
    """
    if size <= _SMALLEST:
        return _SMALLEST
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask
