"""Who holds the talk that was booked, and which entry of a file they write about it.

Revision ID: 0033_sessions
Revises: 0028_opening_grounds
"""

import sqlalchemy as sa
from alembic import op

revision = "0033_sessions"
down_revision = "0028_opening_grounds"
branch_labels = None
depends_on = None

_TABLE = "sitting"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at >= begun_at", name=op.f("ck_sitting_order")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_sitting_appointment_id_appointment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sitting_person_id_person")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["file_entry.id"], name=op.f("fk_sitting_entry_id_file_entry"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("appointment_id", "person_id", name=op.f("pk_sitting")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_sitting_entry_id")),
    )
    op.create_index(op.f("ix_sitting_person"), _TABLE, ["person_id", "ended_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table(_TABLE)
