"""A form sent twice is done once: the second copy is led to where the first one went."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Base, session, write_down


class OnceDone(Base):
    """The key of a form that was carried out, and the page its sender was shown next."""

    __tablename__ = "once_done"

    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    location: Mapped[str]
    at: Mapped[datetime]


def where_it_went(key: uuid.UUID) -> str | None:
    """Return the page the first copy of this form led to, or None when it was not yet carried out."""
    done = session().get(OnceDone, key)
    return done.location if done else None


def remember(key: uuid.UUID, location: str) -> None:
    """Keep, in the deed's own transaction, that the form with this key is done."""
    write_down([OnceDone(key=key, location=location, at=clock.now())])


def forget_old(*, keep: timedelta = timedelta(days=2)) -> int:
    """Delete keys older than any page a person may still have open; return how many."""
    return session().execute(delete(OnceDone).where(OnceDone.at < clock.now() - keep)).rowcount  # type: ignore[attr-defined]
