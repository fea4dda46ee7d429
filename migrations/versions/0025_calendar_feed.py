"""At which address a counsellor's own calendar program asks for their times.

Revision ID: 0025_calendar_feed
Revises: 0024_room_log
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_calendar_feed"
down_revision = "0024_room_log"
branch_labels = None
depends_on = None

_TABLE = "calendar_feed"


def upgrade() -> None:
    """Make the table: one address a person, of which a keyed hash is kept."""
    op.create_table(
        _TABLE,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("address_index", name=op.f("uq_calendar_feed_address_index")),
    )


def downgrade() -> None:
    """Drop the table: every address is dead."""
    op.drop_table(_TABLE)
