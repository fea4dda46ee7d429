"""One record sealed under one key: an envelope that names its key and opens in no other place.

    magic 2 | version 1 | suite 1 | key id 16 | epoch 4 | salt 16 | commitment 32 | nonce 12 | text, tag 16

The first 24 bytes are its header. Header and AAD go into the derivation of the record's own key and into
the AEAD, so that an envelope commits to its key and to its place.
"""

import hmac
import os
from dataclasses import dataclass
from struct import Struct
from uuid import UUID

from cryptography.exceptions import InvalidTag

from app.vault.encoding import pad, unpad
from app.vault.errors import Damaged
from app.vault.suites import CURRENT, committing_key

_MAGIC = b"XE"
_VERSION = 1
_HEADER = Struct(">2sBB16sI")
_SALT, _COMMITMENT, _NONCE, _CIPHERTEXT = _HEADER.size, 40, 72, 84
_SHORTEST = _CIPHERTEXT + 512 + 16
_PURPOSE = b"xinxia/1/envelope"


@dataclass(frozen=True)
class Header:
    """What an envelope says about itself; not yet authenticated."""

    suite: int
    key_id: UUID
    epoch: int


def seal(key: bytes, key_id: UUID, epoch: int, plain: bytes, aad: bytes) -> bytes:
    """Return plain, padded and sealed under a fresh subkey of a 32-byte key, bound to aad."""
    header = _HEADER.pack(_MAGIC, _VERSION, CURRENT, key_id.bytes, epoch)
    random = os.urandom(28)
    salt, nonce = random[:16], random[16:]
    bound = header + aad
    cipher, commitment = committing_key(key, salt, _PURPOSE + bound, CURRENT)
    return b"".join((header, salt, commitment, nonce, cipher.encrypt(nonce, pad(plain), bound)))


def unseal(key: bytes, key_id: UUID, epoch: int, envelope: bytes, aad: bytes) -> bytes:
    """Return what was sealed; raises Damaged unless key, key id, epoch, aad and every bit are as then."""
    if len(envelope) < _SHORTEST:
        raise Damaged()
    header, suite = envelope[:_SALT], envelope[3]
    if header != _HEADER.pack(_MAGIC, _VERSION, suite, key_id.bytes, epoch):
        raise Damaged()
    bound = header + aad
    cipher, commitment = committing_key(key, envelope[_SALT:_COMMITMENT], _PURPOSE + bound, suite)
    if not hmac.compare_digest(commitment, envelope[_COMMITMENT:_NONCE]):
        raise Damaged()
    try:
        padded = cipher.decrypt(envelope[_NONCE:_CIPHERTEXT], envelope[_CIPHERTEXT:], bound)
    except InvalidTag:
        raise Damaged() from None
    return unpad(padded)


def header(envelope: bytes) -> Header:
    """Return which key an envelope asks for, without opening it; raises Damaged."""
    if len(envelope) < _SHORTEST:
        raise Damaged()
    magic, version, suite, key_id, epoch = _HEADER.unpack_from(envelope)
    if magic != _MAGIC or version != _VERSION:
        raise Damaged()
    return Header(suite, UUID(bytes=key_id), epoch)
