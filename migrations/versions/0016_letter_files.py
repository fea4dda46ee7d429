"""Files that go with letters, and answers that are still being written.

Revision ID: 0016_letter_files
Revises: 0015_second_readings
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_letter_files"
down_revision = "0015_second_readings"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    """Make the tables of files and of drafts."""
    files, drafts = "letter_attachment", "answer_draft"
    op.create_table(
        files,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _to(files, "letter_id", "letter"),
        _to(files, "message_id", "letter_message"),
        _to(files, "school_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{files}")),
    )
    op.create_index(op.f(f"ix_{files}_letter_id"), files, ["letter_id"])
    op.create_index(op.f(f"ix_{files}_school_id"), files, ["school_id"])
    op.create_table(
        drafts,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        _to(drafts, "letter_id", "letter"),
        _to(drafts, "school_id", "organisation"),
        _to(drafts, "author_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{drafts}")),
        sa.UniqueConstraint("author_id", "letter_id", name=op.f(f"uq_{drafts}_author_id_letter_id")),
    )
    op.create_index(op.f(f"ix_{drafts}_letter_id"), drafts, ["letter_id"])
    op.create_index(op.f(f"ix_{drafts}_saved_at"), drafts, ["saved_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("answer_draft")
    op.drop_table("letter_attachment")
