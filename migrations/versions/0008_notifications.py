"""Notices for people, and the mails that say that there are some."""

import sqlalchemy as sa
from alembic import op

revision = "0008_notifications"
down_revision = "0007_rosters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_state", sa.Text(), nullable=False),
        sa.Column("mail_tries", sa.Integer(), nullable=False),
        sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mail_state IN ('none', 'waiting', 'sent', 'given_up')", name=op.f("ck_notice_mail_state")
        ),
        sa.CheckConstraint("(mail_state = 'waiting') = (mail_due_at IS NOT NULL)", name=op.f("ck_notice_mail_due")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_notice_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_person_seen", "notice", ["person_id", "seen_at"])
    op.create_index("ix_notice_mail_due_at", "notice", ["mail_due_at"])


def downgrade() -> None:
    op.drop_table("notice")
