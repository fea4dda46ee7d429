"""Files sealed piece by piece, so that nothing plain touches the disk and no unauthenticated byte goes out.

    magic 2 | version 1 | suite 1 | key id 16 | epoch 4 | salt 16 | commitment 32 | nonce prefix 7 | chunks

A chunk is 64 KiB and a tag, the last one shorter. Its nonce is prefix, counter and a final flag: the STREAM
construction (Hoang et al., "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO
2015). Within the chunk stand how many of its bytes are the file's, these bytes, and zeros.
"""

import hmac
import os
from collections.abc import Iterator
from struct import Struct
from typing import IO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault.encoding import padme
from app.vault.errors import Damaged
from app.vault.suites import CURRENT, committing_key

_MAGIC = b"XS"
_VERSION = 1
_HEADER = Struct(">2sBB16sI")
_OPENING = Struct(">24s16s32s7s")
_NONCE = Struct(">7sI?")
_USED = Struct(">I")
_CHUNK = 64 * 1024
_ROOM = _CHUNK - _USED.size
_TAG = 16
_PURPOSE = b"xinxia/1/stream"


def seal_stream(
    key: bytes, key_id: UUID, epoch: int, source: IO[bytes], sink: IO[bytes], aad: bytes
) -> None:
    """Seal everything source gives into sink, padded by at most 12 %."""
    header = _HEADER.pack(_MAGIC, _VERSION, CURRENT, key_id.bytes, epoch)
    salt, prefix = os.urandom(16), os.urandom(7)
    cipher, commitment = committing_key(key, salt, _PURPOSE + header + aad, CURRENT)
    sink.write(_OPENING.pack(header, salt, commitment, prefix))
    counter, waiting = 0, b""
    for chunk in _padded_chunks(source):
        if waiting:
            sink.write(cipher.encrypt(_NONCE.pack(prefix, counter, False), waiting, header))
            counter += 1
        waiting = chunk
    sink.write(cipher.encrypt(_NONCE.pack(prefix, counter, True), waiting, header))


def open_stream(key: bytes, key_id: UUID, epoch: int, source: IO[bytes], aad: bytes) -> Iterator[bytes]:
    """Return the file's bytes, each piece only after it was authenticated; raises Damaged.

    A wrong key or place is noticed at once; a cut, changed or lengthened file when the reading gets there.
    """
    opening = _read(source, _OPENING.size)
    if len(opening) < _OPENING.size:
        raise Damaged()
    header, salt, stored, prefix = _OPENING.unpack(opening)
    suite = header[3]
    if header != _HEADER.pack(_MAGIC, _VERSION, suite, key_id.bytes, epoch):
        raise Damaged()
    cipher, commitment = committing_key(key, salt, _PURPOSE + header + aad, suite)
    if not hmac.compare_digest(commitment, stored):
        raise Damaged()
    return _contents(_opened_chunks(cipher, header, prefix, source))


def _padded_chunks(source: IO[bytes]) -> Iterator[bytes]:
    total = 0
    while len(part := _read(source, _ROOM)) == _ROOM:
        total += _ROOM
        yield _USED.pack(_ROOM) + part
    left = padme(total + len(part)) - total
    while left:
        room = min(left, _ROOM)
        yield _USED.pack(len(part)) + part.ljust(room, b"\0")
        left, part = left - room, b""


def _opened_chunks(cipher: AESGCM, header: bytes, prefix: bytes, source: IO[bytes]) -> Iterator[bytes]:
    counter, sealed = 0, _read(source, _CHUNK + _TAG)
    while True:
        following = _read(source, _CHUNK + _TAG)
        try:
            yield cipher.decrypt(_NONCE.pack(prefix, counter, not following), sealed, header)
        except InvalidTag:
            raise Damaged() from None
        if not following:
            return
        counter, sealed = counter + 1, following


def _contents(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Strip the padding; whatever seal_stream would not have written is Damaged."""
    total = padded = 0
    for chunk in chunks:
        if len(chunk) < _USED.size:
            raise Damaged()
        used, room = _USED.unpack_from(chunk)[0], len(chunk) - _USED.size
        if used > room or (used and total != padded):
            raise Damaged()
        end = _USED.size + used
        if chunk[end:] != bytes(room - used):
            raise Damaged()
        total, padded = total + used, padded + room
        if used:
            yield chunk[_USED.size : end]
    if padded != padme(total):
        raise Damaged()


def _read(source: IO[bytes], size: int) -> bytes:
    """Read size bytes, fewer only at the end: a pipe or socket may give less than was asked for."""
    parts = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
