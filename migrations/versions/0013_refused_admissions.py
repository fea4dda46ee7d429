"""Refused admissions: whose key was not admitted to which group.

Revision ID: 0013_refused_admissions
Revises: 0010_concern_drafts
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_refused_admissions"
down_revision = "0010_concern_drafts"
branch_labels = None
depends_on = None


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_refused_admission_{column}_{target}"))


def upgrade() -> None:
    """Make the table of refused admissions."""
    op.create_table(
        "refused_admission",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key_epoch", sa.Integer(), nullable=False),
        sa.Column("refused_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _to("group_id", "key_group"),
        _to("person_id", "person"),
        _to("refused_by", "person"),
        sa.PrimaryKeyConstraint("group_id", "person_id", "key_epoch", name=op.f("pk_refused_admission")),
    )
    op.create_index(op.f("ix_refused_admission_person_id"), "refused_admission", ["person_id"])


def downgrade() -> None:
    """Drop the table of refused admissions."""
    op.drop_table("refused_admission")
