"""When a counselling room was really open, and how long it is to be in a week.

Revision ID: 0024_room_log
Revises: 0022_appointments
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_room_log"
down_revision = "0022_appointments"
branch_labels = None
depends_on = None

_TABLE = "room_opening"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_TABLE}_{column}_{target}"))


def upgrade() -> None:
    """Make the log, and give every room the hours that guides ask for."""
    op.add_column("counselling_room", sa.Column("minutes_wanted", sa.Integer(), nullable=False, server_default="600"))
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_room_opening_closed")),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_room_opening_order")),
        _to("school_id", "organisation"),
        _to("room_id", "counselling_room"),
        _to("opened_by", "person"),
        _to("closed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_opening")),
    )
    op.create_index(op.f("ix_room_opening_room"), _TABLE, ["room_id", "day"])
    op.create_index(
        op.f("uq_room_opening_now"), _TABLE, ["room_id"], unique=True, sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Drop the log."""
    op.drop_table(_TABLE)
    op.drop_column("counselling_room", "minutes_wanted")
