"""Passwords and codes that people remember or type become keys, slowly and a few at a time."""

import hashlib
import hmac
import threading
import unicodedata
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from app.core.database import in_transaction
from app.vault.errors import Busy


@dataclass(frozen=True)
class KdfCost:
    """What one guess costs with Argon2id; stored beside what was made with it."""

    memory_kib: int
    iterations: int
    lanes: int

    def __str__(self) -> str:
        return f"m={self.memory_kib},t={self.iterations},p={self.lanes}"

    @classmethod
    def read(cls, text: str) -> "KdfCost":
        """Return the cost that str() wrote; raises ValueError."""
        names, values = zip(*(part.split("=") for part in text.split(",")), strict=True)
        if names != ("m", "t", "p"):
            raise ValueError("not a cost")
        return cls(*map(int, values))

    def within(self, limit: "KdfCost") -> bool:
        """Say whether a cost that came from outside is possible and does not exceed another."""
        return (
            8 * self.lanes <= self.memory_kib <= limit.memory_kib
            and 1 <= self.iterations <= limit.iterations
            and 1 <= self.lanes <= limit.lanes
        )


PASSWORDS = KdfCost(memory_kib=64 * 1024, iterations=3, lanes=1)
CODES = KdfCost(memory_kib=19 * 1024, iterations=2, lanes=1)


@dataclass(frozen=True, eq=False)
class Stretched:
    """What a password gave: a verifier to store, and a key that is stored nowhere."""

    verifier: bytes
    kek: bytes = field(repr=False)

    def proves(self, stored: bytes) -> bool:
        """Say in constant time whether this is the password behind a stored verifier."""
        return hmac.compare_digest(self.verifier, stored)


class _Gate:
    """Lets a bounded number of Argon2 runs happen at once, and counts them."""

    def __init__(self, at_once: int, patience: float) -> None:
        self.free = threading.BoundedSemaphore(at_once)
        self.patience = patience
        self.runs = 0
        self.counting = threading.Lock()


_PATIENCE_INSIDE = 1.0
_gate = _Gate(at_once=2, patience=10.0)


def allow(*, at_once: int, patience: float) -> None:
    """Set how many runs this process makes at once, and how many seconds the next one waits for its turn."""
    _gate.free = threading.BoundedSemaphore(at_once)
    _gate.patience = patience


def runs() -> int:
    """Return how many runs this process has made: equal work for every wrong sign-in is shown by counting."""
    return _gate.runs


def stretch(password: str, salt: bytes, pepper: bytes, associated: bytes, cost: KdfCost) -> Stretched:
    """Return verifier and key of a password, NFKC-normalised so that every keyboard types the same one.

    Raises Busy when no turn comes up in time, or memory is short.
    """
    gate, free = _gate, _gate.free
    # Inside a transaction others may be waiting for this one: what is slow is done ahead, or gives up soon.
    patience = min(gate.patience, _PATIENCE_INSIDE) if in_transaction() else gate.patience
    if not free.acquire(timeout=patience):
        raise Busy()
    try:
        with gate.counting:
            gate.runs += 1
        stretched = _argon2(unicodedata.normalize("NFKC", password), salt, pepper, associated, cost)
    except MemoryError:
        raise Busy() from None
    finally:
        free.release()
    verifier = hashlib.sha256(_expand(stretched, b"auth")).digest()
    return Stretched(verifier, _expand(stretched, b"kek"))


def _argon2(password: str, salt: bytes, pepper: bytes, associated: bytes, cost: KdfCost) -> bytes:
    return Argon2id(
        salt=salt,
        length=32,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
        ad=associated,
        secret=pepper,
    ).derive(password.encode())


def _expand(stretched: bytes, label: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), 32, b"xinxia/1/password/" + label).derive(stretched)
