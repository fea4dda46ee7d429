"""What every deed on a file shares: its line in the trail, and the check that nobody was there in between."""

from typing import Any

from app import audit
from app.access import Actor
from app.core.errors import Stale
from app.files.models import FileEntry, StudentFile


def record(by: Actor, action: str, file: StudentFile, **ids: Any) -> None:
    """Keep in the trail that somebody did something to a file."""
    audit.record(by, action, organisation=file.school_id, subject=("student_file", file.id), **ids)


def expect_revision(row: StudentFile | FileEntry, revision: int) -> None:
    """Raise Stale when the record was changed since the page was opened."""
    if row.revision != revision:
        raise Stale()
