"""Letters that nobody can open, letters opened in an emergency, and what is said again while nobody does it.

Revision ID: 0029_letter_reminders
Revises: 0033_sessions
"""

import sqlalchemy as sa
from alembic import op

revision = "0029_letter_reminders"
down_revision = "0033_sessions"
branch_labels = None
depends_on = None

_REMINDED = ("name_opening", "answer_reading")


def upgrade() -> None:
    """Add the columns; what waits already is said again from the moment at which it was due."""
    op.add_column("letter", sa.Column("readerless_since", sa.DateTime(timezone=True)))
    _add_with_rule(
        "letter", "readerless_due_at", sa.DateTime(timezone=True), "readerless",
        "(readerless_since IS NULL) = (readerless_due_at IS NULL)",
    )
    op.create_index("ix_letter_readerless_since", "letter", ["readerless_since"])
    op.execute(
        "ALTER TABLE name_opening ADD COLUMN subject_code TEXT DEFAULT 'name' NOT NULL "
        "CONSTRAINT ck_name_opening_subject CHECK (subject_code IN ('name', 'letter'))"
    )
    _add_with_rule(
        "name_opening", "key_id", sa.Uuid(), "key", "(subject_code = 'letter') = (key_id IS NOT NULL)"
    )
    for table in _REMINDED:
        op.add_column(table, sa.Column("reminded", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("remind_at", sa.DateTime(timezone=True)))
        op.create_index(f"ix_{table}_remind_at", table, ["remind_at"])
    op.execute("UPDATE name_opening SET remind_at = review_due_at WHERE reviewed_at IS NULL")
    op.execute("UPDATE answer_reading SET remind_at = due_at WHERE read_at IS NULL")


def _add_with_rule(table: str, column: str, kind: sa.types.TypeEngine, name: str, rule: str) -> None:
    """Add a column with its rule at the column itself: SQLite adds and drops both without copying the table."""
    words = kind.compile(dialect=op.get_bind().dialect)
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {words} CONSTRAINT ck_{table}_{name} CHECK ({rule})")


def downgrade() -> None:
    """Take them away; a letter's opening has no place among openings of names."""
    for table in _REMINDED:
        op.drop_index(f"ix_{table}_remind_at", table)
        op.drop_column(table, "remind_at")
        op.drop_column(table, "reminded")
    op.execute("DELETE FROM name_opening WHERE subject_code = 'letter'")
    op.drop_column("name_opening", "key_id")
    op.drop_column("name_opening", "subject_code")
    op.drop_index("ix_letter_readerless_since", "letter")
    op.drop_column("letter", "readerless_due_at")
    op.drop_column("letter", "readerless_since")
