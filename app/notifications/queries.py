"""Finding a person's own notices; nobody else's can be asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from app.access import Actor
from app.core.database import session
from app.core.paging import Page, page
from app.notifications.models import Notice


def get_notice(notice_id: UUID) -> Notice | None:
    """Return a notice by its id."""
    return session().get(Notice, notice_id)


def notices_of(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[Notice]:
    """Return the actor's notices, newest first."""
    mine = select(Notice).where(Notice.person_id == actor.person_id)
    return page(mine, by=(Notice.at, Notice.id), cursor=cursor, size=size)


def unseen_count(actor: Actor) -> int:
    """Return how many notices the actor has not looked at."""
    return session().scalar(
        select(func.count()).select_from(Notice).where(Notice.person_id == actor.person_id, Notice.seen_at.is_(None))
    ) or 0


def was_told_since(kind: str, person_id: UUID, since: datetime) -> bool:
    """Say whether somebody was sent a notice of this kind since a moment, read or not."""
    told = exists().where(Notice.kind == kind, Notice.person_id == person_id, Notice.at > since)
    return bool(session().scalar(select(told)))
