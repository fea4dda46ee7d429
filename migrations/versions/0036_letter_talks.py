"""A talk that is offered in a letter, and the time that was chosen: sealed with the letter.

Revision ID: 0036_letter_talks
Revises: 0031_student_bookings
"""

import sqlalchemy as sa
from alembic import op

revision = "0036_letter_talks"
down_revision = "0031_student_bookings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the sealed column."""
    op.add_column("letter", sa.Column("talk", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Forget which talks were offered; the bookings stay."""
    op.drop_column("letter", "talk")
