"""What follows from a booking: its session, that it no longer fits, a look after who stayed away; and its feed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.models.bookings import Appointment
from app.core.database import Base, one_of

DISPLACED_CAUSES = ("closed", "away", "off_duty", "left", "student_left")
OUTCOMES = ("met", "adult", "known", "came")


class Sitting(Base):
    """That somebody holds, or held, the talk that was booked, and which entry of a file they write about it.

    Each who holds it has one of their own. The entry is named by its id: of file and words nothing stands here.
    """

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("ended_at >= begun_at", name="order"),
        UniqueConstraint("entry_id"),
        Index("ix_sitting_person", "person_id", "ended_at"),
    )

    # One for each person and booking, whatever is pressed twice.
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    # None: the draft was taken away, and nothing of it was kept.
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("file_entry.id", ondelete="SET NULL"))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DisplacedBooking(Base):
    """That a booking no longer fits, and since when this is known: whoever can do something about it has been told.

    What fits is computed; this row only keeps anybody from being told twice. It goes when the booking fits again.
    """

    __tablename__ = "displaced_booking"
    __table_args__ = (
        CheckConstraint(one_of("cause_code", DISPLACED_CAUSES), name="cause"),
        Index("ix_displaced_booking_school_id", "school_id"),
    )

    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    cause_code: Mapped[str]
    noticed_at: Mapped[datetime]


class CalendarFeed(Base):
    """That a counsellor's own calendar program may ask for their times, at an address of which only this is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("address_index"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    # HMAC of the secret in the address, under the server's key.
    address_index: Mapped[bytes]
    made_at: Mapped[datetime]


class LookIn(Base):
    """That somebody looks after a student of whom the room takes care and who did not come: who, and until when.

    It says nothing of what was talked about: that belongs in the file. Nothing is counted against the student.
    """

    __tablename__ = "look_in"
    __table_args__ = (
        CheckConstraint(one_of("outcome_code", OUTCOMES), name="outcome"),
        CheckConstraint("(done_at IS NULL) = (outcome_code IS NULL)", name="done"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by"),
        UniqueConstraint("appointment_id"),
        Index("ix_look_in_school", "school_id", "done_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("student.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]
    due_at: Mapped[datetime]
    # When others were told that it is not done.
    told_at: Mapped[datetime | None]
    outcome_code: Mapped[str | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]

    appointment: Mapped[Appointment] = relationship(lazy="joined")

    @property
    def reason_id(self) -> UUID | None:
        """Return the key that whoever may know of the booking holds, where there is a reason."""
        return self.appointment.reason_id
