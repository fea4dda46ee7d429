"""Finding a school's public address."""

from uuid import UUID

from sqlalchemy import select

from app.core.database import session
from app.entrance.models import Letterbox


def letterbox_at(address: str) -> Letterbox | None:
    """Return the letterbox with this public address."""
    if not address.isalnum():
        return None
    return session().scalar(select(Letterbox).where(Letterbox.address_code == address))


def letterbox_of(school_id: UUID) -> Letterbox | None:
    """Return a school's letterbox, None while it has none."""
    return session().scalar(select(Letterbox).where(Letterbox.school_id == school_id))
