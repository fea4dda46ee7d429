"""The trail's rows as they lie in the database: no value is believed to have its type."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Result,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    text,
    type_coerce,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType

from app.audit.models import TrailEvent, TrailHorizon, TrailLeaf, TrailTree
from app.core.database import session
from app.core.ids import parse_id

AnyRow = Row[*tuple[Any, ...]]
AnyRows = Result[*tuple[Any, ...]]
_AT_A_TIME = 2048
# The columns that repeat what the body says.
_REPEATED = (
    TrailEvent.action, TrailEvent.at, TrailEvent.person_id, TrailEvent.uuid, TrailEvent.organisation_id,
    TrailEvent.subject_kind, TrailEvent.subject_id, TrailEvent.via,
)
_IN_A_TREE = exists().where(TrailLeaf.event_id == TrailEvent.id)


def hold_snapshot() -> None:
    """See to it that the open transaction sees one moment only, and may take the time it needs.

    SQLite's always do. On PostgreSQL one that does not yet must not have read anything before.
    """
    if _is_sqlite():
        return
    if session().scalar(text("SHOW transaction_isolation")) == "read committed":
        session().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    session().execute(text("SET LOCAL statement_timeout = 0"))


def organisations() -> list[Any]:
    """Return every organisation that a tree or a leaf names, as stored."""
    named = union(select(_raw(TrailTree.organisation_id)), select(_raw(TrailLeaf.organisation_id)))
    return list(session().scalars(named.order_by(text("1"))))


def head(organisation_id: UUID) -> AnyRow | None:
    """Return size, peaks, MAC and note of a tree as stored."""
    kept = (TrailTree.size, TrailTree.peaks, TrailTree.mac, TrailTree.note_size, TrailTree.note)
    heads = select(*map(_raw, kept)).where(TrailTree.organisation_id == organisation_id)
    return _connection().execute(heads).first()


def heads() -> dict[UUID, AnyRow]:
    """Return size, peaks and MAC of every tree as stored; a row that names no organisation is nobody's."""
    kept = (TrailTree.organisation_id, TrailTree.size, TrailTree.peaks, TrailTree.mac)
    stored = {parse_id(str(row[0])): row for row in _connection().execute(select(*map(_raw, kept)))}
    return {organisation_id: row for organisation_id, row in stored.items() if organisation_id is not None}


def leaves(organisation_id: UUID, first: int, end: int) -> AnyRows:
    """Stream the leaf hashes of a tree from one place to before another."""
    places = and_(TrailLeaf.position >= first, TrailLeaf.position < end)
    statement = select(_raw(TrailLeaf.hash)).where(TrailLeaf.organisation_id == organisation_id, places)
    return _stream(statement.order_by(TrailLeaf.position))


def sealed(organisation_id: UUID) -> AnyRows:
    """Stream a tree's leaves with their events: position, leaf hash, id, xid, MAC, body, do columns agree."""
    statement = (
        select(_raw(TrailLeaf.position), _raw(TrailLeaf.hash), *_event_columns(), _agrees(organisation_id))
        .select_from(TrailLeaf)
        .outerjoin(TrailEvent, TrailEvent.id == TrailLeaf.event_id)
        .where(TrailLeaf.organisation_id == organisation_id)
        .order_by(TrailLeaf.position)
    )
    return _stream(statement)


def unsealed() -> AnyRows:
    """Stream events still waiting for the sealer: organisation, id, xid, MAC, body, do columns agree."""
    return _stream(_outside().where(_waits()))


def waiting_since() -> datetime | None:
    """Return when the oldest event that still waits for the sealer was written."""
    return session().scalar(select(func.min(TrailEvent.at)).where(_waits(), ~_IN_A_TREE))


def passed_over() -> AnyRow | None:
    """Return the first event that should be in a tree and is not, in the shape of `unsealed`."""
    return _connection().execute(_outside().limit(1)).first()


def indexes_show_all() -> bool:
    """Say whether a search finds what the table holds: SQLite lets anybody detach an index and put it back."""
    return not _is_sqlite() or session().scalar(text("PRAGMA integrity_check(trail_event)")) == "ok"


def count_events() -> int:
    """Return how many events there are."""
    return session().scalar(select(func.count()).select_from(TrailEvent)) or 0


def _waits() -> ColumnElement[bool]:
    return TrailEvent.xid >= select(func.coalesce(func.max(TrailHorizon.xid), 0)).scalar_subquery()


def _outside() -> Select[*tuple[Any, ...]]:
    return (
        select(_raw(TrailEvent.organisation_id), *_event_columns(), _agrees(None))
        .where(~_IN_A_TREE)
        .order_by(TrailEvent.id)
    )


def _event_columns() -> list[ColumnElement[Any]]:
    return [_raw(column) for column in (TrailEvent.id, TrailEvent.xid, TrailEvent.mac, TrailEvent.body)]


def _agrees(organisation_id: UUID | None) -> ColumnElement[bool]:
    """Say in SQL whether the body begins with what the plain columns say, byte for byte.

    Spelling the columns as `Saying.body` does costs the database less than reading JSON costs us. SQLite takes
    any kind of value in any column, and one of another kind is found by no search: it does not agree.
    """
    if _is_sqlite():
        begins = func.instr(TrailEvent.body, cast(_opening(), LargeBinary)) == 1
        agrees = and_(begins, *(func.typeof(_raw(column)) != "blob" for column in _REPEATED))
    else:
        agrees = func.pg_catalog.position(TrailEvent.body, func.convert_to(_opening(), "UTF8")) == 1
    return and_(agrees, TrailEvent.organisation_id == organisation_id) if organisation_id else agrees


def _opening() -> ColumnElement[str]:
    event = TrailEvent
    subject = case(
        (and_(event.subject_kind.is_(None), event.subject_id.is_(None)), "null"),
        else_=_format('["%s","%s"]', event.subject_kind, _hex(event.subject_id)),
    )
    person = case((event.person_id.is_(None), "null"), else_=_format('"%s"', _hex(event.person_id)))
    return _format(
        '{"action":"%s","at":"%s","by":%s,"id":"%s","of":"%s","on":%s,"via":"%s","with":',
        event.action,
        _moment(event.at),
        person,
        _hex(event.uuid),
        _hex(event.organisation_id),
        subject,
        event.via,
    )


def _format(template: str, *values: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """Put values into a template whole: SQLite's own format() leaves out what stands behind a NUL."""
    if not _is_sqlite():
        return func.format(template, *values, type_=String())
    first, *others = template.split("%s")
    joined: ColumnElement[str] = literal(first)
    for value, after in zip(values, others, strict=True):
        joined = joined + value + after
    return joined


def _hex(column: Any) -> ColumnElement[str]:
    spelled: ColumnElement[str] = cast(column, String)
    return spelled if _is_sqlite() else func.replace(spelled, "-", "", type_=String())


def _moment(column: Any) -> ColumnElement[str]:
    if _is_sqlite():
        return func.replace(cast(column, String), " ", "T", type_=String()) + "Z"
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', type_=String())


def _raw(column: Any) -> ColumnElement[Any]:
    return type_coerce(column, NullType())


def _stream(statement: Select[*tuple[Any, ...]]) -> AnyRows:
    return _connection().execute(statement, execution_options={"yield_per": _AT_A_TIME})


def _is_sqlite() -> bool:
    return _connection().dialect.name == "sqlite"


def _connection() -> Connection:
    return session().connection()
