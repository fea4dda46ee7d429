"""Notices: that something waits for a person, which kind of thing, and its id; never its content."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class Notice(Base):
    """One thing that one person should know of; its mail is sent after the commit, by a job, perhaps later."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("mail_state IN ('none', 'waiting', 'sent', 'given_up')", name="mail_state"),
        CheckConstraint("(mail_state = 'waiting') = (mail_due_at IS NOT NULL)", name="mail_due"),
        Index("ix_notice_person_seen", "person_id", "seen_at"),
        Index("ix_notice_mail_due_at", "mail_due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    mail_state: Mapped[str]
    mail_tries: Mapped[int]
    mail_due_at: Mapped[datetime | None]
