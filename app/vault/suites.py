"""The algorithms a record or a grant was made with, by number, so that others can join later."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.vault.errors import Damaged, UnknownSuite

CURRENT = 1
_HPKE = {
    1: hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM),
}
_SHA256 = hashes.SHA256()


def wrap(public_kem: bytes, secret: bytes, info: bytes, suite: int = CURRENT) -> bytes:
    """Return secret wrapped to a raw X25519 public key (HPKE base mode, RFC 9180: enc, then ciphertext).

    The caller puts the suite's number into info, beside whom and what the wrap is for.
    """
    try:
        return _hpke(suite).encrypt(secret, X25519PublicKey.from_public_bytes(public_kem), info)
    except ValueError:
        raise Damaged() from None


def unwrap(private: X25519PrivateKey, wrapped: bytes, info: bytes, suite: int = CURRENT) -> bytes:
    """Return the secret that was wrapped to this key under this info; raises Damaged."""
    try:
        return _hpke(suite).decrypt(wrapped, private, info)
    except InvalidTag:
        raise Damaged() from None


def committing_key(key: bytes, salt: bytes, info: bytes, suite: int) -> tuple[AESGCM, bytes]:
    """Return the cipher for one record, and the commitment to its key, salt and info.

    AES-GCM alone lets one ciphertext open under two keys (Grubbs et al., CRYPTO 2017). A commitment from
    the same derivation, stored and compared, ties the record to one key and one info.
    """
    if suite not in _HPKE:
        raise UnknownSuite()
    derived = HKDF(_SHA256, 64, salt, info).derive(key)
    return AESGCM(derived[:32]), derived[32:]


def _hpke(suite: int) -> hpke.Suite:
    try:
        return _HPKE[suite]
    except KeyError:
        raise UnknownSuite() from None
