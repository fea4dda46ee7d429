"""The server's own key: for what must be read without a person, and never for a student's record."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.disk import settle
from app.vault import codes, envelope
from app.vault.errors import Damaged, LooseFileMode

_EPOCH = 1


class KeyFileRefused(Exception):
    """The server's key file cannot be used; the start is refused and nothing overwritten."""


class KeyFileMissing(KeyFileRefused):
    """There is no key file where the settings say."""


class KeyFileUnreadable(KeyFileRefused):
    """The key file is not one that this program wrote."""


class KeyFileForeign(KeyFileRefused):
    """The key file belongs to another installation's data."""


class ServerKey:
    """The keys of this installation by id: the current one seals, all of them open.

    The pepper belongs to the file but to none of its keys: it goes into every password's Argon2 run, and
    changing it would lock everybody out.
    """

    def __init__(self, keys: dict[UUID, bytes], current: UUID, pepper: bytes) -> None:
        if current not in keys or min(map(len, [*keys.values(), pepper])) < 32:
            raise KeyFileUnreadable("a server key has at least 32 bytes, and one of them is the current one")
        self._keys = keys
        self._current = current
        self._pepper = pepper
        self._derived: dict[tuple[UUID, str], bytes] = {}

    def __repr__(self) -> str:
        return f"ServerKey(current={self._current}, keys={len(self._keys)})"

    @classmethod
    def new(cls) -> "ServerKey":
        """Return a fresh key that is kept nowhere yet."""
        key_id = uuid4()
        return cls({key_id: secrets.token_bytes(32)}, key_id, secrets.token_bytes(32))

    @classmethod
    def load(cls, path: Path) -> "ServerKey":
        """Return the key in a file; raises KeyFileMissing, LooseFileMode or KeyFileUnreadable."""
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & 0o077:
                    raise LooseFileMode(str(path))
                content = json.load(file)
            keys = {UUID(key_id): _decode(key) for key_id, key in content["keys"].items()}
            return cls(keys, UUID(content["current"]), _decode(content["pepper"]))
        except FileNotFoundError:
            raise KeyFileMissing(f"{path} is missing; put it back from its safe copy") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyFileUnreadable(f"{path} is not a server key of Xinxia") from None

    @classmethod
    def load_or_create(cls, path: Path) -> "ServerKey":
        """Return the key in a file, made now with mode 0600 if there is none; two starting at once agree."""
        if not path.exists():
            cls.new().save(path)
        return cls.load(path)

    def save(self, path: Path) -> None:
        """Write the key to a file that does not exist yet; one that does is left as it is."""
        content = json.dumps(
            {
                "current": str(self._current),
                "keys": {str(key_id): base64.b64encode(key).decode() for key_id, key in self._keys.items()},
                "pepper": base64.b64encode(self._pepper).decode(),
            }
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp makes the file 0600; linking it under its name is atomic and never replaces another.
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".server-key-")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(content + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
        # What is sealed next would be lost without the key.
        settle(path.parent)

    def pepper(self) -> bytes:
        """Return the secret that goes into every password's Argon2 run beside its salt."""
        return self._pepper

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Return plain sealed under the current key, bound to aad."""
        return envelope.seal(self._subkey(self._current, "seal"), self._current, _EPOCH, plain, aad)

    def unseal(self, sealed: bytes, aad: bytes) -> bytes:
        """Return what was sealed under any key of this file; raises Damaged."""
        key_id = envelope.header(sealed).key_id
        if key_id not in self._keys:
            raise Damaged()
        return envelope.unseal(self._subkey(key_id, "seal"), key_id, _EPOCH, sealed, aad)

    def mac(self, message: bytes) -> bytes:
        """Return HMAC-SHA256 of a message under the current key."""
        return hmac.digest(self._subkey(self._current, "mac"), message, "sha256")

    def verify_mac(self, message: bytes, mac: bytes) -> bool:
        """Say whether any key of this file made this mac."""
        return any(
            hmac.compare_digest(hmac.digest(self._subkey(key_id, "mac"), message, "sha256"), mac)
            for key_id in self._keys
        )

    def index(self, label: str, text: str) -> bytes:
        """Return a blind index of a text, for looking staff up by name or address."""
        return codes.keyed_index(self._subkey(self._current, f"index/{label}"), text)

    def sign_checkpoint(self, organisation_id: UUID, message: bytes) -> bytes:
        """Return an organisation's Ed25519 signature of a checkpoint of its trail."""
        return self._checkpoint_key(organisation_id).sign(message)

    def checkpoint_public_key(self, organisation_id: UUID) -> bytes:
        """Return the raw public key that verifies an organisation's checkpoints."""
        return self._checkpoint_key(organisation_id).public_key().public_bytes_raw()

    def check_value(self) -> bytes:
        """Return 32 public bytes to keep in the database: they show a wrong key file at the start."""
        return hashlib.sha256(self._subkey(self._current, "check")).digest()

    def recognises(self, check_value: bytes) -> bool:
        """Say whether any key of this file made this check value."""
        return any(
            hmac.compare_digest(hashlib.sha256(self._subkey(key_id, "check")).digest(), check_value)
            for key_id in self._keys
        )

    def _checkpoint_key(self, organisation_id: UUID) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(
            self._subkey(self._current, f"checkpoint/{organisation_id}")
        )

    def _subkey(self, key_id: UUID, purpose: str) -> bytes:
        if (key_id, purpose) not in self._derived:
            self._derived[key_id, purpose] = codes.derive(self._keys[key_id], f"server/{purpose}", 32)
        return self._derived[key_id, purpose]


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
