"""Finding files and what is in them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from app.access import Actor, PostKind
from app.core.database import session
from app.core.paging import Page, page
from app.files.models import Addendum, Attachment, FileEntry, ProcessNote, StudentFile


def get_file(file_id: UUID) -> StudentFile | None:
    """Return a file by its id."""
    return session().get(StudentFile, file_id)


def file_of_student(student_id: UUID) -> StudentFile | None:
    """Return the file of a student, or None while there has been no reason for one."""
    return session().scalar(select(StudentFile).where(StudentFile.student_id == student_id))


def get_entry(file_id: UUID, entry_id: UUID) -> FileEntry | None:
    """Return an entry of just this file; another file's entry is not found here."""
    entry = session().get(FileEntry, entry_id)
    return entry if entry is not None and entry.file_id == file_id else None


def get_attachment(file_id: UUID, attachment_id: UUID) -> Attachment | None:
    """Return an attachment of just this file."""
    found = session().get(Attachment, attachment_id)
    return found if found is not None and found.file_id == file_id else None


def entries_of(file: StudentFile) -> Sequence[FileEntry]:
    """Return every entry of a file, newest first."""
    return session().scalars(
        select(FileEntry).where(FileEntry.file_id == file.id).order_by(FileEntry.number.desc())
    ).all()


def addenda_of(entries: Sequence[FileEntry]) -> dict[UUID, list[Addendum]]:
    """Return what was added to each of these entries, in order."""
    found: dict[UUID, list[Addendum]] = {entry.id: [] for entry in entries}
    rows = session().scalars(
        select(Addendum).where(Addendum.entry_id.in_(found)).order_by(Addendum.added_at, Addendum.id)
    )
    for row in rows:
        found[row.entry_id].append(row)
    return found


def attachments_of(file: StudentFile) -> Sequence[Attachment]:
    """Return the attachments of a file, newest first."""
    return session().scalars(
        select(Attachment).where(Attachment.file_id == file.id).order_by(Attachment.added_at.desc())
    ).all()


def note_of(file: StudentFile, actor: Actor) -> ProcessNote | None:
    """Return the actor's own process note on a file; nobody else's can be asked for."""
    return session().scalar(
        select(ProcessNote).where(ProcessNote.file_id == file.id, ProcessNote.author_id == actor.person_id)
    )


def files_in_charge(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[StudentFile]:
    """Return the files the actor is in charge of, newest first."""
    query = select(StudentFile).where(
        StudentFile.in_charge_id == actor.person_id,
        StudentFile.school_id.in_(actor.organisations(PostKind.COUNSELLOR)),
    )
    return page(query, by=(StudentFile.opened_at, StudentFile.id), cursor=cursor, size=size)


def files_of_students(student_ids: Sequence[UUID]) -> dict[UUID, StudentFile]:
    """Return the files of these students by student, without saying who may read them."""
    rows = session().scalars(select(StudentFile).where(StudentFile.student_id.in_(student_ids)))
    return {row.student_id: row for row in rows}


def students_with_files_since(student_ids: Collection[UUID], since: datetime) -> set[UUID]:
    """Return those of these students whose file was opened, or written in, since a moment."""
    written = exists().where(FileEntry.file_id == StudentFile.id, FileEntry.saved_at >= since)
    return set(
        session().scalars(
            select(StudentFile.student_id).where(
                StudentFile.student_id.in_(student_ids), or_(StudentFile.opened_at >= since, written)
            )
        )
    )


def unsigned_entries(actor: Actor) -> Sequence[FileEntry]:
    """Return the actor's own drafts, oldest first."""
    return session().scalars(
        select(FileEntry)
        .where(FileEntry.author_id == actor.person_id, FileEntry.state == "draft")
        .order_by(FileEntry.saved_at)
        .limit(50)
    ).all()


def next_number(file: StudentFile) -> int:
    """Return the number the next entry of a file gets."""
    last = session().scalar(select(func.max(FileEntry.number)).where(FileEntry.file_id == file.id))
    return (last or 0) + 1
