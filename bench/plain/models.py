"""The tables of the twin: what the product seals stands here as it is. Tables without a secret are shared."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.core import migrating
from app.core.database import Base, Database
from app.directory.models import Organisation, SchoolClass

_ORGANISATION = Organisation.__table__.c.id
_CLASS = SchoolClass.__table__.c.id


class Plain(DeclarativeBase):
    """Every table that only the twin has."""

    metadata = MetaData()
    type_annotation_map = Base.type_annotation_map


class PlainPerson(Plain):
    """Somebody on the staff."""

    __tablename__ = "plain_person"
    __table_args__ = (UniqueConstraint("district_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey(_ORGANISATION))
    number: Mapped[str]
    name: Mapped[str]


class PlainPost(Plain):
    """What a person is in charge of."""

    __tablename__ = "plain_post"
    __table_args__ = (Index("ix_plain_post_organisation_kind", "organisation_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"), index=True)
    kind: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(_ORGANISATION))
    grade_id: Mapped[UUID | None]
    class_id: Mapped[UUID | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class PlainAccount(Plain):
    """How a person proves who they are."""

    __tablename__ = "plain_account"

    id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"), primary_key=True)
    state: Mapped[str]
    salt: Mapped[bytes]
    verifier: Mapped[bytes]


class PlainSession(Plain):
    """A session, found by a hash of its cookie."""

    __tablename__ = "plain_session"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("plain_account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    verified_at: Mapped[datetime]


class PlainStudent(Plain):
    """A student with everything the directory and the contacts of the class keep."""

    __tablename__ = "plain_student"
    __table_args__ = (UniqueConstraint("school_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey(_ORGANISATION))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey(_CLASS), index=True)
    number: Mapped[str]
    name: Mapped[str]
    reading: Mapped[str]
    # What a search by initials compares where it asks the database: zh, z and so on joined.
    initials: Mapped[str]
    born: Mapped[date | None]
    contacts: Mapped[dict[str, Any]]


class PlainFile(Plain):
    """A student's file."""

    __tablename__ = "plain_file"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey(_ORGANISATION), index=True)
    student_id: Mapped[UUID] = mapped_column(ForeignKey("plain_student.id"), index=True)
    in_charge_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"), index=True)
    state: Mapped[str]
    restricted: Mapped[bool]
    overview: Mapped[dict[str, Any]]
    revision: Mapped[int]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    opened_at: Mapped[datetime]


class PlainEntry(Plain):
    """A record of one session."""

    __tablename__ = "plain_entry"
    __table_args__ = (UniqueConstraint("file_id", "number"), Index("ix_plain_entry_author", "author_id", "state"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey(_ORGANISATION))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("plain_file.id"))
    number: Mapped[int]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    kind: Mapped[str]
    state: Mapped[str]
    body: Mapped[dict[str, Any]]
    revision: Mapped[int]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]

    file: Mapped[PlainFile] = relationship(lazy="joined", innerjoin=True)


class PlainAddendum(Plain):
    """What was added to an entry later."""

    __tablename__ = "plain_addendum"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("plain_entry.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    text: Mapped[str]
    added_at: Mapped[datetime]


class PlainAttachment(Plain):
    """A document kept with a file."""

    __tablename__ = "plain_attachment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("plain_file.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    name: Mapped[str]
    added_at: Mapped[datetime]


class PlainOpening(Plain):
    """The reason a colleague gave for opening a file."""

    __tablename__ = "plain_opening"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("plain_file.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PlainConcern(Plain):
    """A worry about a student on its way, with its account and its action card."""

    __tablename__ = "plain_concern"
    __table_args__ = (
        Index("ix_plain_concern_school_due", "school_id", "state", "due_at"),
        Index("ix_plain_concern_student_raised", "student_id", "raised_at"),
        Index("ix_plain_concern_raised_by", "raised_by", "raised_at"),
        Index("ix_plain_concern_tier_due", "tier", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey(_ORGANISATION))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("plain_student.id"))
    grade_id: Mapped[UUID | None]
    class_id: Mapped[UUID | None]
    source: Mapped[str]
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    raised_at: Mapped[datetime]
    state: Mapped[str]
    level: Mapped[str]
    level_basis_code: Mapped[str]
    tier: Mapped[str]
    owner_id: Mapped[UUID | None]
    due_at: Mapped[datetime | None]
    due_for_code: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    revision: Mapped[int]
    account: Mapped[dict[str, Any]]
    card: Mapped[dict[str, Any]]


class PlainDraft(Plain):
    """A concern that somebody is still writing."""

    __tablename__ = "plain_draft"
    __table_args__ = (UniqueConstraint("author_id", "student_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(ForeignKey("plain_student.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(index=True)


class PlainStep(Plain):
    """One step of a concern."""

    __tablename__ = "plain_step"
    __table_args__ = (UniqueConstraint("concern_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    concern_id: Mapped[UUID] = mapped_column(ForeignKey("plain_concern.id"))
    number: Mapped[int]
    deed: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    level: Mapped[str]
    tier: Mapped[str]
    person_id: Mapped[UUID | None]
    at: Mapped[datetime]
    words: Mapped[str | None]


class PlainNotice(Plain):
    """One thing that one person should know of."""

    __tablename__ = "plain_notice"
    __table_args__ = (Index("ix_plain_notice_person_seen", "person_id", "seen_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("plain_person.id"))
    organisation_id: Mapped[UUID]
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    mail_state: Mapped[str]
    mail_tries: Mapped[int]
    mail_due_at: Mapped[datetime | None] = mapped_column(index=True)


def make_tables(database: Database) -> None:
    """Make the twin's tables in an empty database, beside the product's, of which the frame asks some."""
    migrating.upgrade(database)
    Plain.metadata.create_all(database.engine)
