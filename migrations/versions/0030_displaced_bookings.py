"""Which bookings no longer fit, so that nobody is told of one twice.

Revision ID: 0030_displaced_bookings
Revises: 0034_group_programmes
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_displaced_bookings"
down_revision = "0034_group_programmes"
branch_labels = None
depends_on = None

_TABLE = "displaced_booking"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_TABLE}_{column}_{target}"))


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("cause_code", sa.Text(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cause_code IN ('closed', 'away', 'off_duty', 'left', 'student_left')",
            name=op.f("ck_displaced_booking_cause"),
        ),
        _to("appointment_id", "appointment"),
        _to("school_id", "organisation"),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_displaced_booking")),
    )
    op.create_index(op.f("ix_displaced_booking_school_id"), _TABLE, ["school_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table(_TABLE)
