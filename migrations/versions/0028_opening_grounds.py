"""On which ground a sealed name was opened, as its writer is told it.

Revision ID: 0028_opening_grounds
Revises: 0027_letter_threads
"""

from alembic import op

revision = "0028_opening_grounds"
down_revision = "0027_letter_threads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the ground; openings from before this was asked have none."""
    # With the rule at the column itself, SQLite adds and drops both without copying the table.
    op.execute(
        "ALTER TABLE name_opening ADD COLUMN basis_code TEXT CONSTRAINT ck_name_opening_basis CHECK "
        "(basis_code IS NULL OR basis_code IN ('SELF_HARM', 'HARM_OTHERS', 'ABUSE_REPORT', 'LEGAL_ORDER'))"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_column("name_opening", "basis_code")
