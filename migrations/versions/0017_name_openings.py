"""Openings of sealed names, and what somebody else found when they looked at them.

Revision ID: 0017_name_openings
Revises: 0016_letter_files
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_name_openings"
down_revision = "0016_letter_files"
branch_labels = None
depends_on = None

_TABLE = "name_opening"
_VERDICTS = "verdict_code IS NULL OR verdict_code IN ('justified', 'not_justified')"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_TABLE}_{column}_{target}"))


def _check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{_TABLE}_{name}"))


def upgrade() -> None:
    """Make the table of openings."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("verdict_code", sa.Text(), nullable=True),
        _check("reviewed", "(reviewed_at IS NULL) = (reviewed_by IS NULL)"),
        _check("verdict", "(reviewed_at IS NULL) = (verdict_code IS NULL)"),
        _check("verdict_code", _VERDICTS),
        _check("second", "reviewed_by <> opened_by"),
        _to("letter_id", "letter"),
        _to("school_id", "organisation"),
        _to("opened_by", "person"),
        _to("reviewed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_letter_id"), _TABLE, ["letter_id"])


def downgrade() -> None:
    """Drop the table of openings."""
    op.drop_table(_TABLE)
