"""How each person wants to be told outside the pages, and which notices wait for no hour."""

import sqlalchemy as sa
from alembic import op

revision = "0019_notice_choices"
down_revision = "0018_letter_releases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("way_code", sa.Text(), nullable=False),
        sa.Column("pace_code", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("robot_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "way_code IN ('mail', 'dingtalk', 'wecom', 'none')", name=op.f("ck_notice_choice_way")
        ),
        sa.CheckConstraint(
            "pace_code IN ('at_once', 'hourly', 'mornings')", name=op.f("ck_notice_choice_pace")
        ),
        sa.CheckConstraint(
            "(way_code IN ('dingtalk', 'wecom')) = (robot_sealed IS NOT NULL)", name=op.f("ck_notice_choice_robot")
        ),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until",
            name=op.f("ck_notice_choice_quiet"),
        ),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439", name=op.f("ck_notice_choice_minutes")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_choice")),
    )


def downgrade() -> None:
    op.drop_table("notice_choice")
    op.drop_column("notice", "urgent")
