"""What students without an account come with: a printed card, or a name that they typed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.vault import sealed


class CardSheet(Base):
    """The cards of a class as they were printed together; one key, which the room holds, opens whose each is."""

    __tablename__ = "card_sheet"
    __table_args__ = (Index("ix_card_sheet_school", "school_id", "printed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id"))
    printed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    printed_at: Mapped[datetime]


class StudentCard(Base):
    """A student's personal card. Whose it is stands in no column: the room's key opens it, and the card's own code.

    A card that is withdrawn is deleted.
    """

    __tablename__ = "student_card"
    __table_args__ = (UniqueConstraint("lookup"), Index("ix_student_card_sheet", "sheet_id"))

    # Random, so that the order of a class is not in it.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("card_sheet.id"))
    # Where the code leads, and whose card it is under the code's own key: see app/vault/personal_cards.py.
    lookup: Mapped[bytes]
    locked: Mapped[bytes]
    holder: Mapped[bytes] = sealed(object="sheet_id", organisation="school_id")


class TypedName(Base):
    """Who asked for a time without a card, in their own words, until the room has found them in the directory.

    Its id is that of the key which the request was sealed under, and which its return code opens. Once it is
    settled the room's key of it is destroyed.
    """

    __tablename__ = "typed_name"
    __table_args__ = (
        CheckConstraint("settled_at IS NOT NULL OR settled_by IS NULL", name="settled"),
        UniqueConstraint("appointment_id"),
        Index("ix_typed_name_school", "school_id", "settled_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    # The booking as it was asked for; what it was moved to follows from it.
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    # Name and class as they were typed.
    written: Mapped[bytes] = sealed(organisation="school_id")
    settled_at: Mapped[datetime | None]
    # None: it ended by itself, or was taken back.
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
