"""Where documents lie, each sealed while it is read: nothing plain ever touches the disk."""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from app.core.database import Database, session
from app.core.disk import settle
from app.core.errors import Unavailable
from app.core.ids import parse_id
from app.core.words import N_
from app.vault import Damaged, ObjectKey
from app.vault.streams import open_stream, seal_stream

_SWEPT_AFTER = 24 * 3600
_AT_A_TIME = 500


class NotStored(Unavailable):
    """The disk is full or does not answer."""

    words = N_("The document could not be stored: the disk is full or does not answer. Nothing was changed.")


class Document(Protocol):
    """The row of a document: its id is its place, and `bound` is what its bytes are bound to."""

    @property
    def id(self) -> Any: ...

    @property
    def bound(self) -> bytes: ...


def path_of(attachment_id: UUID) -> Path:
    """Return where a document lies sealed; the server makes the name (ASVS V5.3.2)."""
    folder: Path = session().info["attachments"]
    return folder / attachment_id.hex[-2:] / attachment_id.hex


def keep(attachment: Document, key: ObjectKey, source: IO[bytes]) -> int:
    """Seal a document into its place and return its size there; if the transaction fails it goes again."""
    path = path_of(attachment.id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".part")
    _undo_with(session(), path)
    try:
        with open(draft, "xb", opener=_private) as sink:
            seal_stream(key.secret, key.object_id, key.epoch, source, sink, attachment.bound)
            sink.flush()
            os.fsync(sink.fileno())
            size = sink.tell()
        draft.replace(path)
        settle(path.parent)
    except OSError:
        draft.unlink(missing_ok=True)
        raise NotStored() from None
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return size


def content_of(attachment: Document, key: ObjectKey) -> Iterator[bytes]:
    """Return a document a chunk at a time, after the whole of it was authenticated; raises Damaged.

    It is read twice, so that a cut or changed document is refused on a page and never half downloaded.
    """
    try:
        source = path_of(attachment.id).open("rb")
    except OSError:
        raise Damaged() from None
    try:
        for _ in open_stream(key.secret, key.object_id, key.epoch, source, attachment.bound):
            pass
        source.seek(0)
        chunks = open_stream(key.secret, key.object_id, key.epoch, source, attachment.bound)
    except BaseException:
        source.close()
        raise
    return _Closing(source, chunks)


def sweep(database: Database, *, kept_by: Iterable[Any], older_than: float = _SWEPT_AFTER) -> int:
    """Delete sealed documents that no row names: a process died between writing one and committing its row.

    `kept_by` are the columns of all tables that name documents.
    """
    columns = tuple(kept_by)
    swept = 0
    waiting: list[Path] = []
    folder: Path = database.info["attachments"]
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.is_file() and time.time() - path.stat().st_mtime > older_than:
            waiting.append(path)
        if len(waiting) == _AT_A_TIME:
            swept, waiting = swept + _sweep(database, waiting, columns), []
    return swept + _sweep(database, waiting, columns)


def _sweep(database: Database, paths: list[Path], kept_by: tuple[Any, ...]) -> int:
    ids = {path: parse_id(path.stem) for path in paths}
    with database.transaction(writes=False):
        asked = {*ids.values()} - {None}
        known = {one for column in kept_by for one in session().scalars(select(column).where(column.in_(asked)))}
    orphans = [path for path in paths if ids[path] is not None and (path.suffix or ids[path] not in known)]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _undo_with(opened: Session, path: Path) -> None:
    """Take the document away again when its transaction is rolled back, or a savepoint around it.

    Once the commit of the whole was asked for, nobody here knows how it ended when the connection breaks: then the
    document stays, and `sweep` looks for its row later.
    """
    around, asked = set(_transactions(opened)), []

    def ask(_session: Session) -> None:
        if not opened.in_nested_transaction():
            asked.append(path)

    def undo(_session: Session, ended: SessionTransaction) -> None:
        if ended in around and not asked:
            path.unlink(missing_ok=True)

    event.listen(opened, "before_commit", ask)
    event.listen(opened, "after_soft_rollback", undo)


def _transactions(opened: Session) -> Iterator[SessionTransaction]:
    """Return the transaction at hand with those around it, the innermost first."""
    at = opened.get_nested_transaction() or opened.get_transaction()
    while at is not None:
        yield at
        at = at.parent


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Closing(Iterator[bytes]):
    """The chunks of an open document; who only asks for the head of an answer closes it without beginning to read."""

    def __init__(self, source: IO[bytes], chunks: Iterator[bytes]) -> None:
        self._source, self._chunks = source, chunks

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the file back to the system."""
        self._source.close()
