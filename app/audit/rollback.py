"""Yesterday's database: found by comparing it with the book outside, and served to read until somebody says why.

The book is read before the database and written from what was committed, so it is never ahead of a database
that lost nothing: what a killed process or a rolled-back transaction left undone was never in it.
"""

import base64
import enum
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app import vault
from app.audit import rows
from app.audit.book import Book, Loss, Rollback, book_of
from app.audit.checkpoint import BadCheckpoint, Checkpoint, claimed, open_checkpoint
from app.audit.heads import signed_note
from app.audit.note import BadNote, decode64
from app.audit.record import record, system
from app.audit.rows import AnyRow
from app.audit.sealer import seal_now
from app.audit.tree import CompactRange
from app.audit.trees import is_our_head
from app.core.address import ServingRefused
from app.core.database import Database
from app.core.jobs import Job

log = logging.getLogger("xinxia.trail")

CARRIED_EVERY = timedelta(seconds=5)
"""How soon a checkpoint is outside, and how soon a database restored under a running server is noticed."""


class Reason(enum.StrEnum):
    """Why events are missing, as far as whoever serves the database knows."""

    BACKUP_RESTORED = "backup_restored"
    STARTED_ANEW = "started_anew"
    DISK_FAULT = "disk_fault"
    UNEXPLAINED = "unexplained"


class NothingMissing(Exception):
    """The database is what went outside: there is nothing to acknowledge."""


def carry(database: Database) -> int:
    """Compare the database with its book and bring the book up to it; return how many notes are new.

    Where the two differ the book stays as it is, and a file in it tells every process.
    """
    book = book_of(database)
    if book is None:
        return 0
    with book.turn():
        return _carry(database, book)


def _carry(database: Database, book: Book) -> int:
    losses = _losses(database, book)
    if losses is None or losses:
        if not book.has_gap():
            log.error("rollback detected", extra={"count": len(losses or ())})
        book.note_gap(losses or ())
        return 0
    book.close_gap()
    return _write_newer(database, book)


def _losses(database: Database, book: Book) -> list[Loss] | None:
    """Return where the database is not what the book says; None when the book cannot be read."""
    try:
        notes = book.notes()
        with database.snapshot():
            known = [_opened(note) for note in notes]
            heads = rows.heads()
            return [loss for checkpoint in known if (loss := _loss(checkpoint, heads))]
    except BadNote:
        return None


def _opened(note: str) -> Checkpoint:
    public = vault.checkpoint_public_key(claimed(note).organisation_id())
    return open_checkpoint(note, public=public, verify=vault.verify_signature)


def _loss(known: Checkpoint, heads: dict[UUID, AnyRow]) -> Loss | None:
    whose = known.organisation_id()
    head = heads.get(whose)
    found = head.size if head is not None and isinstance(head.size, int) else 0
    if head is not None and found >= known.size and _grew(known, head):
        return None
    return Loss(whose, known.size, found)


def _grew(known: Checkpoint, head: AnyRow) -> bool:
    """Say whether a tree is the known one and what came after; only what came after is read."""
    whose = known.organisation_id()
    tree = _begun(known)
    try:
        _extend(tree, whose, known.size)
        if tree.root() != known.root:
            return False
        _extend(tree, whose, head.size)
        return tree.encode() == head.peaks
    except TypeError:
        # SQLite takes any kind of value in any column.
        return False


def _begun(known: Checkpoint) -> CompactRange:
    """Return the known tree where its note carries the peaks, else an empty one to be grown from all leaves."""
    if not known.extensions:
        return CompactRange()
    try:
        return CompactRange.decode(known.size, decode64(known.extensions[0]))
    except ValueError:
        raise BadCheckpoint("the peaks") from None


def _extend(tree: CompactRange, organisation_id: UUID, size: int) -> None:
    if tree.size == size:
        return
    with rows.leaves(organisation_id, tree.size, size) as found:
        for batch in found.scalars().partitions():
            tree.extend(batch)


