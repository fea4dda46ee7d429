"""Opening a student's file, giving a reason for a colleague's, and writing its overview."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict
from app.core.ids import new_id
from app.core.words import N_
from app.files.models import FileOpening, StudentFile
from app.files.policy import EDIT, GIVE_REASON, OPEN_NEW
from app.files.queries import file_of_student
from app.files.service.record import expect_revision, record

REASON_COUNTS_FOR = timedelta(hours=8)
"""How long a reason given for opening a colleague's file counts: one school day (Xinxia's own default)."""


class RoomNotFounded(Conflict):
    """The school's counselling room has no keys yet."""

    words = N_("The counselling room of this school has not made its keys yet. A counsellor does that in one step.")


def open_file(*, student_id: UUID, school_id: UUID, by: Actor, in_charge_id: UUID | None = None) -> StudentFile:
    """Return the student's file as far as it exists for the actor, or open one, sealed to the room.

    Somebody else's restricted file does not stand in the way: then there are two, and only who is named
    for the restricted one knows it.
    """
    if (existing := file_of_student(student_id, by=by)) is not None:
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
    record(by, "file:opened_new", file, holds=audit.holding(file, "overview"))
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
    record(by, "file:reason_given", file)
    return opening


def change_overview(file: StudentFile, *, sections: Mapping[str, Any], revision: int, by: Actor) -> None:
    """Write the sections of the overview; a page opened before somebody else's change is Stale."""
    EDIT.demand(by, file)
    expect_revision(file, revision)
    key = by.ring.open(file.id)
    vault.write(file, "overview", {**vault.read(file, "overview", key), **sections}, key)
    file.revision += 1
    record(by, "file:overview_changed", file, holds=audit.holding(file, "overview"))
