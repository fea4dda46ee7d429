"""Files that go with letters.

Revision ID: 0016_letter_attachments
Revises: 0015_second_readings
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_letter_attachments"
down_revision = "0015_second_readings"
branch_labels = None
depends_on = None

_TABLE = "letter_attachment"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_TABLE}_{column}_{target}"))


def upgrade() -> None:
    """Make the table of files."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _to("letter_id", "letter"),
        _to("message_id", "letter_message"),
        _to("school_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_letter_id"), _TABLE, ["letter_id"])
    op.create_index(op.f(f"ix_{_TABLE}_school_id"), _TABLE, ["school_id"])


def downgrade() -> None:
    """Drop the table of files."""
    op.drop_table(_TABLE)
