"""One-time codes of a second factor (RFC 6238): six digits, new every thirty seconds, one step early or late."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP_SECONDS = 30
# RFC 6238, 5.2: a clock that is off by one step still fits, one that is further off does not.
DRIFT_STEPS = 1
_SECRET_BYTES = 20


def new_secret() -> bytes:
    """Return a fresh secret of 160 bits, as RFC 4226 recommends."""
    return secrets.token_bytes(_SECRET_BYTES)


def matching_step(secret: bytes, code: str, at: datetime) -> int | None:
    """Return the time step whose code was typed, or None; every step is compared, each in constant time."""
    typed = "".join(code.split()).encode()
    present = int(at.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(_totp(secret).generate(step * STEP_SECONDS), typed):
            found = step
    return found


def code_at(secret: bytes, at: datetime) -> str:
    """Return the code that a device shows at a moment."""
    return _totp(secret).generate(int(at.timestamp())).decode()


def typed_secret(secret: bytes) -> str:
    """Return a secret as people type it into a device: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address_of(secret: bytes, *, account: str, issuer: str) -> str:
    """Return the otpauth address that a device reads from a QR code."""
    text = base64.b32encode(secret).decode().rstrip("=")
    query = urlencode({"secret": text, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # nosec B303
