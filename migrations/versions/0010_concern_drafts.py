"""Drafts of concerns, each sealed to its author alone.

Revision ID: 0010_concern_drafts
Revises: 0009_escalation
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_concern_drafts"
down_revision = "0009_escalation"
branch_labels = None
depends_on = None


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_concern_draft_{column}_{target}"))


def upgrade() -> None:
    """Make the table of drafts."""
    op.create_table(
        "concern_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        _to("school_id", "organisation"),
        _to("student_id", "student"),
        _to("author_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_draft")),
        sa.UniqueConstraint("author_id", "student_id", name=op.f("uq_concern_draft_author_id_student_id")),
    )
    op.create_index(op.f("ix_concern_draft_student_id"), "concern_draft", ["student_id"])
    op.create_index(op.f("ix_concern_draft_saved_at"), "concern_draft", ["saved_at"])


def downgrade() -> None:
    """Drop the table of drafts."""
    op.drop_table("concern_draft")
