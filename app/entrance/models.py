"""A school's public address with what its pages say of help, and short visits of those who have no account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, one_of

VISIT_STAGES = ("begun", "written", "kept")
"""Kept: what was sent or come back to. The others end sooner where very many have begun and not sent."""


class Letterbox(Base):
    """A school's public address for letters, and what its pages say about help outside school."""

    __tablename__ = "letterbox"
    __table_args__ = (UniqueConstraint("school_id"), UniqueConstraint("address_code"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    # The part of the public address that is this school's; random, so that schools cannot be walked through.
    address_code: Mapped[str]
    open: Mapped[bool]
    # Hotlines as the school or district entered them, JSON: [{"label", "number", "always"}].
    hotlines_note: Mapped[str]
    # When somebody reads, and who covers the rest of the time, in the school's words.
    hours_note: Mapped[str]


class LetterVisit(Base):
    """What a browser without an account is busy with, sealed under a secret that only its cookie holds."""

    __tablename__ = "letter_visit"
    __table_args__ = (CheckConstraint(one_of("stage_code", VISIT_STAGES), name="stage"),)

    # Half the digest of the cookie's secret: neither gives the other away.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    server_half: Mapped[bytes]
    # Answers so far; after sending the code that is shown, or the letter that was come back to.
    locked: Mapped[bytes]
    # What is lost with it: nothing, words that were not sent, or a code that nobody has kept yet.
    stage_code: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
