"""What a row holds after a deed, said on the trail: an older state put back by SQL is not what the newest event says.

A ciphertext is bound to its row but not to its version, and a plain mark ("read", "answered at") to nothing: whoever
writes SQL could put yesterday's back. So the event of a deed that changes what others rely on carries the digest of
what was written, and `verify` compares the newest with the row. Whatever changes such a column again must leave such
an event, and so must whatever deletes such a row. Which keys were taken away is said by itself (app/vault/taking.py).
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Table, inspect, select

from app.audit import broken
from app.audit.body import Code
from app.audit.broken import TrailBroken
from app.core.database import Base, session
from app.vault import Taken, still_there

_HOLDS, _TAKES = b'"holds":', b'"taken_away":'
_GONE = "gone"
_AT_A_TIME = 500


class Held(NamedTuple):
    """What an event says of some columns of a row (of none: that the row is gone), and which event it is."""

    event_id: int
    organisation_id: UUID
    columns: tuple[str, ...]
    digest: str


class Holdings:
    """The newest word of the trail about each row that others rely on, gathered event by event."""

    def __init__(self) -> None:
        self._found: dict[str, dict[UUID, tuple[Held, ...]]] = {}
        self._taken: dict[Taken, tuple[int, UUID]] = {}

    def take(self, organisation_id: UUID, event_id: int, body: bytes) -> None:
        """Take what an event says, if it says anything."""
        if _HOLDS in body:
            for table, row_id, *columns, digest in json.loads(body)["with"]["holds"]:
                held = Held(event_id, organisation_id, tuple(columns), digest)
                of_table = self._found.setdefault(table, {})
                of_table[UUID(row_id)] = _newest(of_table.get(UUID(row_id), ()), held)
        if _TAKES in body:
            for table, owner_id, mark in json.loads(body)["with"]["taken_away"]:
                self._taken[Taken(table, UUID(owner_id), UUID(mark))] = event_id, organisation_id

    def check(self) -> None:
        """Raise TrailBroken for a row that is gone or holds something else than the trail says, or a key put back."""
        for name in self._found.keys() & Base.metadata.tables.keys():
            self._check_table(Base.metadata.tables[name], self._found[name])
        for wrap in still_there(self._taken):
            event_id, organisation_id = self._taken[wrap]
            raise TrailBroken(broken.KEY_PUT_BACK, organisation_id=organisation_id, event_id=event_id)

    def _check_table(self, table: Table, said: dict[UUID, tuple[Held, ...]]) -> None:
        named = {column for of_row in said.values() for held in of_row for column in held.columns}
        columns = [column for column in table.columns if column.name in named]
        known = list(said)
        for first in range(0, len(known), _AT_A_TIME):
            some = known[first : first + _AT_A_TIME]
            stored = _stored(table, columns, some)
            for row_id in some:
                for held in said[row_id]:
                    _compare(held, stored.get(row_id))


def _newest(known: tuple[Held, ...], held: Held) -> tuple[Held, ...]:
    """Return what is known of a row with one thing more: of two that speak of one column the later counts."""
    before = [other for other in known if _speak_of_the_same(other, held)]
    if any(other.event_id > held.event_id for other in before):
        return known
    return (*(other for other in known if other not in before), held)


def _speak_of_the_same(one: Held, other: Held) -> bool:
    is_gone = not (one.columns and other.columns)
    return is_gone or not set(one.columns).isdisjoint(other.columns)


def _stored(table: Table, columns: Sequence[Column[Any]], row_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return rows by id; one in which SQLite keeps what no column of this kind can hold is left out."""
    (key,) = table.primary_key.columns
    try:
        found = session().execute(select(key, *columns).where(key.in_(row_ids))).all()
    except (TypeError, ValueError):
        if len(row_ids) == 1:
            return {}
        return {key: row for row_id in row_ids for key, row in _stored(table, columns, [row_id]).items()}
    names = [column.name for column in columns]
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}


def _compare(held: Held, row: dict[str, Any] | None) -> None:
    if not _agrees(held, row):
        what = broken.ROW_MISSING if row is None else broken.ROW_PUT_BACK
        raise TrailBroken(what, organisation_id=held.organisation_id, event_id=held.event_id)


def _agrees(held: Held, row: dict[str, Any] | None) -> bool:
    if row is None or not held.columns:
        return row is None and not held.columns
    # A column that a later version took away cannot be compared any more.
    return not row.keys() >= set(held.columns) or _digest([row[name] for name in held.columns]) == held.digest


def holding(row: Any, *columns: str) -> list[Code]:
    """Return for an event what columns of a row hold now, all under one digest.

    What changed is written first, so that of two deeds on one row the later has the later event. What is said of
    several columns counts as long as nothing newer is said of any of them: name the same ones together always.
    """
    session().flush()
    return [[row.__tablename__, _id_of(row), *columns, _digest([getattr(row, column) for column in columns])]]


def gone(row: Any) -> list[Code]:
    """Return for an event that a row of which something was said before is deleted with this deed."""
    return [[row.__tablename__, _id_of(row), _GONE]]


def _id_of(row: Any) -> UUID:
    (row_id,) = inspect(type(row)).primary_key_from_instance(row)
    return UUID(str(row_id))


def _digest(values: Sequence[Any]) -> str:
    """Return one digest of values; a single ciphertext stands for itself, so that events of before count on."""
    if len(values) == 1 and values[0] is None:
        return "nothing"
    alone = len(values) == 1 and isinstance(values[0], bytes)
    said = values[0] if alone else json.dumps([*map(_plain, values)], sort_keys=True, separators=(",", ":")).encode()
    return f"sha256-{sha256(said).hexdigest()}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    return value.hex if isinstance(value, UUID) else value
