"""Steps that the stories of files share, taken through the services as a page would."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.core.database import session
from app.files import queries, service
from app.files.models import FileEntry, StudentFile
from tests.world import World

TEN = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)


def open_file(world: World, who: str, student: str) -> UUID:
    """Let somebody open a student's file and return its id."""
    with world.acting(who) as by:
        school = world.organisations["other_school" if student == "kai" else "school"]
        return service.open_file(student_id=world.students[student], school_id=school, by=by).id


def restrict(world: World, who: str, file_id: UUID, *named: str) -> None:
    """Let somebody close a file to all but the named."""
    with world.acting(who) as by:
        service.restrict(file(file_id), to=[world.people[name] for name in named], by=by)


def give_reason(world: World, who: str, file_id: UUID, why: str = "covering for a colleague who is ill") -> None:
    """Let somebody give a reason for opening a colleague's file."""
    with world.acting(who) as by:
        service.give_reason(file(file_id), reason=why, by=by)


def draft(world: World, who: str, file_id: UUID, body: Mapping[str, Any] | None = None) -> UUID:
    """Let somebody begin the record of a session."""
    with world.acting(who) as by:
        return service.begin_entry(file(file_id), kind="follow_up", started_at=TEN, body=body or {}, by=by).id


def signed(world: World, who: str, file_id: UUID, words: str = "I cannot sleep before tests.") -> UUID:
    """Let somebody write and sign the record of a session."""
    entry_id = draft(world, who, file_id, {"concern": words})
    with world.acting(who) as by:
        service.sign_entry(entry(entry_id), revision=1, by=by)
    return entry_id


def add(world: World, who: str, entry_id: UUID, words: str) -> None:
    """Let somebody add to a signed entry."""
    with world.acting(who) as by:
        service.add_addendum(entry(entry_id), text=words, by=by)


def file(file_id: UUID) -> StudentFile:
    """Return a file inside the open transaction."""
    found = queries.get_file(file_id)
    assert found is not None
    return found


def entry(entry_id: UUID) -> FileEntry:
    """Return an entry inside the open transaction."""
    return session().get_one(FileEntry, entry_id)
