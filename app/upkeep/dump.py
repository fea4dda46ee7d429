"""The whole database as lines of JSON, table by table, readable by SQLite and PostgreSQL alike."""

import base64
import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, Integer, Table, func, insert, inspect, select, text

from app.core.database import Base, Database, session

_AT_A_TIME = 1000
# The numbers of transactions mean something only to the server that gave them; who had signed out stays signed out.
_LEFT_OUT = {"trail_horizon", "sign_in_session", "half_sign_in", "once_done"}


def tables() -> list[Table]:
    """Return every table that is carried over, parents before children."""
    return [table for table in Base.metadata.sorted_tables if table.name not in _LEFT_OUT]


def lines_of(table: Table) -> Iterator[str]:
    """Return a table's rows as lines of JSON, within the open transaction's snapshot."""
    order = list(table.primary_key.columns)
    rows = session().execute(
        select(table).order_by(*order), execution_options={"yield_per": _AT_A_TIME}
    )
    for row in rows.mappings():
        yield json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False)


def take_lines(table: Table, lines: Iterable[str]) -> int:
    """Insert a table's rows from lines of JSON and return how many there were."""
    taken, waiting = 0, []
    for line in lines:
        waiting.append({name: _back(value) for name, value in json.loads(line).items()})
        if len(waiting) == _AT_A_TIME:
            session().execute(insert(table), waiting)
            taken, waiting = taken + len(waiting), []
    if waiting:
        session().execute(insert(table), waiting)
    return taken + len(waiting)


def is_empty(database: Database) -> bool:
    """Say whether a database holds no record yet: no table at all, or only empty ones."""
    present = set(inspect(database.engine).get_table_names())
    with database.transaction(writes=False):
        return all(
            session().scalar(select(func.count()).select_from(table)) == 0
            for table in tables()
            if table.name in present
        )


def count_on() -> None:
    """Let PostgreSQL's own numbering go on above the rows that were taken in."""
    if session().get_bind().dialect.name != "postgresql":
        return
    for table in tables():
        for column in table.primary_key.columns:
            if column.identity is not None and isinstance(column.type, BigInteger | Integer):
                last = session().scalar(select(func.max(column))) or 0
                session().execute(
                    text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"),
                    {"table": table.name, "column": column.name, "last": max(last, 1)},
                )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"b": base64.b64encode(value).decode()}
    if isinstance(value, uuid.UUID):
        return {"u": value.hex}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return {"c": value.isoformat()}
    if isinstance(value, dict | list):
        return {"j": value}
    return value


def _back(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    readers: dict[str, Any] = {
        "b": base64.b64decode,
        "u": lambda text: uuid.UUID(hex=text),
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "c": time.fromisoformat,
        "j": lambda kept: kept,
    }
    return readers[kind](inner)
