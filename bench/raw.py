"""What one request asked of cipher, keys and database, and the same done again with nothing in between."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import event

from app.core.requests import Application
from app.vault import envelope, keypairs, suites
from bench.measure import Work

PRIMITIVES: dict[str, tuple[Any, str]] = {
    "wraps": (suites, "wrap"),
    "unwraps": (suites, "unwrap"),
    "signatures": (keypairs.KeyPair, "sign"),
    "checks of signatures, remembered": (keypairs, "_remembering"),
    "seals": (envelope, "seal"),
    "openings": (envelope, "unseal"),
}
"""The vault's own steps of cryptography, each where everybody finds it."""

FIRST_CHECKS = "checks of signatures, each for the first time"

_NONCE = bytes(12)


@dataclass
class Asked:
    """Everything one request asked: each cryptographic step as it can be done again, and every statement."""

    steps: dict[str, list[Work]] = field(default_factory=lambda: defaultdict(list))
    sealed: list[bytes] = field(default_factory=list)
    opened: list[bytes] = field(default_factory=list)
    statements: list[tuple[str, Any, bool]] = field(default_factory=list)


class Replay:
    """One request's bytes through AES-GCM with one fixed key, and its statements through the bare driver.

    It works on a copy of the database from just before the request and takes its writing back each time, so that
    it can be done again; what is missing of an insert is the commit.
    """

    def __init__(self, app: Application, do: Work, copy: Path) -> None:
        _copy_database(Path(app.database.url.database or ""), copy)
        with _watched(app) as self.asked:
            do()
        self._connection = sqlite3.connect(copy, isolation_level=None)
        self._cipher = AESGCM(os.urandom(32))
        self._opened = [self._cipher.encrypt(_NONCE, plain, None) for plain in self.asked.opened]

    def ciphers(self) -> None:
        """Encrypt and decrypt the same bytes."""
        for plain in self.asked.sealed:
            self._cipher.encrypt(_NONCE, plain, None)
        for sealed in self._opened:
            self._cipher.decrypt(_NONCE, sealed, None)

    def statements(self) -> None:
        """Carry out the same statements."""
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for statement, values, many in self.asked.statements:
            (cursor.executemany if many else cursor.execute)(statement, values)
            if cursor.description:
                cursor.fetchall()
        cursor.execute("ROLLBACK")

    def both(self) -> None:
        """Do all of it: what the request would cost as ciphers and rows alone."""
        self.ciphers()
        self.statements()

    def steps(self, name: str) -> Work:
        """Return the way to do the vault's own steps of one kind again."""
        todo = self.asked.steps[name]

        def again() -> None:
            for step in todo:
                step()

        return again

    def close(self) -> None:
        """Close the copy."""
        self._connection.close()


def _copy_database(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as kept, closing(sqlite3.connect(copy)) as made:
        kept.backup(made)


@contextmanager
def _watched(app: Application) -> Iterator[Asked]:
    asked = Asked()

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.statements.append((statement, values, many))

    with ExitStack() as patches:
        for name, (owner, attribute) in PRIMITIVES.items():
            patches.enter_context(patch.object(owner, attribute, _noting(asked, name, getattr(owner, attribute))))
        event.listen(app.database.engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(app.database.engine, "before_cursor_execute", note)


def _noting(asked: Asked, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*given: Any) -> Any:
        found = step(*given)
        asked.steps[name].append(lambda: step(*given))
        if name == "seals":
            asked.sealed.append(given[3])
        elif name == "openings":
            asked.opened.append(found)
        elif name == "checks of signatures, remembered":
            asked.steps[FIRST_CHECKS].append(lambda: keypairs._verify(*given))
        return found

    return noted
