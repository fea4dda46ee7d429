"""Doing things with files: opening, entering, signing, adding, restricting, releasing to the next tier."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid, Stale
from app.core.ids import new_id
from app.core.words import N_
from app.files.models import Addendum, FileEntry, FileOpening, ProcessNote, StudentFile
from app.files.policy import (
    ADD_TO_ENTRY,
    EDIT,
    GIVE_REASON,
    HAND_CHARGE,
    NOTE,
    OPEN_NEW,
    RELEASE,
    RESTRICT,
    SAVE_ENTRY,
    SIGN,
    WRITE_ENTRY,
)
from app.files.queries import file_of_student, next_number, note_of
from app.vault import Holder
from app.vault.statements import moment

REASON_COUNTS_FOR = timedelta(hours=8)
"""How long a reason given for opening a colleague's file counts: one school day (Xinxia's own default)."""


class RoomNotFounded(Conflict):
    """The school's counselling room has no keys yet."""

    words = N_("The counselling room of this school has not made its keys yet. A counsellor does that in one step.")


class FileExists(Conflict):
    """There is one file per student."""

    words = N_("This student has a file already.")


class EntrySigned(Conflict):
    """A signed entry stays what it was."""

    words = N_("This entry is signed; add an addendum instead.")


class EntryEmpty(Invalid):
    """An entry without a word cannot be signed."""

    words = N_("Write something before you sign.")


class NobodyNamed(Invalid):
    """A restricted file needs at least its counsellor."""

    words = N_("Name at least one colleague of the room.")


def open_file(*, student_id: UUID, school_id: UUID, by: Actor, in_charge_id: UUID | None = None) -> StudentFile:
    """Open the file of a student, sealed to the room; the one there is comes back if there is one already."""
    if (existing := file_of_student(student_id)) is not None:
        return existing
    room = vault.find_group(school_id, "room")
    if room is None:
        raise RoomNotFounded()
    file = StudentFile(
        id=new_id(),
        school_id=school_id,
        student_id=student_id,
        in_charge_id=in_charge_id or by.person_id,
        state="open",
        restricted=False,
        revision=1,
        opened_by=by.person_id,
        opened_at=clock.now(),
        retain_until=None,
    )
    OPEN_NEW.demand(by, file)
    key = vault.create_object(
        file.id, organisation_id=school_id, to=[vault.group(room.id)], by=by.ring, basis="file:opened"
    )
    vault.write(file, "overview", {}, key)
    session().add(file)
    session().flush()
    _record(by, "file:opened_new", file)
    return file


def give_reason(file: StudentFile, *, reason: str, by: Actor) -> FileOpening:
    """Open a colleague's file for one school day, with a reason that stays with the file."""
    GIVE_REASON.demand(by, file)
    now = clock.now()
    opening = FileOpening(
        id=new_id(),
        school_id=file.school_id,
        file_id=file.id,
        person_id=by.person_id,
        opened_at=now,
        expires_at=now + REASON_COUNTS_FOR,
    )
    vault.write(opening, "reason", reason, by.ring.open(file.id))
    session().add(opening)
    session().flush()
    _record(by, "file:reason_given", file)
    return opening


def change_overview(file: StudentFile, *, sections: Mapping[str, Any], revision: int, by: Actor) -> None:
    """Write the sections of the overview; a page opened before somebody else's change is Stale."""
    EDIT.demand(by, file)
    _expect_revision(file, revision)
    key = by.ring.open(file.id)
    vault.write(file, "overview", {**vault.read(file, "overview", key), **sections}, key)
    file.revision += 1
    session().flush()
    _record(by, "file:overview_changed", file)


def hand_charge(file: StudentFile, *, to: UUID, by: Actor) -> None:
    """Put a colleague of the room in charge of a file."""
    HAND_CHARGE.demand(by, file)
    file.in_charge_id = to
    session().flush()
    _record(by, "file:charge_handed", file, to_person=to)


def restrict(file: StudentFile, *, to: Sequence[UUID], by: Actor) -> None:
    """Close a file to the room and leave it open to named people only; for the rest it does not exist."""
    RESTRICT.demand(by, file)
    if not to:
        raise NobodyNamed()
    for person_id in dict.fromkeys([file.in_charge_id, *to]):
        vault.share(file.id, to=vault.user(person_id), by=by.ring, basis="file:restricted")
    for grant in vault.grants_of(file.id):
        if grant.holder_kind == "group":
            vault.withdraw(file.id, holder=Holder("group", grant.holder_id))
    file.restricted = True
    session().flush()
    _record(by, "file:restricted", file, people=len(set(to)))


