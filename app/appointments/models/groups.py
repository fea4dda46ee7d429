"""Groups that meet several times: their members, and what was done in each session."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base
from app.vault import sealed


class GroupProgramme(Base):
    """A group that meets several times about one theme; its sessions are a series, its members have a seat in each."""

    __tablename__ = "group_programme"
    __table_args__ = (
        CheckConstraint("seats BETWEEN 2 AND 60", name="seats"),
        UniqueConstraint("series_id"),
        Index("ix_group_programme_school", "school_id", "begun_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    series_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_series.id"))
    seats: Mapped[int]
    begun_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]
    theme: Mapped[bytes] = sealed(organisation="school_id")


class ProgrammeMember(Base):
    """That a student belongs to a group; who has left keeps the row, because past sessions keep their seats."""

    __tablename__ = "programme_member"

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("group_programme.id"), primary_key=True)
    student_id: Mapped[UUID] = mapped_column(ForeignKey("student.id"), primary_key=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class GroupEntry(Base):
    """What was done in one session of a group, nothing about single members: a draft until signed, then as it is."""

    __tablename__ = "group_entry"
    __table_args__ = (
        UniqueConstraint("session_id"),
        CheckConstraint(
            "(signed_at IS NULL) = (signature IS NULL) AND (signed_at IS NULL) = (signed_by IS NULL)"
            " AND (signed_at IS NULL) = (signer_epoch IS NULL)",
            name="signed",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("group_programme.id"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    body: Mapped[bytes] = sealed(object="programme_id", organisation="school_id")
    revision: Mapped[int]
    saved_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    signer_epoch: Mapped[int | None]
    signature: Mapped[bytes | None]

    programme: Mapped[GroupProgramme] = relationship(lazy="joined", innerjoin=True)
