"""Signed notes (C2SP signed-note): text that people can read and print, with Ed25519 signatures below it."""

import base64
import binascii
import re
from collections.abc import Callable
from hashlib import sha256

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes, bytes], bool]
"""Takes public key, message, signature."""

ED25519 = b"\x01"
LONGEST_NOTE = 64 * 1024
MOST_SIGNATURES = 32
_SIGNATURE_LINE = re.compile("— ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class BadNote(ValueError):
    """Not a signed note, or not one signed by the expected key."""


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes by which a signature line says which key made it."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """Return a public key in the form that other readers of signed notes take."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def sign_note(text: str, *, name: str, public: bytes, sign: Sign) -> str:
    """Return the text, which must end its last line, with one signature below it."""
    if not is_key_name(name):
        raise BadNote("the name of the key")
    if not text.endswith("\n") or _CONTROL.search(text):
        raise BadNote("the text")
    signature = base64.b64encode(key_id(name, public) + sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def open_note(note: str, *, name: str, public: bytes, verify: Verify) -> str:
    """Return the text of a note once the expected key's signature holds; raises BadNote.

    Signatures of unknown keys are passed over, a wrong one of the expected key spoils the note.
    """
    text, signatures = split_note(note)
    ours = [rest for signer, key, rest in signatures if (signer, key) == (name, key_id(name, public))]
    if not ours:
        raise BadNote("not signed by the expected key")
    if not all(verify(public, text.encode(), signature) for signature in ours):
        raise BadNote("the signature is wrong")
    return text


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return text and signatures (name, key id, signature) of a note that nobody has verified yet."""
    if len(note) > LONGEST_NOTE or _CONTROL.search(note) or not note.endswith("\n"):
        raise BadNote("not a note")
    text, blank, below = note[:-1].rpartition("\n\n")
    lines = below.split("\n")
    if not blank or not text or len(lines) > MOST_SIGNATURES:
        raise BadNote("not a note")
    return text + "\n", [_signature(line) for line in lines]


def is_key_name(name: str) -> bool:
    """Say whether a signature line can carry this name: no space of any kind, no plus, not empty."""
    return bool(name) and "+" not in name and not re.search(r"\s", name) and not _CONTROL.search(name)


def decode64(text: str) -> bytes:
    """Decode strict standard Base64, in its one canonical spelling."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("not Base64") from None
    if base64.b64encode(decoded).decode() != text:
        raise BadNote("not Base64")
    return decoded


def _signature(line: str) -> tuple[str, bytes, bytes]:
    found = _SIGNATURE_LINE.fullmatch(line)
    if found is None or not is_key_name(found[1]):
        raise BadNote("a signature line")
    decoded = decode64(found[2])
    if len(decoded) < 5:
        raise BadNote("a signature line")
    return found[1], decoded[:4], decoded[4:]
