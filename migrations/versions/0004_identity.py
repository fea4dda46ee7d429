"""Accounts, sessions and second factors, invitations, uses of a recovery card, and attempts in vain."""

import sqlalchemy as sa
from alembic import op

revision = "0004_identity"
down_revision = "0003_directory"
branch_labels = None
depends_on = None


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _attempts()
    _accounts()
    _sessions()
    _invitations()


def downgrade() -> None:
    for table in (
        "card_use", "invitation", "half_sign_in", "sign_in_session", "backup_code", "account", "sign_in_attempt"
    ):
        op.drop_table(table)


def _attempts() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_attempt")),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("cost_code", sa.Text(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("password_changed_at", _moment(), nullable=False),
        sa.Column("recovery_due", sa.Boolean(), nullable=False),
        sa.Column("factor_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("factor_since", _moment(), nullable=True),
        sa.Column("factor_step", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'closed')", name=op.f("ck_account_state")),
        sa.CheckConstraint(
            "(factor_sealed IS NULL) = (factor_since IS NULL)", name=op.f("ck_account_factor")
        ),
        sa.ForeignKeyConstraint(["id"], ["person.id"], name=op.f("fk_account_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "backup_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_backup_code_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_code")),
    )
    op.create_index(op.f("ix_backup_code_account_id"), "backup_code", ["account_id"])


def _sessions() -> None:
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("server_half", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("seen_at", _moment(), nullable=False),
        sa.Column("verified_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_account_id"), "sign_in_session", ["account_id"])
    op.create_table(
        "half_sign_in",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("server_half", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_half_sign_in_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_sign_in")),
    )
    op.create_index(op.f("ix_half_sign_in_account_id"), "half_sign_in", ["account_id"])


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("inviter_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.CheckConstraint("kind IN ('first', 'reset')", name=op.f("ck_invitation_kind")),
        sa.CheckConstraint("state IN ('open', 'used', 'void')", name=op.f("ck_invitation_state")),
        sa.ForeignKeyConstraint(["id"], ["slip.id"], name=op.f("fk_invitation_id_slip")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["inviter_id"], ["person.id"], name=op.f("fk_invitation_inviter_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("lookup", name=op.f("uq_invitation_lookup")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"])
    op.create_table(
        "card_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_card_use_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["recovery_card.id"], name=op.f("fk_card_use_card_id_recovery_card")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_card_use_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_use")),
    )
    op.create_index(op.f("ix_card_use_organisation_id"), "card_use", ["organisation_id"])
