"""An upload that waits for its dry run, sealed to the importer; and what was imported, for a day with its way back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.vault import sealed

_KINDS = "kind IN ('students', 'staff')"


class RosterUpload(Base):
    """A list between upload and import: nobody but the person who chose the file can read it."""

    __tablename__ = "roster_upload"
    __table_args__ = (CheckConstraint(_KINDS, name="kind"), Index("ix_roster_upload_expires_at", "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    content: Mapped[bytes] = sealed()
    choices: Mapped[bytes] = sealed()
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class RosterImport(Base):
    """An import as it was done; `way_back` says how everything was before, for the school's administrators."""

    __tablename__ = "roster_import"
    __table_args__ = (
        CheckConstraint(_KINDS, name="kind"),
        # An upload is imported once, however often its form is sent.
        UniqueConstraint("upload_id"),
        Index("ix_roster_import_organisation_made", "organisation_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]
    upload_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    way_back: Mapped[bytes | None] = sealed(nullable=True)
    undo_until: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
