"""Finding a person's own notices, and how they want to be told; nobody else's can be asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm.attributes import set_committed_value

from app.access import Actor
from app.audit.models import TrailEvent
from app.core.database import session
from app.core.paging import Page, page
from app.notifications.models import Notice, NoticeChoice

TEST = "notice:test"


def get_notice(notice_id: UUID) -> Notice | None:
    """Return a notice by its id."""
    return session().get(Notice, notice_id)


def notices_of(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[Notice]:
    """Return the actor's notices, newest first, each with the moment at which it was seen."""
    mine = select(Notice).where(Notice.person_id == actor.person_id)
    found = page(mine, by=(Notice.at, Notice.id), cursor=cursor, size=size)
    seen = _seen_by_looking([notice.id for notice in found.items if notice.seen_at is None])
    for notice in found.items:
        if notice.id in seen:
            # What the row will say as soon as the job has come by; a page changes nothing.
            set_committed_value(notice, "seen_at", seen[notice.id])
    return found


def unseen_count(actor: Actor) -> int:
    """Return how many notices the actor has not looked at."""
    return session().scalar(
        select(func.count())
        .select_from(Notice)
        .where(Notice.person_id == actor.person_id, Notice.seen_at.is_(None), ~was_looked_at())
    ) or 0


def last_told_of(kind: str, *, since: datetime) -> dict[tuple[UUID, UUID], datetime]:
    """Return when anybody was last sent a notice of this kind about each record, at each organisation."""
    rows = session().execute(
        select(Notice.subject_id, Notice.organisation_id, func.max(Notice.at))
        .where(Notice.kind == kind, Notice.at >= since)
        .group_by(Notice.subject_id, Notice.organisation_id)
    )
    return {(subject_id, organisation_id): at for subject_id, organisation_id, at in rows}


def was_told_since(kind: str, person_id: UUID, since: datetime) -> bool:
    """Say whether somebody was sent a notice of this kind since a moment, read or not."""
    told = exists().where(Notice.kind == kind, Notice.person_id == person_id, Notice.at > since)
    return bool(session().scalar(select(told)))


def was_looked_at() -> ColumnElement[bool]:
    """Return the condition under which its reader has opened, or done something to, what a notice is about.

    The trail knows it: opening a record changes nothing but the trail (ASVS V3.5.3). Ids sort by their making.
    """
    return exists().where(*_LOOKS)


def _seen_by_looking(notice_ids: list[UUID]) -> dict[UUID, datetime]:
    rows = session().execute(
        select(Notice.id, func.min(TrailEvent.at)).where(Notice.id.in_(notice_ids), *_LOOKS).group_by(Notice.id)
    ) if notice_ids else ()
    return {notice_id: at for notice_id, at in rows}


_LOOKS = (
    TrailEvent.person_id == Notice.person_id,
    TrailEvent.subject_id == Notice.subject_id,
    TrailEvent.subject_kind == Notice.subject_kind,
    TrailEvent.uuid > Notice.id,
)

def get_choice(person_id: UUID) -> NoticeChoice | None:
    """Return what a person chose, if they did."""
    return session().get(NoticeChoice, person_id)


def get_test(person_id: UUID) -> Notice | None:
    """Return the test notice that a person asked for."""
    tests = select(Notice).where(Notice.person_id == person_id, Notice.kind == TEST)
    return session().scalars(tests.order_by(Notice.at.desc()).limit(1)).first()
