"""Session entries: a draft that its author alone can open, signed into the file, then only added to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.words import N_
from app.files.models import Addendum, FileEntry, StudentFile
from app.files.policy import ADD_TO_ENTRY, DISCARD, SAVE_ENTRY, SIGN, WRITE_ENTRY
from app.files.queries import next_number
from app.files.sections import says_something
from app.files.service.record import expect_revision, record
from app.vault.statements import moment


class EntrySigned(Conflict):
    """A signed entry stays what it was."""

    words = N_("This entry is signed; add an addendum instead.")


class EntryEmpty(Invalid):
    """An entry without a word cannot be signed."""

    words = N_("Write something before you sign.")


def begin_entry(
    file: StudentFile, *, kind: str, started_at: datetime, by: Actor, body: Mapping[str, Any] | None = None
) -> FileEntry:
    """Begin a draft under a key that is wrapped to its author and to nobody else."""
    WRITE_ENTRY.demand(by, file)
    entry = FileEntry(
        id=new_id(),
        school_id=file.school_id,
        file_id=file.id,
        number=next_number(file),
        author_id=by.person_id,
        kind=kind,
        state="draft",
        revision=1,
        started_at=started_at,
        saved_at=clock.now(),
    )
    entry.file = file
    key = vault.create_object(
        entry.id, organisation_id=file.school_id, to=[vault.user(by.person_id)], by=by.ring, basis="entry:draft"
    )
    vault.write(entry, "body", dict(body or {}), key)
    session().add(entry)
    session().flush()
    record(by, "entry:begun", file, entry=entry.id)
    return entry


def save_entry(entry: FileEntry, *, body: Mapping[str, Any], revision: int, by: Actor) -> None:
    """Save a draft; a draft saved elsewhere since is Stale, a signed entry EntrySigned."""
    _expect_draft(entry)
    SAVE_ENTRY.demand(by, entry)
    expect_revision(entry, revision)
    vault.write(entry, "body", dict(body), by.ring.open(entry.id))
    entry.revision += 1
    entry.saved_at = clock.now()
    session().flush()


def sign_entry(entry: FileEntry, *, revision: int, by: Actor) -> None:
    """Sign a draft: its key goes into the file, and neither page, API nor SQL changes it from now on."""
    _expect_draft(entry)
    SIGN.demand(by, entry)
    expect_revision(entry, revision)
    if not says_something(vault.read(entry, "body", by.ring.open(entry.id))):
        raise EntryEmpty()
    vault.share(entry.id, to=vault.within(entry.file_id), by=by.ring, basis="entry:signed")
    vault.withdraw(entry.id, holder=vault.user(by.person_id))
    entry.state = "signed"
    entry.signed_at = clock.now()
    entry.signer_epoch = by.ring.epoch
    entry.signature = by.ring.sign("entry", *_signed_parts(entry))
    session().flush()
    record(by, "entry:signed", entry.file, entry=entry.id)


def discard_entry(entry: FileEntry, *, by: Actor) -> None:
    """Take a draft away for good, key first: what was never signed was never part of the file."""
    _expect_draft(entry)
    DISCARD.demand(by, entry)
    vault.destroy(entry.id)
    session().delete(entry)
    session().flush()
    record(by, "entry:discarded", entry.file, entry=entry.id)


def is_verified(entry: FileEntry) -> bool:
    """Say whether an entry is exactly what its author signed."""
    if entry.signature is None or entry.signer_epoch is None:
        return False
    return vault.trust().signed(
        entry.author_id, entry.signer_epoch, entry.signature, "entry", *_signed_parts(entry)
    )


def add_addendum(entry: FileEntry, *, text: str, by: Actor) -> Addendum:
    """Add to a signed entry; the addendum is signed at once."""
    ADD_TO_ENTRY.demand(by, entry)
    addendum = Addendum(
        id=new_id(),
        school_id=entry.school_id,
        entry_id=entry.id,
        author_id=by.person_id,
        added_at=clock.now(),
        signer_epoch=by.ring.epoch,
    )
    vault.write(addendum, "text", text, by.ring.open(entry.id))
    addendum.signature = by.ring.sign("addendum", *_added_parts(addendum))
    session().add(addendum)
    session().flush()
    record(by, "entry:added_to", entry.file, entry=entry.id)
    return addendum


def is_addendum_verified(addendum: Addendum) -> bool:
    """Say whether an addendum is exactly what its author signed."""
    return vault.trust().signed(
        addendum.author_id, addendum.signer_epoch, addendum.signature, "addendum", *_added_parts(addendum)
    )


def _expect_draft(entry: FileEntry) -> None:
    if entry.state == "signed":
        raise EntrySigned()


def _signed_parts(entry: FileEntry) -> tuple[UUID, UUID, int, str, str, str, bytes]:
    assert entry.signed_at is not None
    return (
        entry.id, entry.file_id, entry.number, entry.kind, moment(entry.started_at),
        moment(entry.signed_at), entry.body,
    )


def _added_parts(addendum: Addendum) -> tuple[UUID, UUID, str, bytes]:
    return addendum.id, addendum.entry_id, moment(addendum.added_at), addendum.text