def begin_entry(
    file: StudentFile, *, kind: str, started_at: datetime, by: Actor, body: Mapping[str, Any] | None = None
) -> FileEntry:
    """Begin a draft of a session entry under its own key, wrapped within the file's."""
    WRITE_ENTRY.demand(by, file)
    now = clock.now()
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
        saved_at=now,
    )
    entry.file = file
    key = vault.create_object(
        entry.id, organisation_id=file.school_id, to=[vault.within(file.id)], by=by.ring, basis="entry:begun"
    )
    vault.write(entry, "body", dict(body or {}), key)
    session().add(entry)
    session().flush()
    _record(by, "entry:begun", file, entry=entry.id)
    return entry


def save_entry(entry: FileEntry, *, body: Mapping[str, Any], revision: int, by: Actor) -> None:
    """Save a draft; a draft saved elsewhere since is Stale, a signed entry EntrySigned."""
    if entry.state == "signed":
        raise EntrySigned()
    SAVE_ENTRY.demand(by, entry)
    _expect_revision(entry, revision)
    vault.write(entry, "body", dict(body), by.ring.open(entry.id))
    entry.revision += 1
    entry.saved_at = clock.now()
    session().flush()


def sign_entry(entry: FileEntry, *, revision: int, by: Actor) -> None:
    """Sign a draft: from now on neither page, API nor SQL under the application's role changes it."""
    if entry.state == "signed":
        raise EntrySigned()
    SIGN.demand(by, entry)
    _expect_revision(entry, revision)
    if not any(vault.read(entry, "body", by.ring.open(entry.id)).values()):
        raise EntryEmpty()
    entry.state = "signed"
    entry.signed_at = clock.now()
    entry.signer_epoch = by.ring.epoch
    entry.signature = by.ring.sign("entry", *_signed_parts(entry))
    session().flush()
    _record(by, "entry:signed", entry.file, entry=entry.id)


def is_verified(entry: FileEntry) -> bool:
    """Say whether an entry is exactly what its author signed."""
    if entry.signature is None or entry.signer_epoch is None:
        return False
    return vault.trust().signed(
        entry.author_id, entry.signer_epoch, entry.signature, "entry", *_signed_parts(entry)
    )


def _signed_parts(entry: FileEntry) -> tuple[UUID, UUID, int, str, str, str, bytes]:
    assert entry.signed_at is not None
    return (
        entry.id, entry.file_id, entry.number, entry.kind, moment(entry.started_at),
        moment(entry.signed_at), entry.body,
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
    addendum.signature = by.ring.sign(
        "addendum", addendum.id, addendum.entry_id, moment(addendum.added_at), addendum.text
    )
    session().add(addendum)
    session().flush()
    _record(by, "entry:added_to", entry.file, entry=entry.id)
    return addendum


def save_note(file: StudentFile, *, text: str, by: Actor) -> ProcessNote:
    """Save the author's own process note; its key is wrapped to nobody else."""
    NOTE.demand(by, file)
    note = note_of(file, by)
    if note is None:
        note = ProcessNote(id=new_id(), school_id=file.school_id, file_id=file.id, author_id=by.person_id)
        vault.create_object(
            note.id, organisation_id=file.school_id, to=[vault.user(by.person_id)], by=by.ring, basis="note:own"
        )
        session().add(note)
    vault.write(note, "text", text, by.ring.open(note.id))
    note.saved_at = clock.now()
    session().flush()
    return note


def release(entry: FileEntry, *, to: Holder, by: Actor, basis: str) -> None:
    """Give one signed entry to the next tier: its own key is wrapped to them, the file's is not."""
    RELEASE.demand(by, entry)
    vault.share(entry.id, to=to, by=by.ring, basis=basis)
    _record(by, "entry:released", entry.file, entry=entry.id, holder=to.id)


def withdraw_release(entry: FileEntry, *, holder: Holder, by: Actor) -> None:
    """Take a released entry back; what was read was read."""
    if vault.withdraw(entry.id, holder=holder):
        _record(by, "entry:release_withdrawn", entry.file, entry=entry.id, holder=holder.id)


def _expect_revision(row: StudentFile | FileEntry, revision: int) -> None:
    if row.revision != revision:
        raise Stale()


def _record(by: Actor, action: str, file: StudentFile, **ids: Any) -> None:
    audit.record(by, action, organisation=file.school_id, subject=("student_file", file.id), **ids)
