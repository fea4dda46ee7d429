"""Key pairs of people, groups, slips and cards: one half receives secrets, the other signs."""

import secrets
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.vault import suites
from app.vault.errors import Damaged

SEED_SIZE = 64


@dataclass(frozen=True)
class PublicPair:
    """The public halves, raw: X25519 to wrap to, Ed25519 to verify with."""

    kem: bytes
    sign: bytes


@dataclass(frozen=True, eq=False)
class KeyPair:
    """X25519 and Ed25519 private keys from 64 bytes; shows nothing of them and compares with nothing."""

    _seed: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "KeyPair":
        """Return a fresh random pair."""
        return cls(secrets.token_bytes(SEED_SIZE))

    @classmethod
    def from_seed(cls, seed: bytes) -> "KeyPair":
        """Return the pair with this seed; a seed of another length is Damaged."""
        if len(seed) != SEED_SIZE:
            raise Damaged()
        return cls(seed)

    def seed(self) -> bytes:
        """Return the 64 secret bytes, to be wrapped and never to be stored as they are."""
        return self._seed

    @property
    def public(self) -> PublicPair:
        """Return both public halves."""
        return PublicPair(self.kem_public, self.sign_public)

    @cached_property
    def kem_public(self) -> bytes:
        """The raw X25519 public key, 32 bytes."""
        return self._kem.public_key().public_bytes_raw()

    @cached_property
    def sign_public(self) -> bytes:
        """The raw Ed25519 public key, 32 bytes."""
        return self._sign.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of a message, 64 bytes."""
        return self._sign.sign(message)

    def unwrap(self, wrapped: bytes, info: bytes, suite: int = suites.CURRENT) -> bytes:
        """Return the secret that was wrapped to this pair under this info; raises Damaged."""
        return suites.unwrap(self._kem, wrapped, info, suite)

    @cached_property
    def _kem(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self._seed[:32])

    @cached_property
    def _sign(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._seed[32:])


# Above this a message is not kept: thousands of whole notes would fill the memory.
_REMEMBERED = 2048


def verify_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether an Ed25519 signature is by this raw public key over exactly this message."""
    verify = _remembering if len(message) <= _REMEMBERED else _verify
    return verify(public, message, signature)


def _verify(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# Remembering is safe here, and only here: verification is a pure function of public values. The answer for
# the same key, message and signature can never change, and no secret stays in memory.
_remembering = lru_cache(maxsize=8192)(_verify)
