"""What the vault keeps: public keys with their signatures, and secrets wrapped for those who may open them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class UserKey(Base):
    """A person's key pair in one epoch: public halves signed, private halves wrapped by password and code."""

    __tablename__ = "user_key"
    __table_args__ = (CheckConstraint("signer_kind IN ('root', 'slip', 'user')", name="signer_kind"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    kem_public: Mapped[bytes]
    sign_public: Mapped[bytes]
    wrapped_by_password: Mapped[bytes]
    wrapped_by_recovery: Mapped[bytes | None]
    signer_kind: Mapped[str]
    signer_id: Mapped[UUID | None]
    signer_epoch: Mapped[int | None]
    # Whether this key may vouch for others: administrators invite, nobody else does.
    vouches: Mapped[bool]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]


class Slip(Base):
    """The key behind an invitation's code: signed by the inviter, it signs the newcomer's user key."""

    __tablename__ = "slip"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(index=True)
    # The one key it may sign: a used slip from the waste paper makes no second one.
    user_epoch: Mapped[int]
    kem_public: Mapped[bytes]
    sign_public: Mapped[bytes]
    inviter_id: Mapped[UUID]
    inviter_epoch: Mapped[int]
    vouches: Mapped[bool]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ServerCheck(Base):
    """By which a start with another server's key file, or with none, is noticed."""

    __tablename__ = "server_check"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[bytes]


class Group(Base):
    """People who hold a key together; what a group is for never changes."""

    __tablename__ = "key_group"
    __table_args__ = (
        CheckConstraint("kind IN ('staff', 'grade', 'room', 'leadership', 'centre', 'board')", name="kind"),
        CheckConstraint("(kind = 'grade') = (subject_id IS NOT NULL)", name="subject"),
        UniqueConstraint("organisation_id", "kind", "subject_id"),
        # NULLs are distinct in a unique constraint, so the groups without a subject need their own.
        Index(
            "uq_key_group_whole_organisation",
            "organisation_id",
            "kind",
            unique=True,
            sqlite_where=text("subject_id IS NULL"),
            postgresql_where=text("subject_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class GroupKey(Base):
    """A group's public keys in one epoch, signed by the person who made them."""

    __tablename__ = "group_key"
    __table_args__ = (ForeignKeyConstraint(["group_id"], ["key_group.id"]),)

    group_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    kem_public: Mapped[bytes]
    sign_public: Mapped[bytes]
    founder_id: Mapped[UUID]
    founder_epoch: Mapped[int]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]


class Membership(Base):
    """A group's private key wrapped to one member: the row is the key, without it there is no membership."""

    __tablename__ = "group_member"
    __table_args__ = (
        ForeignKeyConstraint(["group_id", "epoch"], ["group_key.group_id", "group_key.epoch"]),
        CheckConstraint("holder_kind IN ('user', 'slip', 'card')", name="holder_kind"),
        CheckConstraint("granter_kind IN ('user', 'card')", name="granter_kind"),
        Index("ix_group_member_holder", "holder_kind", "holder_id"),
    )

    group_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    holder_kind: Mapped[str] = mapped_column(primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(primary_key=True)
    holder_epoch: Mapped[int] = mapped_column(primary_key=True)
    suite: Mapped[int]
    wrapped: Mapped[bytes]
    granter_kind: Mapped[str]
    granter_id: Mapped[UUID]
    granter_epoch: Mapped[int]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]


class Grant(Base):
    """An object's key wrapped to one holder, with its basis: an access grant is a key."""

    __tablename__ = "object_grant"
    __table_args__ = (
        CheckConstraint("holder_kind IN ('user', 'group', 'object', 'card', 'letter')", name="holder_kind"),
        CheckConstraint("basis <> ''", name="basis"),
        Index("ix_object_grant_holder", "holder_kind", "holder_id"),
    )

    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    holder_kind: Mapped[str] = mapped_column(primary_key=True)
    holder_id: Mapped[UUID] = mapped_column(primary_key=True)
    holder_epoch: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    suite: Mapped[int]
    wrapped: Mapped[bytes]
    basis: Mapped[str]
    standby: Mapped[bool]
    expires_at: Mapped[datetime | None]
    granted_by: Mapped[UUID]
    granter_epoch: Mapped[int]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]


class RecoveryCard(Base):
    """The public half of a printed card whose two halves together can re-admit somebody to the room."""

    __tablename__ = "recovery_card"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(index=True)
    kem_public: Mapped[bytes]
    sign_public: Mapped[bytes]
    made_by: Mapped[UUID]
    maker_epoch: Mapped[int]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LetterKey(Base):
    """The public keys of a letter: its id is made of them, its writer's return code is the private half."""

    __tablename__ = "letter_key"
    __table_args__ = (UniqueConstraint("lookup"),)

    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    # None: nobody kept a private half, as for the name that only an emergency opens.
    lookup: Mapped[bytes | None]
    kem_public: Mapped[bytes]
    sign_public: Mapped[bytes]
