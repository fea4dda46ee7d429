"""Who waits for a time in the counselling room, and the times that were held for them.

Revision ID: 0032_waiting_list
Revises: 0029_letter_reminders
"""

import sqlalchemy as sa
from alembic import op

revision = "0032_waiting_list"
down_revision = "0029_letter_reminders"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Make both tables."""
    table = "waiting_entry"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("periods", sa.JSON(), nullable=False),
        sa.Column("counsellor_id", sa.Uuid(), nullable=True),
        sa.Column("booked_by", sa.Uuid(), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_code", sa.Text(), nullable=True),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        _check(table, "kind", "kind IN ('individual', 'parent')"),
        _check(table, "urgency", "urgency BETWEEN 1 AND 3"),
        _check(
            table, "end", "end_code IN ('placed', 'booked', 'not_wanted', 'elsewhere', 'not_reached', 'taken_back',"
            " 'left', 'mistake')",
        ),
        _check(table, "ended", "(ended_at IS NULL) = (end_code IS NULL)"),
        _check(table, "reason", "(reason IS NULL) = (reason_id IS NULL)"),
        _to(table, "school_id", "organisation"),
        _to(table, "student_id", "student"),
        _to(table, "counsellor_id", "person"),
        _to(table, "booked_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
    )
    op.create_index(op.f("ix_waiting_entry_school"), table, ["school_id", "ended_at", "urgency", "since"])
    op.create_index(op.f("ix_waiting_entry_student_id"), table, ["student_id"])
    op.create_index(op.f("ix_waiting_entry_booked_by"), table, ["booked_by"])
    _make_offers()


def _make_offers() -> None:
    table = "waiting_offer"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_code", sa.Text(), nullable=True),
        _check(table, "answer", "answer_code IN ('accepted', 'declined', 'ran_out', 'withdrawn')"),
        _check(table, "answered", "(answered_at IS NULL) = (answer_code IS NULL)"),
        _to(table, "school_id", "organisation"),
        _to(table, "entry_id", "waiting_entry"),
        _to(table, "appointment_id", "appointment"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_offer")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_waiting_offer_appointment_id")),
    )
    op.create_index(op.f("ix_waiting_offer_entry_id"), table, ["entry_id"])
    op.create_index(
        op.f("uq_waiting_offer_now"), table, ["entry_id"], unique=True, sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("waiting_offer")
    op.drop_table("waiting_entry")
