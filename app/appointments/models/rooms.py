"""Rooms, their hours, who is on duty, when nobody is, and that a room was opened."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, one_of

BLOCK_CAUSES = ("closed", "absent", "busy")


class CounsellingRoom(Base):
    """A room in which a school counsels. Its first one has the school's own id: see `queries.default_room`."""

    __tablename__ = "counselling_room"
    __table_args__ = (
        CheckConstraint("places BETWEEN 1 AND 20", name="places"),
        CheckConstraint("minutes_before BETWEEN 0 AND 60 AND minutes_after BETWEEN 0 AND 60", name="minutes"),
        UniqueConstraint("school_id", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    # A closed room takes no new bookings.
    open: Mapped[bool]
    # How many can be with a counsellor in it at once, each at a place of their own.
    places: Mapped[int]
    # Kept free around every booking, so that nobody meets the one before.
    minutes_before: Mapped[int]
    minutes_after: Mapped[int]
    # How long it is to be open in a week outside lessons, by whatever rule the school follows.
    minutes_wanted: Mapped[int]
    revision: Mapped[int]


class RoomHours(Base):
    """When a room is open: in a period of the school's bells, or by the clock, on a weekday or on one single day."""

    __tablename__ = "room_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("weekday IS NOT NULL OR (last_on IS NOT NULL AND last_on = first_on)", name="one_day"),
        CheckConstraint("last_on IS NULL OR last_on >= first_on", name="days"),
        CheckConstraint("(period_label IS NULL) = (from_time IS NOT NULL)", name="period"),
        CheckConstraint("(from_time IS NULL) = (to_time IS NULL)", name="times"),
        CheckConstraint("to_time > from_time", name="order"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 480", name="slot_minutes"),
        Index("ix_room_hours_room", "room_id", "first_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("counselling_room.id"))
    # None: on the day `first_on` alone, also where there is no school.
    weekday: Mapped[int | None]
    period_label: Mapped[str | None]
    from_time: Mapped[time | None] = mapped_column(Time)
    to_time: Mapped[time | None] = mapped_column(Time)
    # How long one appointment is; None: the whole of it is one.
    slot_minutes: Mapped[int | None]
    first_on: Mapped[date]
    last_on: Mapped[date | None]


class DutyTurn(Base):
    """Who is on duty in a room on a weekday, and who stands in while that person is away."""

    __tablename__ = "duty_turn"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("last_on IS NULL OR last_on >= first_on", name="days"),
        CheckConstraint("substitute_id <> person_id", name="substitute"),
        Index("ix_duty_turn_room", "room_id", "weekday", "first_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("counselling_room.id"))
    weekday: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    first_on: Mapped[date]
    last_on: Mapped[date | None]


class BlockedTime(Base):
    """A time in which a room is closed, or a counsellor is away or has something else to do."""

    __tablename__ = "blocked_time"
    __table_args__ = (
        CheckConstraint("(room_id IS NULL) <> (person_id IS NULL)", name="whose"),
        CheckConstraint(one_of("cause_code", BLOCK_CAUSES), name="cause"),
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_blocked_time_school", "school_id", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("counselling_room.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    cause_code: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


class RoomOpening(Base):
    """That somebody opened a room and closed it again, so that it is known whether it was open when it says."""

    __tablename__ = "room_opening"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        CheckConstraint("closed_at >= opened_at", name="order"),
        Index("ix_room_opening_room", "room_id", "day"),
        # A room is open once at a time.
        Index(
            "uq_room_opening_now", "room_id", unique=True, sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    room_id: Mapped[UUID] = mapped_column(ForeignKey("counselling_room.id"))
    day: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
