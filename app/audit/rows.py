"""The trail's rows as they lie in the database: no value is believed to have its type."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
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
from sqlalchemy.types import NullType

from app.audit.models import TrailEvent, TrailHorizon, TrailLeaf, TrailTree
from app.core.database import session

_EVENT, _LEAF, _TREE = TrailEvent.__table__, TrailLeaf.__table__, TrailTree.__table__
_AT_A_TIME = 2048


def hold_snapshot() -> None:
    """Make the open transaction see one moment only; must be its first statement."""
    if not _is_sqlite():
        session().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        session().execute(text("SET LOCAL statement_timeout = 0"))


def organisations() -> list[Any]:
    """Return every organisation that a tree or a leaf names, as stored."""
    named = union(select(_raw(_TREE.c.organisation_id)), select(_raw(_LEAF.c.organisation_id)))
    return list(session().scalars(named.order_by(text("1"))))


def head(organisation_id: UUID) -> Row[Any] | None:
    """Return size, peaks, MAC and note of a tree as stored."""
    columns = (_raw(_TREE.c[name]) for name in ("size", "peaks", "mac", "note_size", "note"))
    return session().execute(select(*columns).where(_TREE.c.organisation_id == organisation_id)).first()


def sealed(organisation_id: UUID) -> Iterator[Sequence[Row[Any]]]:
    """Stream a tree's leaves with their events: position, leaf hash, id, xid, MAC, body, do columns agree."""
    statement = (
        select(_raw(_LEAF.c.position), _raw(_LEAF.c.hash), *_event_columns(), _agrees(organisation_id))
        .select_from(_LEAF.outerjoin(_EVENT, _EVENT.c.id == _LEAF.c.event_id))
        .where(_LEAF.c.organisation_id == organisation_id)
        .order_by(_LEAF.c.position)
    )
    return _stream(statement)


def unsealed() -> Iterator[Sequence[Row[Any]]]:
    """Stream events still waiting for the sealer: organisation, id, xid, MAC, body, do columns agree."""
    horizon = select(func.coalesce(func.max(TrailHorizon.xid), 0)).scalar_subquery()
    return _stream(_outside().where(_EVENT.c.xid >= horizon))


def passed_over() -> Row[Any] | None:
    """Return the first event that should be in a tree and is not, in the shape of `unsealed`."""
    return _connection().execute(_outside().limit(1)).first()


def count_events() -> int:
    """Return how many events there are."""
    return session().scalar(select(func.count()).select_from(_EVENT)) or 0


def _outside() -> Select[Any]:
    return (
        select(_raw(_EVENT.c.organisation_id), *_event_columns(), _agrees(None))
        .where(~exists().where(_LEAF.c.event_id == _EVENT.c.id))
        .order_by(_EVENT.c.id)
    )


def _event_columns() -> list[ColumnElement[Any]]:
    return [_raw(_EVENT.c[name]) for name in ("id", "xid", "mac", "body")]


def _agrees(organisation_id: UUID | None) -> ColumnElement[bool]:
    """Say in SQL whether the plain columns say what the body says, byte for byte.

    Spelling the columns as `Saying.body` does costs the database less than reading JSON costs us.
    """
    opening = cast(_opening(), LargeBinary) if _is_sqlite() else func.convert_to(_opening(), "UTF8")
    agrees = func.substr(_EVENT.c.body, 1, func.length(opening)) == opening
    return and_(agrees, _EVENT.c.organisation_id == organisation_id) if organisation_id else agrees


def _opening() -> ColumnElement[str]:
    columns = _EVENT.c
    parts: list[ColumnElement[str] | str] = [
        '{"action":"', cast(columns.action, String),
        '","at":"', _moment(columns.at),
        '","by":', _quoted(columns.person_id),
        ',"id":', _quoted(columns.uuid),
        ',"of":', _quoted(columns.organisation_id),
        ',"on":', case(
            (and_(columns.subject_kind.is_(None), columns.subject_id.is_(None)), "null"),
            else_=literal('["') + columns.subject_kind + '",' + _quoted(columns.subject_id) + "]",
        ),
        ',"via":"', cast(columns.via, String),
        '","with":',
    ]  # fmt: skip
    whole: ColumnElement[str] = literal("")
    for part in parts:
        whole = whole + part
    return whole


def _quoted(column: ColumnElement[Any]) -> ColumnElement[str]:
    bare = func.replace(cast(column, String), "-", "")
    return func.coalesce(literal('"') + bare + '"', "null")


def _moment(column: Column[Any]) -> ColumnElement[str]:
    if _is_sqlite():
        return func.replace(cast(column, String), " ", "T") + "Z"
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')


def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(column, NullType())


def _stream(statement: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    return _connection().execute(statement, execution_options={"yield_per": _AT_A_TIME}).partitions()


def _is_sqlite() -> bool:
    return _connection().dialect.name == "sqlite"


def _connection() -> Connection:
    return session().connection()
