"""The book outside the database: the newest checkpoint of every organisation, in a folder on a disk of its own.

It is one file of signed notes, as `trail checkpoint` writes them. While the database is not what the book says,
a second file beside it says since when and what is missing: every process that serves looks for it.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from app.audit.checkpoint import BadCheckpoint, from_file, to_file
from app.core import clock
from app.core.database import Database
from app.core.disk import settle, write_whole


@dataclass(frozen=True)
class Loss:
    """An organisation whose tree is not the one that went outside: how many events it had then, and has now."""

    organisation_id: UUID
    known: int
    found: int

    @property
    def missing(self) -> int:
        """How many events are gone at least; none where as many others took their place."""
        return max(self.known - self.found, 0)


@dataclass(frozen=True)
class Rollback:
    """Since when it is known that the database is not what went outside; no losses: the book cannot be read."""

    since: datetime
    losses: tuple[Loss, ...]


class Book:
    """The files of one folder. Whoever writes takes a turn; reading needs none, for files are replaced whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._newest = folder / "newest.txt"
        self._rollback = folder / "rollback.json"

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let one process at a time compare and write; the first makes the folder."""
        self.folder.mkdir(exist_ok=True, mode=0o700)
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def notes(self) -> list[str]:
        """Return the newest notes, not verified yet; raises BadCheckpoint when the file holds something else."""
        try:
            content = self._newest.read_text("utf-8")
        except FileNotFoundError:
            return []
        except UnicodeDecodeError:
            raise BadCheckpoint("the file") from None
        return from_file(content) if content else []

    def write(self, notes: Iterable[str]) -> None:
        """Replace the notes."""
        write_whole(self._newest, to_file(notes).encode())

    def put_aside(self) -> None:
        """Begin a new book and keep the old one beside it under the moment it ended."""
        if self._newest.exists():
            self._newest.replace(self.folder / f"until-{clock.now():%Y%m%dT%H%M%S%f}.txt")
        self.close_gap()
        settle(self.folder)

    def has_gap(self) -> bool:
        """Say whether the database was found not to be what the book says: one look at one name."""
        return self._rollback.exists()

    def gap(self) -> Rollback | None:
        """Return what was found missing."""
        try:
            said = json.loads(self._rollback.read_text("utf-8"))
        except FileNotFoundError:
            return None
        losses = tuple(Loss(UUID(whose), known, found) for whose, known, found in said["losses"])
        return Rollback(datetime.fromisoformat(said["since"]), losses)

    def note_gap(self, losses: Iterable[Loss]) -> Rollback:
        """Say what is missing; what was said first stays, since what is done meanwhile fills no gap."""
        known = self.gap()
        if known is None:
            known = Rollback(clock.now(), tuple(losses))
            rows = [(str(loss.organisation_id), loss.known, loss.found) for loss in known.losses]
            write_whole(self._rollback, json.dumps({"since": known.since.isoformat(), "losses": rows}).encode())
        return known

    def close_gap(self) -> None:
        """Say that nothing is missing any more."""
        self._rollback.unlink(missing_ok=True)


def book_of(database: Database) -> Book | None:
    """Return the book of an installation, None where the settings name none."""
    folder: Path | None = database.info.get("checkpoints")
    return Book(folder) if folder is not None else None
