"""Finding events: who looked at a record, and what happened at an organisation; always by sequence."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, bindparam, column, func, select, true, union_all
from sqlalchemy.sql.selectable import SelectBase

from app.audit.models import TrailEvent
from app.core.database import session
from app.core.paging import Page

PAGE_SIZE = 50


def events_about(subject_id: UUID, *, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[TrailEvent]:
    """Return what was done to one record and who looked at it, newest first."""
    return _page([TrailEvent.subject_id == subject_id], cursor, size)


def count_about(subject_id: UUID, action: str) -> int:
    """Return how often one thing was done to one record."""
    return session().scalar(
        select(func.count()).where(TrailEvent.subject_id == subject_id, TrailEvent.action == action)
    ) or 0


def events_of(
    organisation_ids: Collection[UUID],
    *,
    action: str | None = None,
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[TrailEvent]:
    """Return what happened at some organisations, newest first; `until` is the first moment left out."""
    conditions: list[ColumnElement[bool]] = []
    if action is not None:
        conditions.append(TrailEvent.action == action)
    if since is not None:
        conditions.append(TrailEvent.at >= since)
    if until is not None:
        conditions.append(TrailEvent.at < until)
    whose = [TrailEvent.person_id == person_id] if person_id is not None else []
    whose += [TrailEvent.subject_id == subject_id] if subject_id is not None else []
    if whose:
        return _page([*whose, TrailEvent.organisation_id.in_(organisation_ids), *conditions], cursor, size)
    return _page_over(organisation_ids, conditions, cursor, size)


def _page_over(
    organisation_ids: Collection[UUID], conditions: list[ColumnElement[bool]], cursor: str | None, size: int
) -> Page[TrailEvent]:
    """Merge the newest of each organisation: one short look into an index for each, whatever its length."""
    if not organisation_ids:
        return Page([], None)
    newest = _newest_of_each(list(organisation_ids), conditions, cursor, size)
    return _page([TrailEvent.id.in_(newest)], cursor, size)


def _newest_of_each(
    organisation_ids: list[UUID], conditions: list[ColumnElement[bool]], cursor: str | None, size: int
) -> SelectBase:
    if session().connection().dialect.name == "sqlite":
        newest = (_newest([TrailEvent.organisation_id == one, *conditions], cursor, size) for one in organisation_ids)
        return union_all(*(select(one.subquery().c.id) for one in newest))
    # A district has hundreds: PostgreSQL takes them as one array, in one plan. "Between" and the order keep
    # it from walking back through everybody's events in search of those of a school that has none.
    ids = bindparam("each", organisation_ids, ARRAY(Uuid()))
    each = func.unnest(ids).table_valued(column("id", Uuid()), name="each").render_derived()
    within = TrailEvent.organisation_id.between(each.c.id, each.c.id)
    order = (TrailEvent.organisation_id.desc(), TrailEvent.id.desc())
    found = _newest([within, *conditions], cursor, size).order_by(None).order_by(*order).lateral()
    return select(found.c.id).select_from(each).join(found, true())


def _page(where: list[ColumnElement[bool]], cursor: str | None, size: int) -> Page[TrailEvent]:
    wanted = _newest(where, cursor, size).with_only_columns(TrailEvent)
    found = list(session().scalars(wanted))
    more = len(found) > size
    return Page(found[:size], str(found[size - 1].id) if more else None)


def _newest(where: list[ColumnElement[bool]], cursor: str | None, size: int) -> Select[int]:
    """Select the ids of one page and one more; a cursor that is none simply starts the list again."""
    if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < 19:
        where = [*where, TrailEvent.id < int(cursor)]
    return select(TrailEvent.id).where(*where).order_by(TrailEvent.id.desc()).limit(size + 1)
