"""Who looks after a watched student that did not come, until when, and that it was done.

Revision ID: 0026_look_ins
Revises: 0025_calendar_feed
"""

import sqlalchemy as sa
from alembic import op

revision = "0026_look_ins"
down_revision = "0025_calendar_feed"
branch_labels = None
depends_on = None

_TABLE = "look_in"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_TABLE}_{column}_{target}"))


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_code", sa.Text(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome_code IN ('met', 'adult', 'known', 'came')", name=op.f("ck_look_in_outcome")
        ),
        sa.CheckConstraint("(done_at IS NULL) = (outcome_code IS NULL)", name=op.f("ck_look_in_done")),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_look_in_done_by")),
        _to("school_id", "organisation"),
        _to("appointment_id", "appointment"),
        _to("student_id", "student"),
        _to("owner_id", "person"),
        _to("done_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_in")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_look_in_appointment_id")),
    )
    op.create_index(op.f("ix_look_in_school"), _TABLE, ["school_id", "done_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table(_TABLE)
