"""Accounts, sessions and second factors, invitations, uses of a recovery card, and attempts in vain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.vault import sealed, server_sealed


class Account(Base):
    """How a person proves who they are; the id is the person's."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'closed')", name="state"),
        CheckConstraint("(factor_sealed IS NULL) = (factor_since IS NULL)", name="factor"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    state: Mapped[str]
    # Made in demo mode, with a password that everybody knows: it opens nothing outside demo mode.
    demo: Mapped[bool]
    salt: Mapped[bytes]
    cost_code: Mapped[str]
    verifier: Mapped[bytes]
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]
    # The personal recovery code has still to be shown and confirmed before anything else.
    recovery_due: Mapped[bool]
    factor_sealed: Mapped[bytes | None] = server_sealed(nullable=True)
    factor_since: Mapped[datetime | None]
    # The time step of the last code that was taken: a code counts once.
    factor_step: Mapped[int]


class BackupCode(Base):
    """A code for the day on which the device is lost: kept as a keyed hash, taken once."""

    __tablename__ = "backup_code"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[bytes]
    used_at: Mapped[datetime | None]


class SignInSession(Base):
    """A session: its id is a hash of the cookie, and only the cookie opens the private key wrapped here."""

    __tablename__ = "sign_in_session"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    server_half: Mapped[bytes]
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    verified_at: Mapped[datetime]


class HalfSignIn(Base):
    """Between password and code: for a few minutes it can take the code, and nothing else."""

    __tablename__ = "half_sign_in"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    server_half: Mapped[bytes]
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class SignInAttempt(Base):
    """How often one account was tried in vain from one source; both stand as keyed hashes."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime]


class Invitation(Base):
    """A printed slip for one person: found by a hash of its code, used once, void after a fortnight.

    Its keys are the vault's slip of the same id. `kind` first opens an account, reset gives a login anew.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("kind IN ('first', 'reset')", name="kind"),
        CheckConstraint("state IN ('open', 'used', 'void')", name="state"),
        UniqueConstraint("lookup"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("slip.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    inviter_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    lookup: Mapped[bytes]
    kind: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class RefusedAdmission(Base):
    """That somebody's key was not admitted to a group: the six words differed, or it was not the person.

    It counts for that key alone: who gets new ones waits anew.
    """

    __tablename__ = "refused_admission"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("key_group.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    key_epoch: Mapped[int] = mapped_column(primary_key=True)
    refused_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CardUse(Base):
    """That a room's recovery card was used, by whom and why; the reason is sealed to the room."""

    __tablename__ = "card_use"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    card_id: Mapped[UUID] = mapped_column(ForeignKey("recovery_card.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[bytes] = sealed()
    at: Mapped[datetime]
