"""What a row holds after a deed, said on the trail: an older text put back by SQL is not what the newest event says.

A ciphertext is bound to its row but not to its version: whoever writes SQL could put yesterday's back, and it would
open. So the event of a deed that writes a sealed column anew carries the digest of what was written, and
`verify` compares the newest with the row. Whatever re-seals such a column must leave such an event.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, type_coerce
from sqlalchemy.types import NullType

from app.audit import broken
from app.audit.body import Code
from app.audit.broken import TrailBroken
from app.audit.rows import AnyRow
from app.core.database import Base, session
from app.vault.columns import registry

_KEY = b'"holds":'
_AT_A_TIME = 500


class Held(NamedTuple):
    """What the newest event about a column of a row says, and which event it is."""

    event_id: int
    organisation_id: UUID
    digest: str


class Holdings:
    """The newest word of the trail about each sealed column that can change, gathered event by event."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], dict[UUID, Held]] = {}

    def take(self, organisation_id: UUID, event_id: int, body: bytes) -> None:
        """Take what an event says, if it says anything; of two events about a row the later one counts."""
        if _KEY not in body:
            return
        for table, row_id, column, digest in json.loads(body)["with"]["holds"]:
            of_column = self._found.setdefault((table, column), {})
            known = of_column.get(UUID(row_id))
            if known is None or known.event_id < event_id:
                of_column[UUID(row_id)] = Held(event_id, organisation_id, digest)

    def check(self) -> None:
        """Raise TrailBroken for a row that is there and holds something else than the trail says."""
        for table, column in self._found.keys() & registry().keys():
            for row_id, stored in self._rows(table, column):
                held = self._found[table, column][row_id]
                if _digest(stored) != held.digest:
                    raise TrailBroken(
                        broken.ROW_PUT_BACK, organisation_id=held.organisation_id, event_id=held.event_id
                    )

    def _rows(self, table: str, column: str) -> Iterator[AnyRow]:
        columns = Base.metadata.tables[table].c
        known = list(self._found[table, column])
        for first in range(0, len(known), _AT_A_TIME):
            some = columns.id.in_(known[first : first + _AT_A_TIME])
            rows = select(columns.id, type_coerce(columns[column], NullType())).where(some)
            yield from session().execute(rows)


def holding(row: Any, *columns: str) -> list[Code]:
    """Return for an event what sealed columns of a row hold now.

    What changed is written first, so that of two deeds on one row the later has the later event.
    """
    session().flush()
    return [[row.__tablename__, row.id, column, _digest(getattr(row, column))] for column in columns]


def _digest(stored: Any) -> str:
    return f"sha256-{sha256(stored).hexdigest()}" if isinstance(stored, bytes) else "nothing"
