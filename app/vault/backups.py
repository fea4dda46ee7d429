"""Backups sealed under a passphrase that people keep, or to a public key whose private half is elsewhere.

    magic 4 | kind 1 | under a passphrase: memory, iterations, lanes 4 each, salt 16
                     | to a recipient: X25519 public key 32, length 2, HPKE-wrapped key
then the stream (see streams), whose AAD is all of that.
"""

import secrets
from collections.abc import Iterator
from struct import Struct
from typing import IO
from uuid import UUID

from app.vault import suites
from app.vault.encoding import lengths
from app.vault.errors import Damaged
from app.vault.keypairs import KeyPair, PublicPair
from app.vault.passwords import PASSWORDS, KdfCost, stretch
from app.vault.streams import open_stream, seal_stream

_MAGIC = b"XB01"
_UNDER_PASSPHRASE = Struct(">4scIII16s")
_TO_RECIPIENT = Struct(">4sc32sH")
# A backup comes from outside: its header may not make the machine work for more than this.
_DEAREST = KdfCost(memory_kib=1024 * 1024, iterations=16, lanes=8)


def seal_backup(
    to: str | PublicPair, source: IO[bytes], sink: IO[bytes], *, cost: KdfCost = PASSWORDS
) -> None:
    """Seal a backup under a passphrase, or to a public pair so that no secret is needed to make it."""
    key, opening = _under_passphrase(to, cost) if isinstance(to, str) else _to_recipient(to)
    sink.write(opening)
    seal_stream(key, _key_id(opening), 1, source, sink, opening)


def open_backup(by: str | KeyPair, source: IO[bytes]) -> Iterator[bytes]:
    """Return a backup's bytes; raises Damaged for another passphrase or pair, and for any changed bit."""
    structure = _UNDER_PASSPHRASE if isinstance(by, str) else _TO_RECIPIENT
    opening = source.read(structure.size)
    if len(opening) != structure.size or opening[:5] != _MAGIC + _kind(by):
        raise Damaged()
    if isinstance(by, str):
        key = _key_from_passphrase(by, opening)
    else:
        opening += source.read(_TO_RECIPIENT.unpack(opening)[3])
        key = _key_from_pair(by, opening)
    return open_stream(key, _key_id(opening), 1, source, opening)


def _kind(by: str | KeyPair) -> bytes:
    return b"p" if isinstance(by, str) else b"r"


def _under_passphrase(passphrase: str, cost: KdfCost) -> tuple[bytes, bytes]:
    salt = secrets.token_bytes(16)
    opening = _UNDER_PASSPHRASE.pack(_MAGIC, b"p", cost.memory_kib, cost.iterations, cost.lanes, salt)
    return _key_from_passphrase(passphrase, opening), opening


def _key_from_passphrase(passphrase: str, opening: bytes) -> bytes:
    _, _, memory_kib, iterations, lanes, salt = _UNDER_PASSPHRASE.unpack(opening)
    cost = KdfCost(memory_kib, iterations, lanes)
    if not cost.within(_DEAREST):
        raise Damaged()
    return stretch(passphrase, salt, b"", b"xinxia/1/backup", cost).kek


def _to_recipient(public: PublicPair) -> tuple[bytes, bytes]:
    key = secrets.token_bytes(32)
    wrapped = suites.wrap(public.kem, key, _recipient_info(public.kem))
    return key, _TO_RECIPIENT.pack(_MAGIC, b"r", public.kem, len(wrapped)) + wrapped


def _key_from_pair(pair: KeyPair, opening: bytes) -> bytes:
    return pair.unwrap(opening[_TO_RECIPIENT.size :], _recipient_info(pair.kem_public))


def _recipient_info(kem_public: bytes) -> bytes:
    return lengths("xinxia/1/backup", suites.CURRENT, kem_public)


def _key_id(opening: bytes) -> UUID:
    """Every backup has a key of its own; the last 16 bytes of its opening (salt or wrap) name it."""
    return UUID(bytes=opening[-16:])
