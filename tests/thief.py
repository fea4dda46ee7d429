"""Somebody who may do everything in the database, behind all its triggers, and holds nobody's key."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.audit import broken
from app.audit.broken import TrailBroken
from tests.audit.conftest import behind_the_triggers, check
from tests.world import World

Row = dict[str, Any]


class Thief:
    """Reads and writes rows as they lie there; an id or a moment is given as this database keeps it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def kept(self, value: Any) -> Any:
        """Return a value as the database keeps it."""
        if isinstance(value, list):
            return json.dumps(value)
        if not self.world.database.is_sqlite:
            return value
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return value.hex if isinstance(value, UUID) else value

    def runs(self, statement: str, **values: Any) -> None:
        """Run a statement."""
        with behind_the_triggers(self.world.database) as connection:
            connection.execute(text(statement), {name: self.kept(value) for name, value in values.items()})

    def reads(self, table: str, **where: Any) -> list[Row]:
        """Return the rows of a table in which these columns hold these values."""
        wanted = " AND ".join(f"{column} = :{column}" for column in where) or "1 = 1"
        with self.world.database.engine.connect() as connection:
            asked = {name: self.kept(value) for name, value in where.items()}
            found = connection.execute(text(f"SELECT * FROM {table} WHERE {wanted}"), asked)
            return [dict(row) for row in found.mappings()]

    def puts(self, table: str, row: Mapping[str, Any]) -> None:
        """Put a row in."""
        self.runs(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", **row)

    def sets(self, table: str, row: Mapping[str, Any], *columns: str, key: str = "id") -> None:
        """Put what columns of a row were into the row that is there now."""
        parts = ", ".join(f"{column} = :{column}" for column in columns)
        values = {column: row[column] for column in (*columns, key)}
        self.runs(f"UPDATE {table} SET {parts} WHERE {key} = :{key}", **values)

    def is_found(self, what: str = broken.ROW_PUT_BACK, *, at: UUID | None = None) -> None:
        """Expect the trail to name the place: an event in the tree of the school, or of another organisation."""
        with pytest.raises(TrailBroken) as found:
            check(self.world.database)
        assert found.value.what == what
        assert found.value.organisation_id == (at or self.world.school)
        assert found.value.event_id is not None

    def is_not_found(self) -> None:
        """Expect the trail to be whole."""
        check(self.world.database)
