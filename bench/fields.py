"""A field of 2 KB sealed and opened, against AES-GCM with one key: what subkey, commitment, AAD and padding cost."""

import json
import os
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault.encoding import lengths
from app.vault.keys import ObjectKey
from bench.measure import Figure, compare
from bench.school import body

_NONCE = bytes(12)


def measure_fields() -> list[Figure]:
    """Measure sealing and opening one field, a hundred at a time."""
    key = ObjectKey(uuid4(), uuid4(), 1, os.urandom(32))
    plain = json.dumps(body(1), ensure_ascii=False).encode()
    aad = lengths("xinxia/1/column", "file_entry", "body", uuid4(), uuid4(), uuid4(), uuid4())
    cipher = AESGCM(os.urandom(32))
    ours, theirs = key.seal(plain, aad), cipher.encrypt(_NONCE, plain, None)
    assert key.unseal(ours, aad) == cipher.decrypt(_NONCE, theirs, None) == plain
    kib = f"{len(plain) / 1024:.1f} KiB"
    return [
        compare(
            f"seal {kib}", lambda: key.seal(plain, aad),
            {"AES-GCM": lambda: cipher.encrypt(os.urandom(12), plain, None)}, goal=1.5, calls=500,
        ),
        compare(
            f"open {kib}", lambda: key.unseal(ours, aad),
            {"AES-GCM": lambda: cipher.decrypt(_NONCE, theirs, None)}, goal=1.5, calls=500,
        ),
    ]
