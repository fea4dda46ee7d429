"""Who waits for a time, and which one is held for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.models.bookings import Appointment
from app.appointments.states import ANSWERS, ENDS, WAITED_FOR
from app.core.database import Base, one_of
from app.vault import sealed


class WaitingEntry(Base):
    """That a student waits for a time in the room: how urgently, since when, and what would suit.

    What is wished for is as coarse as a timetable, so that a job finds what suits without opening anything; why
    somebody comes is sealed, and goes on with the booking as it is.
    """

    __tablename__ = "waiting_entry"
    __table_args__ = (
        CheckConstraint(one_of("kind", WAITED_FOR), name="kind"),
        CheckConstraint("urgency BETWEEN 1 AND 3", name="urgency"),
        CheckConstraint(one_of("end_code", ENDS), name="end"),
        CheckConstraint("(ended_at IS NULL) = (end_code IS NULL)", name="ended"),
        CheckConstraint("(reason IS NULL) = (reason_id IS NULL)", name="reason"),
        Index("ix_waiting_entry_school", "school_id", "ended_at", "urgency", "since"),
        Index("ix_waiting_entry_student_id", "student_id"),
        Index("ix_waiting_entry_booked_by", "booked_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("student.id"))
    kind: Mapped[str]
    # 1 comes before 2 before 3, and who waits longer before who waits less.
    urgency: Mapped[int]
    since: Mapped[datetime]
    # Weekdays from 1, and periods of the bells by name; empty is any.
    weekdays: Mapped[list[Any]]
    periods: Mapped[list[Any]]
    counsellor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    # Who asked, and so whose booking it becomes. None: the student, who has no account.
    booked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    # After an offer that nobody answered the next ones go to others until then.
    rests_until: Mapped[datetime | None]
    revision: Mapped[int]
    ended_at: Mapped[datetime | None]
    end_code: Mapped[str | None]
    reason_id: Mapped[UUID | None]
    reason: Mapped[bytes | None] = sealed(
        object="reason_id", record="reason_id", organisation="school_id", nullable=True, moves_to="appointment"
    )


class WaitingOffer(Base):
    """That a time was held for somebody who waits, and what became of it: of one entry there is one at a time."""

    __tablename__ = "waiting_offer"
    __table_args__ = (
        CheckConstraint(one_of("answer_code", ANSWERS), name="answer"),
        CheckConstraint("(answered_at IS NULL) = (answer_code IS NULL)", name="answered"),
        UniqueConstraint("appointment_id"),
        Index("ix_waiting_offer_entry_id", "entry_id"),
        Index(
            "uq_waiting_offer_now", "entry_id", unique=True, sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("waiting_entry.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer_code: Mapped[str | None]

    entry: Mapped[WaitingEntry] = relationship()
    appointment: Mapped[Appointment] = relationship()
