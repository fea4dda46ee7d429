"""Files, their entries and addenda, process notes, attachments, and reasons given for opening a file."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base
from app.vault import sealed


class StudentFile(Base):
    """A student's file; its key is held by the room, or, when restricted, by named people only.

    A student has one file that the room can know of. A restricted one does not exist for those who are not
    named, so it cannot stand in the way of the one they may need to open.
    """

    __tablename__ = "student_file"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'archived')", name="state"),
        Index(
            "uq_student_file_student",
            "student_id",
            unique=True,
            sqlite_where=text("NOT restricted"),
            postgresql_where=text("NOT restricted"),
        ),
        Index("ix_student_file_student_id", "student_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    student_id: Mapped[UUID] = mapped_column(ForeignKey("student.id"))
    in_charge_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str]
    restricted: Mapped[bool]
    # Family, development, strengths, trusted adults, plan: one JSON object by section.
    overview: Mapped[bytes] = sealed(organisation="school_id")
    revision: Mapped[int]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    retain_until: Mapped[date | None]


class FileEntry(Base):
    """A record of one session: a draft under its author's key alone until signed, then as it is for ever."""

    __tablename__ = "file_entry"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        CheckConstraint("state IN ('draft', 'signed')", name="state"),
        CheckConstraint(
            "(state = 'signed') = (signed_at IS NOT NULL) AND (state = 'signed') = (signature IS NOT NULL)",
            name="signed",
        ),
        CheckConstraint("kind IN ('first', 'follow_up', 'crisis', 'parent', 'group', 'consultation')", name="kind"),
        Index("ix_file_entry_author_state", "author_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("student_file.id"))
    number: Mapped[int]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    state: Mapped[str]
    body: Mapped[bytes] = sealed(organisation="school_id", author="author_id")
    revision: Mapped[int]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signer_epoch: Mapped[int | None]
    signature: Mapped[bytes | None]

    file: Mapped[StudentFile] = relationship(lazy="joined", innerjoin=True)

    @property
    def seen_as(self) -> tuple[str, UUID]:
        """A look at an entry is a look at its file."""
        return "student_file", self.file_id


class Addendum(Base):
    """What was added to a signed entry later; it is signed at once and never changes."""

    __tablename__ = "entry_addendum"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("file_entry.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    text: Mapped[bytes] = sealed(object="entry_id", organisation="school_id", author="author_id")
    added_at: Mapped[datetime]
    signer_epoch: Mapped[int]
    signature: Mapped[bytes]


class ProcessNote(Base):
    """A counsellor's own thoughts about a file, sealed to nobody but the author."""

    __tablename__ = "process_note"
    __table_args__ = (UniqueConstraint("file_id", "author_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("student_file.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    text: Mapped[bytes] = sealed(organisation="school_id", author="author_id")
    saved_at: Mapped[datetime]


class Attachment(Base):
    """A document kept with a file: name and type sealed, contents sealed outside the database."""

    __tablename__ = "file_attachment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("student_file.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    # Name as uploaded, media type as found in the content, size in bytes.
    details: Mapped[bytes] = sealed(object="file_id", organisation="school_id", author="author_id")
    stored_size: Mapped[int]
    added_at: Mapped[datetime]

    file: Mapped[StudentFile] = relationship(lazy="joined", innerjoin=True)

    @property
    def bound(self) -> bytes:
        """What the bytes in the store are bound to: this document of this file."""
        return b"xinxia/1/attachment" + self.id.bytes + self.file_id.bytes

    @property
    def seen_as(self) -> tuple[str, UUID]:
        """A look at a document is a look at its file."""
        return "student_file", self.file_id


class FileOpening(Base):
    """The reason a colleague of the room gave for opening a file that somebody else is in charge of."""

    __tablename__ = "file_opening"
    __table_args__ = (Index("ix_file_opening_file_person", "file_id", "person_id", "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("student_file.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[bytes] = sealed(object="file_id", organisation="school_id", author="person_id")
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
