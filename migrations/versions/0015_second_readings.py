"""Second readings of answers to letters that may be grave.

Revision ID: 0015_second_readings
Revises: 0014_letterbox
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_second_readings"
down_revision = "0014_letterbox"
branch_labels = None
depends_on = None

_TABLE = "answer_reading"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_TABLE}_{column}_{target}"))


def upgrade() -> None:
    """Make the table of second readings."""
    op.create_table(
        _TABLE,
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name=op.f(f"ck_{_TABLE}_read")),
        sa.CheckConstraint("read_by <> author_id", name=op.f(f"ck_{_TABLE}_second")),
        _to("message_id", "letter_message"),
        _to("letter_id", "letter"),
        _to("school_id", "organisation"),
        _to("author_id", "person"),
        _to("read_by", "person"),
        sa.PrimaryKeyConstraint("message_id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_letter_id"), _TABLE, ["letter_id"])


def downgrade() -> None:
    """Drop the table of second readings."""
    op.drop_table(_TABLE)
