"""Finding files and what is in them; a restricted file is found by those named for it and by nobody else."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import defer, lazyload

from app.access import Actor, PostKind
from app.core import clock
from app.core.database import session
from app.core.paging import Page, page
from app.files.models import Addendum, Attachment, FileEntry, FileOpening, ProcessNote, StudentFile


def get_file(file_id: UUID) -> StudentFile | None:
    """Return a file by its id."""
    return session().get(StudentFile, file_id)


def get_entry(file_id: UUID, entry_id: UUID) -> FileEntry | None:
    """Return an entry of just this file; another file's entry is not found here."""
    entry = session().get(FileEntry, entry_id)
    return entry if entry is not None and entry.file_id == file_id else None


def get_attachment(file_id: UUID, attachment_id: UUID) -> Attachment | None:
    """Return an attachment of just this file."""
    found = session().get(Attachment, attachment_id)
    return found if found is not None and found.file_id == file_id else None


def file_of_student(student_id: UUID, *, by: Actor) -> StudentFile | None:
    """Return a student's file as far as it exists for this person: the one in whose charge they are comes first."""
    return next(iter(files_of_student(student_id, by=by)), None)


def files_of_student(student_id: UUID, *, by: Actor) -> list[StudentFile]:
    """Return a student's files whose keys this person holds: besides the room's there may be a restricted one."""
    rows = session().scalars(select(StudentFile).where(StudentFile.student_id == student_id)).all()
    reached = by.ring.reaches({row.id for row in rows})
    known = [row for row in rows if row.id in reached]
    return sorted(known, key=lambda row: (row.in_charge_id != by.person_id, not row.restricted, row.id))


def files_in_charge(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[StudentFile]:
    """Return the files the actor is in charge of, newest first."""
    query = select(StudentFile).where(
        StudentFile.in_charge_id == actor.person_id,
        StudentFile.school_id.in_(actor.organisations(PostKind.COUNSELLOR)),
    )
    return _readable(page(query, by=(StudentFile.opened_at, StudentFile.id), cursor=cursor, size=size), actor)


def files_open_to(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[StudentFile]:
    """Return every file the actor may read at this moment, newest first: in charge, named, or with a reason."""
    with_reason = select(FileOpening.file_id).where(
        FileOpening.person_id == actor.person_id, FileOpening.expires_at > clock.now()
    )
    query = select(StudentFile).where(
        StudentFile.school_id.in_(actor.organisations(PostKind.COUNSELLOR)),
        or_(
            StudentFile.in_charge_id == actor.person_id,
            and_(StudentFile.restricted, actor.ring.reaching(StudentFile.id)),
            StudentFile.id.in_(with_reason),
        ),
    )
    return _readable(page(query, by=(StudentFile.opened_at, StudentFile.id), cursor=cursor, size=size), actor)


def _readable(found: Page[StudentFile], actor: Actor) -> Page[StudentFile]:
    """Leave out files whose key the actor no longer holds."""
    reached = actor.ring.reaches({file.id for file in found.items})
    return Page([file for file in found.items if file.id in reached], found.next)


def reasons_that_count(actor: Actor, files: Collection[UUID]) -> dict[UUID, datetime]:
    """Return until when the actor's reasons for opening these files count."""
    rows = session().execute(
        select(FileOpening.file_id, func.max(FileOpening.expires_at))
        .where(
            FileOpening.person_id == actor.person_id,
            FileOpening.file_id.in_(files),
            FileOpening.expires_at > clock.now(),
        )
        .group_by(FileOpening.file_id)
    )
    return {file_id: until for file_id, until in rows}


def entries_of(file: StudentFile) -> Sequence[FileEntry]:
    """Return every entry of a file with what is sealed in it, newest first."""
    return session().scalars(_entries(file)).all()


def entry_lines_of(file: StudentFile) -> Sequence[FileEntry]:
    """Return every entry of a file without what is sealed in it, newest first."""
    return session().scalars(_entries(file).options(defer(FileEntry.body, raiseload=True))).all()


def _entries(file: StudentFile) -> Select[FileEntry]:
    # The file is there already: it need not come along with each of its entries.
    lines = select(FileEntry).where(FileEntry.file_id == file.id).options(lazyload(FileEntry.file))
    return lines.order_by(FileEntry.number.desc())


def addenda_of(entry: FileEntry) -> Sequence[Addendum]:
    """Return what was added to an entry, in order."""
    return session().scalars(
        select(Addendum).where(Addendum.entry_id == entry.id).order_by(Addendum.added_at, Addendum.id)
    ).all()


def addenda_in(file: StudentFile) -> dict[UUID, list[Addendum]]:
    """Return what was added to the entries of a file, by entry and in order."""
    rows = session().scalars(
        select(Addendum)
        .join(FileEntry, FileEntry.id == Addendum.entry_id)
        .where(FileEntry.file_id == file.id)
        .order_by(Addendum.added_at, Addendum.id)
    )
    found: dict[UUID, list[Addendum]] = {}
    for row in rows:
        found.setdefault(row.entry_id, []).append(row)
    return found


def attachments_of(file: StudentFile) -> Sequence[Attachment]:
    """Return the attachments of a file, newest first."""
    return session().scalars(
        select(Attachment).where(Attachment.file_id == file.id).order_by(Attachment.added_at.desc(), Attachment.id)
    ).all()


def openings_of(file: StudentFile) -> Sequence[FileOpening]:
    """Return the reasons colleagues gave for opening a file."""
    return session().scalars(select(FileOpening).where(FileOpening.file_id == file.id)).all()


def note_of(file: StudentFile, actor: Actor) -> ProcessNote | None:
    """Return the actor's own process note on a file; nobody else's can be asked for."""
    return session().scalar(
        select(ProcessNote).where(ProcessNote.file_id == file.id, ProcessNote.author_id == actor.person_id)
    )


def in_charge_of(student_id: UUID) -> set[UUID]:
    """Return who is in charge of an open file of a student, restricted ones too."""
    rows = select(StudentFile.in_charge_id).where(StudentFile.student_id == student_id, StudentFile.state == "open")
    return set(session().scalars(rows))


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
    """Return the actor's own drafts in files that are still open to them, oldest first."""
    drafts = session().scalars(
        select(FileEntry)
        .where(FileEntry.author_id == actor.person_id, FileEntry.state == "draft")
        .order_by(FileEntry.saved_at)
        .options(defer(FileEntry.body, raiseload=True))
        .limit(50)
    ).all()
    reached = actor.ring.reaches({draft.file_id for draft in drafts})
    return [draft for draft in drafts if draft.file_id in reached]


def next_number(file: StudentFile) -> int:
    """Return the number the next entry of a file gets."""
    last = session().scalar(select(func.max(FileEntry.number)).where(FileEntry.file_id == file.id))
    return (last or 0) + 1
