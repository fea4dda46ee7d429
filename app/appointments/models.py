"""Rooms, their hours and who is on duty; bookings, and the cells of time that each of them has claimed."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appointments.states import ANSWERS, ENDS, KINDS, STATES, WAITED_FOR
from app.core.database import Base, one_of
from app.vault import sealed

BLOCK_CAUSES = ("closed", "absent", "busy")
DISPLACED_CAUSES = ("closed", "away", "off_duty", "left", "student_left")
GAP_CAUSES = ("closed", "taken", "past", "chosen")
OUTCOMES = ("met", "adult", "known", "came")
RESOURCES = ("counsellor", "room", "student")


def _to_another() -> ForeignKey:
    """Point to another booking; it is asked at the end of the transaction, so that a backup is read in any order."""
    return ForeignKey("appointment.id", deferrable=True, initially="DEFERRED")


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
