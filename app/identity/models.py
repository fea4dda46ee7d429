"""Accounts, their sessions, and attempts to sign in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class Account(Base):
    """How a person proves who they are; the id is the person's."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("state IN ('active', 'closed')", name="state"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    state: Mapped[str]
    salt: Mapped[bytes]
    cost_code: Mapped[str]
    verifier: Mapped[bytes]
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]


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


class SignInAttempt(Base):
    """How often one account was tried in vain from one source; both stand as keyed hashes."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime]
