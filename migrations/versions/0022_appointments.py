"""Counselling rooms, their hours and rosters; bookings, and the cells of time each has claimed.

Revision ID: 0022_appointments
Revises: 0021_letter_bounds
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_appointments"
down_revision = "0021_letter_bounds"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _to_another(column: str) -> sa.ForeignKeyConstraint:
    """Point to another booking; it is asked at the end of the transaction, so that a backup is read in any order."""
    return sa.ForeignKeyConstraint(
        [column], ["appointment.id"], name=op.f(f"fk_appointment_{column}_appointment"), deferrable=True,
        initially="DEFERRED",
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _id(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def upgrade() -> None:
    """Make the tables of rooms and of bookings."""
    _make_rooms()
    _make_hours()
    _make_turns()
    _make_blocks()
    _make_series()
    _make_bookings()
    _make_claims()


def _make_rooms() -> None:
    table = "counselling_room"
    op.create_table(
        table,
        _id("id"),
        _id("school_id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        _number("places"),
        _number("minutes_before"),
        _number("minutes_after"),
        _number("revision"),
        _check(table, "places", "places BETWEEN 1 AND 20"),
        _check(table, "minutes", "minutes_before BETWEEN 0 AND 60 AND minutes_after BETWEEN 0 AND 60"),
        sa.UniqueConstraint("school_id", "name", name=op.f("uq_counselling_room_school_id_name")),
        _to(table, "school_id", "organisation"),
        _key(table, "id"),
    )


def _make_hours() -> None:
    table = "room_hours"
    op.create_table(
        table,
        _id("id"),
        _id("school_id"),
        _id("room_id"),
        _number("weekday", nullable=True),
        sa.Column("period_label", sa.Text(), nullable=True),
        sa.Column("from_time", sa.Time(), nullable=True),
        sa.Column("to_time", sa.Time(), nullable=True),
        _number("slot_minutes", nullable=True),
        _day("first_on"),
        _day("last_on", nullable=True),
        _check(table, "weekday", "weekday BETWEEN 1 AND 7"),
        _check(table, "one_day", "weekday IS NOT NULL OR (last_on IS NOT NULL AND last_on = first_on)"),
        _check(table, "days", "last_on IS NULL OR last_on >= first_on"),
        _check(table, "period", "(period_label IS NULL) = (from_time IS NOT NULL)"),
        _check(table, "times", "(from_time IS NULL) = (to_time IS NULL)"),
        _check(table, "order", "to_time > from_time"),
        _check(table, "slot_minutes", "slot_minutes BETWEEN 5 AND 480"),
        _to(table, "school_id", "organisation"),
        _to(table, "room_id", "counselling_room"),
        _key(table, "id"),
    )
    op.create_index(op.f("ix_room_hours_room"), table, ["room_id", "first_on"])


def _make_turns() -> None:
    table = "duty_turn"
    op.create_table(
        table,
        _id("id"),
        _id("school_id"),
        _id("room_id"),
        _number("weekday"),
        _id("person_id"),
        _id("substitute_id", nullable=True),
        _day("first_on"),
        _day("last_on", nullable=True),
        _check(table, "weekday", "weekday BETWEEN 1 AND 7"),
        _check(table, "days", "last_on IS NULL OR last_on >= first_on"),
        _check(table, "substitute", "substitute_id <> person_id"),
        _to(table, "school_id", "organisation"),
        _to(table, "room_id", "counselling_room"),
        _to(table, "person_id", "person"),
        _to(table, "substitute_id", "person"),
        _key(table, "id"),
    )
    op.create_index(op.f("ix_duty_turn_room"), table, ["room_id", "weekday", "first_on"])


def _make_blocks() -> None:
    table = "blocked_time"
    op.create_table(
        table,
        _id("id"),
        _id("school_id"),
        _id("room_id", nullable=True),
        _id("person_id", nullable=True),
        sa.Column("cause_code", sa.Text(), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        _id("entered_by"),
        _moment("entered_at"),
        _check(table, "whose", "(room_id IS NULL) <> (person_id IS NULL)"),
        _check(table, "cause", "cause_code IN ('closed', 'absent', 'busy')"),
        _check(table, "order", "ends_at > starts_at"),
        _to(table, "school_id", "organisation"),
        _to(table, "room_id", "counselling_room"),
        _to(table, "person_id", "person"),
        _to(table, "entered_by", "person"),
        _key(table, "id"),
    )
    op.create_index(op.f("ix_blocked_time_school"), table, ["school_id", "ends_at"])


def _make_series() -> None:
    table = "appointment_series"
    op.create_table(
        table,
        _id("id"),
        _id("school_id"),
        _day("first_on"),
        _number("every_weeks"),
        _number("times"),
        _id("booked_by"),
        _moment("booked_at"),
        _check(table, "every_weeks", "every_weeks BETWEEN 1 AND 8"),
        _check(table, "times", "times BETWEEN 2 AND 60"),
        _to(table, "school_id", "organisation"),
        _to(table, "booked_by", "person"),
        _key(table, "id"),
    )
    op.create_index(op.f("ix_appointment_series_school_id"), table, ["school_id"])
    table = "series_gap"
    op.create_table(
        table,
        _id("series_id"),
        _number("number"),
        _day("day"),
        sa.Column("cause_code", sa.Text(), nullable=False),
        _check(table, "cause", "cause_code IN ('closed', 'taken', 'past', 'chosen')"),
        _to(table, "series_id", "appointment_series"),
        _key(table, "series_id", "number"),
    )


def _make_bookings() -> None:
    table = "appointment"
    op.create_table(
        table,
        _id("id"),
        _id("school_id"),
        _id("room_id", nullable=True),
        _number("place", nullable=True),
        _id("counsellor_id"),
        _id("student_id", nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _moment("starts_at"),
        _moment("ends_at"),
        sa.Column("zone_name", sa.Text(), nullable=False),
        _number("minutes_before"),
        _number("minutes_after"),
        _moment("expires_at", nullable=True),
        _number("seats", nullable=True),
        _id("session_id", nullable=True),
        _number("seat", nullable=True),
        _id("series_id", nullable=True),
        _number("series_number", nullable=True),
        _id("moved_from_id", nullable=True),
        _id("booked_by", nullable=True),
        _moment("booked_at"),
        _moment("state_at"),
        _number("revision"),
        _id("reason_id", nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        _check(table, "kind", "kind IN ('individual', 'group', 'parent', 'crisis', 'walk_in')"),
        _check(
            table, "state",
            "state IN ('requested', 'held', 'confirmed', 'attended', 'no_show', 'cancelled', 'expired', 'moved')",
        ),
        _check(table, "order", "ends_at > starts_at"),
        _check(table, "expires", "(state IN ('requested', 'held')) = (expires_at IS NOT NULL)"),
        _check(table, "reason", "(reason IS NULL) = (reason_id IS NULL)"),
        _check(table, "place", "(room_id IS NULL) = (place IS NULL)"),
        _check(table, "elsewhere", "room_id IS NOT NULL OR kind IN ('crisis', 'walk_in')"),
        _check(table, "seats", "(seats IS NULL) = (kind <> 'group' OR session_id IS NOT NULL)"),
        _check(table, "session", "session_id IS NULL OR (kind = 'group' AND student_id IS NOT NULL)"),
        _check(table, "nobodys", "seats IS NULL OR student_id IS NULL"),
        _check(
            table, "seat",
            "(seat IS NOT NULL) = (session_id IS NOT NULL AND state NOT IN"
            " ('no_show', 'cancelled', 'expired', 'moved'))",
        ),
        sa.UniqueConstraint("session_id", "seat", name=op.f("uq_appointment_session_id_seat")),
        sa.UniqueConstraint("moved_from_id", name=op.f("uq_appointment_moved_from_id")),
        _to(table, "school_id", "organisation"),
        _to(table, "room_id", "counselling_room"),
        _to(table, "counsellor_id", "person"),
        _to(table, "student_id", "student"),
        _to_another("session_id"),
        _to(table, "series_id", "appointment_series"),
        _to_another("moved_from_id"),
        _to(table, "booked_by", "person"),
        _key(table, "id"),
    )
    for name, columns in {
        "school_starts": ["school_id", "starts_at"],
        "counsellor_starts": ["counsellor_id", "starts_at"],
        "student_starts": ["student_id", "starts_at"],
        "booked_by": ["booked_by", "starts_at"],
        "expires": ["expires_at"],
        "series": ["series_id", "series_number"],
    }.items():
        op.create_index(op.f(f"ix_appointment_{name}"), table, columns)


def _make_claims() -> None:
    table = "appointment_claim"
    op.create_table(
        table,
        sa.Column("resource_kind", sa.Text(), nullable=False),
        _id("resource_id"),
        _number("place"),
        _number("cell"),
        _id("appointment_id"),
        _check(table, "resource_kind", "resource_kind IN ('counsellor', 'room', 'student')"),
        _to(table, "appointment_id", "appointment"),
        _key(table, "resource_kind", "resource_id", "place", "cell"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_appointment_claim_appointment_id"), table, ["appointment_id"])
    op.create_index(op.f("ix_appointment_claim_cell"), table, ["cell"])


def downgrade() -> None:
    """Drop them, those that name others first."""
    for table in (
        "appointment_claim", "appointment", "series_gap", "appointment_series", "blocked_time", "duty_turn",
        "room_hours", "counselling_room",
    ):
        op.drop_table(table)
