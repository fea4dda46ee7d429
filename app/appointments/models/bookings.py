"""Bookings, the rules by which they repeat, and the cells of time that each of them has claimed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.models.rooms import CounsellingRoom
from app.appointments.states import KINDS, STATES
from app.core.database import Base, one_of
from app.vault import sealed

GAP_CAUSES = ("closed", "taken", "past", "chosen")
RESOURCES = ("counsellor", "room", "student")


class AppointmentSeries(Base):
    """A rule by which bookings repeat; each occurrence is a booking of its own, and each gap a row."""

    __tablename__ = "appointment_series"
    __table_args__ = (
        CheckConstraint("every_weeks BETWEEN 1 AND 8", name="every_weeks"),
        CheckConstraint("times BETWEEN 2 AND 60", name="times"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    first_on: Mapped[date]
    every_weeks: Mapped[int]
    times: Mapped[int]
    booked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    booked_at: Mapped[datetime]


class SeriesGap(Base):
    """An occurrence of a series that somebody chose to leave out, and what stood in its way."""

    __tablename__ = "series_gap"
    __table_args__ = (CheckConstraint(one_of("cause_code", GAP_CAUSES), name="cause"),)

    series_id: Mapped[UUID] = mapped_column(ForeignKey("appointment_series.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    cause_code: Mapped[str]


def _to_another() -> ForeignKey:
    """Point to another booking; it is asked at the end of the transaction, so that a backup is read in any order."""
    return ForeignKey("appointment.id", deferrable=True, initially="DEFERRED")


class Appointment(Base):
    """One booking: a student with a counsellor, the session of a group, or one seat in such a session.

    A session has no student, and `seats`; a seat names its session and takes neither counsellor nor room, which
    the session has. Times are moments; `zone_name` says by which clocks they were made.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("(state IN ('requested', 'held')) = (expires_at IS NOT NULL)", name="expires"),
        CheckConstraint("(reason IS NULL) = (reason_id IS NULL)", name="reason"),
        CheckConstraint("(room_id IS NULL) = (place IS NULL)", name="place"),
        CheckConstraint("room_id IS NOT NULL OR kind IN ('crisis', 'walk_in')", name="elsewhere"),
        CheckConstraint("(seats IS NULL) = (kind <> 'group' OR session_id IS NOT NULL)", name="seats"),
        CheckConstraint("session_id IS NULL OR (kind = 'group' AND student_id IS NOT NULL)", name="session"),
        CheckConstraint("seats IS NULL OR student_id IS NULL", name="nobodys"),
        CheckConstraint(
            "(seat IS NOT NULL) = (session_id IS NOT NULL AND state NOT IN"
            " ('no_show', 'cancelled', 'expired', 'moved'))",
            name="seat",
        ),
        UniqueConstraint("session_id", "seat"),
        UniqueConstraint("moved_from_id"),
        Index("ix_appointment_school_starts", "school_id", "starts_at"),
        Index("ix_appointment_counsellor_starts", "counsellor_id", "starts_at"),
        Index("ix_appointment_student_starts", "student_id", "starts_at"),
        Index("ix_appointment_booked_by", "booked_by", "starts_at"),
        Index("ix_appointment_expires", "expires_at"),
        Index("ix_appointment_series", "series_id", "series_number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    # None: somewhere else in the school, where it could not wait.
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("counselling_room.id"))
    place: Mapped[int | None]
    counsellor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    # None: a session, or somebody whose name the room has yet to find in the directory.
    student_id: Mapped[UUID | None] = mapped_column(ForeignKey("student.id"))
    kind: Mapped[str]
    state: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone_name: Mapped[str]
    # As the room had them when it was booked.
    minutes_before: Mapped[int]
    minutes_after: Mapped[int]
    expires_at: Mapped[datetime | None]
    seats: Mapped[int | None]
    session_id: Mapped[UUID | None] = mapped_column(_to_another())
    seat: Mapped[int | None]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointment_series.id"))
    series_number: Mapped[int | None]
    moved_from_id: Mapped[UUID | None] = mapped_column(_to_another())
    # None: the student, who has no account.
    booked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    booked_at: Mapped[datetime]
    state_at: Mapped[datetime]
    revision: Mapped[int]
    # Why somebody comes, as coarse as they like. It keeps its own id, so that it moves along without being opened.
    reason_id: Mapped[UUID | None]
    reason: Mapped[bytes | None] = sealed(
        object="reason_id", record="reason_id", organisation="school_id", nullable=True
    )

    room: Mapped[CounsellingRoom | None] = relationship()

    @property
    def is_session(self) -> bool:
        """Say whether it is the session of a group, in which students have seats."""
        return self.seats is not None

    def facts(self) -> dict[str, Any]:
        """Return who, where and when, for the booking that comes after this one."""
        kept = ("school_id", "room_id", "counsellor_id", "student_id", "kind", "seats", "series_id", "series_number",
                "reason_id", "reason", "booked_by")
        return {name: getattr(self, name) for name in kept}


class AppointmentClaim(Base):
    """Five minutes of a counsellor, of a place in a room, or of a student, that belong to one booking and no other.

    The primary key is what makes double booking impossible: whoever claims, whatever was looked at before. A
    cell is a count of five minutes since 1970 in UTC, so that no change of clocks makes two of one.
    """

    __tablename__ = "appointment_claim"
    __table_args__ = (
        CheckConstraint(one_of("resource_kind", RESOURCES), name="resource_kind"),
        Index("ix_appointment_claim_appointment_id", "appointment_id"),
        Index("ix_appointment_claim_cell", "cell"),
        {"sqlite_with_rowid": False},
    )

    resource_kind: Mapped[str] = mapped_column(primary_key=True)
    resource_id: Mapped[UUID] = mapped_column(primary_key=True)
    # Which place of a room; 0 for whoever there is only one of.
    place: Mapped[int] = mapped_column(primary_key=True)
    cell: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointment.id"))
