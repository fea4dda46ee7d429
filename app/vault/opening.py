"""What the vault is handed at the start of a process, and the few things only the server's key can do."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select

from app.core.database import Database, session
from app.vault.columns import server_key
from app.vault.keypairs import verify_signature
from app.vault.models import ServerCheck
from app.vault.passwords import PASSWORDS, KdfCost
from app.vault.server import KeyFileForeign, KeyFileMissing, ServerKey


def opening_info(
    *, server_key_file: Path, root_public_file: Path, password_memory_kib: int
) -> dict[str, Any]:
    """Return what every session carries: server key with its pepper, pinned root key, cost of a password.

    The first start makes the key file with mode 0600; losing the server key loses no record.
    """
    return {
        "server_key": ServerKey.load_or_create(server_key_file),
        "root_public": _pinned_root(root_public_file),
        "root_public_file": root_public_file,
        "kdf_cost": KdfCost(password_memory_kib, PASSWORDS.iterations, PASSWORDS.lanes),
    }


def check_server_key(database: Database, server_key_file: Path) -> None:
    """Refuse a start whose key file is missing or another's; nothing is made or overwritten.

    The first start keeps a check value beside the data. Raises KeyFileMissing and KeyFileForeign.
    """
    if not inspect(database.engine).has_table(ServerCheck.__tablename__):
        return
    with database.transaction(writes=False) as opened:
        kept = opened.scalar(select(ServerCheck.value))
    if kept is not None and not server_key_file.exists():
        raise KeyFileMissing(f"{server_key_file} is missing, and the data here was sealed with it")
    key = ServerKey.load_or_create(server_key_file)
    if kept is None:
        database.retrying(lambda: _keep_check(key.check_value()))
    elif not key.recognises(kept):
        raise KeyFileForeign(f"{server_key_file} is not the key that the data here was sealed with")


def _keep_check(value: bytes) -> None:
    if session().get(ServerCheck, 1) is None:
        session().add(ServerCheck(id=1, value=value))


def pin_root(path: Path, public: bytes) -> None:
    """Write the district's root key outside the database; an existing one is never replaced."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(handle, "w") as file:
        file.write(public.hex() + "\n")


def _pinned_root(path: Path) -> Callable[[], bytes | None]:
    """Return a reader of the pinned root key, which another process may write while this one runs."""
    known: list[bytes] = []

    def read() -> bytes | None:
        if not known and path.is_file():
            known.append(bytes.fromhex(path.read_text().strip()))
        return known[0] if known else None

    return read


def server_mac(message: bytes) -> bytes:
    """Return the server's MAC over a message (HMAC-SHA256 under a subkey)."""
    return server_key().mac(message)


def server_index(label: str, text: str) -> bytes:
    """Return a blind index under the server's key: equal texts, equal index."""
    return server_key().index(label, text)


def sign_checkpoint(organisation_id: UUID, message: bytes) -> bytes:
    """Sign a checkpoint of an organisation's trail."""
    return server_key().sign_checkpoint(organisation_id, message)


def checkpoint_public_key(organisation_id: UUID) -> bytes:
    """Return the raw Ed25519 key that verifies an organisation's checkpoints."""
    return server_key().checkpoint_public_key(organisation_id)


__all__ = ["checkpoint_public_key", "opening_info", "pin_root", "server_index", "server_mac", "sign_checkpoint",
           "verify_signature"]
