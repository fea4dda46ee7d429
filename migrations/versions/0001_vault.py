"""Keys: public halves with their signatures, wrapped secrets, grants; and the forms that were carried out."""

import sqlalchemy as sa
from alembic import op

revision = "0001_vault"
down_revision = None
branch_labels = None
depends_on = None


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _user_key()
    _slip()
    _key_group()
    _group_key()
    _group_member()
    _object_grant()
    _recovery_card()
    _once_done()
    _server_check()


def downgrade() -> None:
    for table in (
        "server_check",
        "once_done",
        "recovery_card",
        "object_grant",
        "group_member",
        "group_key",
        "key_group",
        "slip",
        "user_key",
    ):
        op.drop_table(table)


def _user_key() -> None:
    op.create_table(
        "user_key",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kem_public", sa.LargeBinary(), nullable=False),
        sa.Column("sign_public", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by_password", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by_recovery", sa.LargeBinary(), nullable=True),
        sa.Column("signer_kind", sa.Text(), nullable=False),
        sa.Column("signer_id", sa.Uuid(), nullable=True),
        sa.Column("signer_epoch", sa.Integer(), nullable=True),
        sa.Column("vouches", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.CheckConstraint("signer_kind IN ('root', 'slip', 'user')", name="ck_user_key_signer_kind"),
        sa.PrimaryKeyConstraint("user_id", "epoch", name="pk_user_key"),
    )


def _slip() -> None:
    op.create_table(
        "slip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_epoch", sa.Integer(), nullable=False),
        sa.Column("kem_public", sa.LargeBinary(), nullable=False),
        sa.Column("sign_public", sa.LargeBinary(), nullable=False),
        sa.Column("inviter_id", sa.Uuid(), nullable=False),
        sa.Column("inviter_epoch", sa.Integer(), nullable=False),
        sa.Column("vouches", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_slip"),
    )
    op.create_index("ix_slip_user_id", "slip", ["user_id"])


def _key_group() -> None:
    op.create_table(
        "key_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", _moment(), nullable=False),
        sa.CheckConstraint("(kind = 'grade') = (subject_id IS NOT NULL)", name="ck_key_group_subject"),
        sa.CheckConstraint(
            "kind IN ('staff', 'grade', 'room', 'leadership', 'centre', 'board')", name="ck_key_group_kind"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_key_group"),
        sa.UniqueConstraint(
            "organisation_id", "kind", "subject_id", name="uq_key_group_organisation_id_kind_subject_id"
        ),
    )
    op.create_index(
        "uq_key_group_whole_organisation",
        "key_group",
        ["organisation_id", "kind"],
        unique=True,
        sqlite_where=sa.text("subject_id IS NULL"),
        postgresql_where=sa.text("subject_id IS NULL"),
    )


def _group_key() -> None:
    op.create_table(
        "group_key",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kem_public", sa.LargeBinary(), nullable=False),
        sa.Column("sign_public", sa.LargeBinary(), nullable=False),
        sa.Column("founder_id", sa.Uuid(), nullable=False),
        sa.Column("founder_epoch", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["key_group.id"], name="fk_group_key_group_id_key_group"),
        sa.PrimaryKeyConstraint("group_id", "epoch", name="pk_group_key"),
    )


def _group_member() -> None:
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("holder_kind", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_epoch", sa.Integer(), nullable=False),
        sa.Column("suite", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("granter_kind", sa.Text(), nullable=False),
        sa.Column("granter_id", sa.Uuid(), nullable=False),
        sa.Column("granter_epoch", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.CheckConstraint("granter_kind IN ('user', 'card')", name="ck_group_member_granter_kind"),
        sa.CheckConstraint("holder_kind IN ('user', 'slip', 'card')", name="ck_group_member_holder_kind"),
        sa.ForeignKeyConstraint(
            ["group_id", "epoch"],
            ["group_key.group_id", "group_key.epoch"],
            name="fk_group_member_group_id_epoch_group_key",
        ),
        sa.PrimaryKeyConstraint(
            "group_id", "epoch", "holder_kind", "holder_id", "holder_epoch", name="pk_group_member"
        ),
    )
    op.create_index("ix_group_member_holder", "group_member", ["holder_kind", "holder_id"])


def _object_grant() -> None:
    op.create_table(
        "object_grant",
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("holder_kind", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_epoch", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("suite", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("standby", sa.Boolean(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granter_epoch", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.CheckConstraint("basis <> ''", name="ck_object_grant_basis"),
        sa.CheckConstraint(
            "holder_kind IN ('user', 'group', 'object', 'card')", name="ck_object_grant_holder_kind"
        ),
        sa.PrimaryKeyConstraint(
            "object_id", "epoch", "holder_kind", "holder_id", "holder_epoch", name="pk_object_grant"
        ),
    )
    op.create_index("ix_object_grant_holder", "object_grant", ["holder_kind", "holder_id"])


def _recovery_card() -> None:
    op.create_table(
        "recovery_card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kem_public", sa.LargeBinary(), nullable=False),
        sa.Column("sign_public", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("maker_epoch", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_card"),
    )
    op.create_index("ix_recovery_card_organisation_id", "recovery_card", ["organisation_id"])


def _once_done() -> None:
    op.create_table(
        "once_done",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_once_done"),
    )


def _server_check() -> None:
    op.create_table(
        "server_check",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_server_check_one"),
        sa.PrimaryKeyConstraint("id", name="pk_server_check"),
    )
