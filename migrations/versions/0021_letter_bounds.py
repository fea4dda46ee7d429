"""How far a visit to a letterbox has come; and counts of what letters were about, for five letters or more only."""

import sqlalchemy as sa
from alembic import op

revision = "0021_letter_bounds"
down_revision = "0019_notice_choices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say of each visit what is lost with it, and forget the counts of single weeks."""
    # Visits last half an hour: those of before are taken for what must not be forgotten early.
    op.add_column("letter_visit", sa.Column("stage_code", sa.Text(), nullable=False, server_default="kept"))
    with op.batch_alter_table("letter_visit") as table:
        table.alter_column("stage_code", server_default=None)
        table.create_check_constraint(op.f("ck_letter_visit_stage"), "stage_code IN ('begun', 'written', 'kept')")
    op.execute("DELETE FROM letter_count")


def downgrade() -> None:
    """Forget both."""
    op.execute("DELETE FROM letter_count")
    with op.batch_alter_table("letter_visit") as table:
        table.drop_constraint(op.f("ck_letter_visit_stage"), type_="check")
        table.drop_column("stage_code")
