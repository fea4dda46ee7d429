"""Taking keys away: the wrap is deleted, and the next event says which, so that none is put back by SQL unseen.

A grant that was withdrawn stays signed. Whoever kept a copy of the row and writes SQL could put it back, and it would
open again; only something outside the row knows better, and that is the trail (app/audit/holding.py).
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from app.core.database import session
from app.vault.models import Grant, Membership
from app.vault.ways import forget_ways

Wraps = type[Grant] | type[Membership]
_OWNER = {Grant: Grant.object_id, Membership: Membership.group_id}
_NAMED: dict[str, Wraps] = {Grant.__tablename__: Grant, Membership.__tablename__: Membership}
_AT_A_TIME = 500


class Taken(NamedTuple):
    """A wrap that was deleted: of which table, of which object or group, and half the digest of its bytes."""

    table: str
    owner_id: UUID
    mark: UUID


def take_away(table: Wraps, *conditions: ColumnElement[bool], quietly: bool = False) -> int:
    """Delete wraps and return how many there were; it needs no key.

    Quietly, where no event follows: what its author alone could open, or a slip whose signed time is over.
    """
    gone = delete(table).where(*conditions).returning(_OWNER[table], table.wrapped)
    taken = [Taken(table.__tablename__, owner_id, _mark(wrapped)) for owner_id, wrapped in session().execute(gone)]
    if not quietly:
        session().info.setdefault("taken_away", []).extend(taken)
    forget_ways()
    return len(taken)


def taken_away() -> list[Taken]:
    """Return, once, what was taken away in this transaction; what a savepoint brought back was not."""
    taken: list[Taken] = session().info.pop("taken_away", [])
    if not taken:
        return []
    present = {wrap for wrap in still_there(taken)}
    return [wrap for wrap in dict.fromkeys(taken) if wrap not in present]


def still_there(taken: Iterable[Taken]) -> Iterator[Taken]:
    """Return those of some wraps that lie in the database."""
    wanted = set(taken)
    for name, table in _NAMED.items():
        owners = sorted({wrap.owner_id for wrap in wanted if wrap.table == name})
        for first in range(0, len(owners), _AT_A_TIME):
            some = _OWNER[table].in_(owners[first : first + _AT_A_TIME])
            for owner_id, wrapped in session().execute(select(_OWNER[table], table.wrapped).where(some)):
                if (wrap := Taken(name, owner_id, _mark(wrapped))) in wanted:
                    yield wrap


def _mark(wrapped: bytes) -> UUID:
    return UUID(bytes=hashlib.sha256(wrapped).digest()[:16])
