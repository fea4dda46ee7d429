"""What the trail keeps: events, the leaves and heads of the trees they are sealed in, and checkpoints."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Identity, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base

# SQLite numbers rows by itself only in a column of exactly this type.
_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")


class TrailEvent(Base):
    """One deed or one look: who, through what, did what, to what, when. Never content.

    `body` is the truth; the plain columns repeat it for searching. `id` is the order of arrival, `xid` the
    writing transaction on PostgreSQL. Rows are never changed or deleted: triggers see to it.
    """

    __tablename__ = "trail_event"
    __table_args__ = (
        UniqueConstraint("uuid"),
        Index(None, "organisation_id", "id"),
        Index(None, "organisation_id", "action", "id"),
        Index(None, "organisation_id", "at"),
        Index(None, "person_id", "id"),
        Index(None, "subject_id", "id"),
        Index(
            None,
            "xid",
            sqlite_where=text("xid IS NOT NULL"),
            postgresql_where=text("xid IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_SEQUENCE, Identity(), primary_key=True)
    uuid: Mapped[UUID]
    organisation_id: Mapped[UUID]
    at: Mapped[datetime]
    person_id: Mapped[UUID | None]
    via: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    body: Mapped[bytes]
    mac: Mapped[bytes]
    xid: Mapped[int | None] = mapped_column(BigInteger, FetchedValue())

    @property
    def codes(self) -> dict[str, Any]:
        """The ids, codes and counts that came with the event."""
        found: dict[str, Any] = json.loads(self.body)["with"]
        return found


class TrailLeaf(Base):
    """The place of one event in its organisation's tree."""

    __tablename__ = "trail_leaf"
    __table_args__ = (UniqueConstraint("event_id"),)

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class TrailTree(Base):
    """The head of one organisation's tree: size and peaks under the server's MAC, and the newest note."""

    __tablename__ = "trail_tree"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    peaks: Mapped[bytes]
    mac: Mapped[bytes]
    note_size: Mapped[int] = mapped_column(BigInteger, default=0)
    note: Mapped[str | None]


class TrailCheckpoint(Base):
    """A signed note kept for good: hourly where there was something to sign, and each one handed out."""

    __tablename__ = "trail_checkpoint"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    note: Mapped[str]


class TrailHorizon(Base):
    """One row on PostgreSQL: every event of a transaction before this one has been sealed or refused."""

    __tablename__ = "trail_horizon"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    xid: Mapped[int] = mapped_column(BigInteger)