def _write_newer(database: Database, book: Book) -> int:
    with database.snapshot():
        notes = {claimed(note).organisation_id(): note for note in book.notes()}
        newer = {
            whose: signed_note(whose, head.size, head.peaks, base64.b64encode(head.peaks).decode())
            for whose, head in rows.heads().items()
            if _is_ours(whose, head) and (whose not in notes or head.size > claimed(notes[whose]).size)
        }
    if newer:
        book.write((notes | newer).values())
    return len(newer)


def _is_ours(organisation_id: UUID, head: AnyRow) -> bool:
    """Say whether this server left a tree like this: no other is ever vouched for outside."""
    try:
        return head.size > 0 and is_our_head(organisation_id, head.size, head.peaks, head.mac)
    except TypeError:
        return False


def is_rolled_back(database: Database) -> bool:
    """Say whether the last comparison found something missing."""
    book = book_of(database)
    return book is not None and book.has_gap()


def rollback_of(database: Database) -> Rollback | None:
    """Return what the last comparison found missing."""
    book = book_of(database)
    return book.gap() if book is not None else None


def outside_notes(database: Database) -> list[str]:
    """Return the notes of the book, to verify against; read before the snapshot that is verified."""
    book = book_of(database)
    return book.notes() if book is not None else []


def unless_rolled_back(job: Job) -> Job:
    """Return a job that does nothing while events are missing: it would act on what is no longer so."""
    return replace(job, work=lambda database: 0 if is_rolled_back(database) else job.work(database))


def acknowledge(database: Database, reason: Reason) -> Rollback:
    """Put on record that what is missing is known to be, and begin a new book; raises NothingMissing.

    Events first: a process killed in between leaves the rollback in force, to be acknowledged again.
    """
    book = book_of(database)
    if book is None:
        raise NothingMissing()
    with book.turn():
        losses = _losses(database, book)
        if losses == []:
            raise NothingMissing()
        known = book.note_gap(losses or ())
        database.retrying(lambda: _record(known, reason))
        book.put_aside()
    seal_now(database)
    carry(database)
    return known


def _record(known: Rollback, reason: Reason) -> None:
    # When the book could not be read nobody knows whose events are missing: then everybody's trail says so.
    losses = known.losses or [Loss(whose, 0, 0) for whose in rows.heads()]
    for loss in losses:
        record(
            system("console"), "trail:rollback_acknowledged", organisation=loss.organisation_id,
            reason=reason, known=loss.known, found=loss.found,
        )


def begin_anew(database: Database) -> None:
    """Put the book of another database aside, where somebody fills an empty one on purpose."""
    book = book_of(database)
    if book is not None:
        with book.turn():
            book.put_aside()


def before_serving(database: Database) -> str | None:
    """Compare before the first request and return what the console says; raises ServingRefused."""
    try:
        carry(database)
    except OSError as error:
        raise ServingRefused(f"the checkpoints outside the database cannot be kept ({error.strerror})") from None
    known = rollback_of(database)
    return in_words(known) if known is not None else None


def in_words(known: Rollback) -> str:
    """Return what the console says of a rollback."""
    return "\n".join(
        [
            f"ROLLBACK DETECTED at {known.since:%Y-%m-%d %H:%M:%S} UTC: this database is not the one that was served.",
            *(_line(known.losses)),
            "Everything can be read and nothing changed, until the right database is back or somebody types:",
            "  flask --app wsgi trail acknowledge --reason " + "|".join(Reason),
        ]
    )


def _line(losses: Iterable[Loss]) -> list[str]:
    found = [
        f"  organisation {loss.organisation_id}: "
        + (f"{loss.missing} of {loss.known} events are missing" if loss.missing else "its events are others")
        for loss in losses
    ]
    return found or ["  The checkpoints outside cannot be read."]
