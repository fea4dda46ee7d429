"""Databases of one kind only, and what somebody with SQL at hand may do to the trail in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.audit import record, system
from app.audit.sealer import seal_now
from app.audit.verify import Verified, verify
from app.core.database import Database

LIN = system("counsellor-lin")


@pytest.fixture
def sqlite_database(servers: Any, migrated_template: Any, tmp_path: Path) -> Iterator[Database]:
    yield from _copy(servers, migrated_template, "sqlite", tmp_path / "sqlite")


@pytest.fixture
def postgres_database(servers: Any, migrated_template: Any, tmp_path: Path) -> Iterator[Database]:
    yield from _copy(servers, migrated_template, "postgresql", tmp_path / "postgresql")


def _copy(servers: Any, migrated_template: Any, kind: str, home: Path) -> Iterator[Database]:
    server = servers(kind)
    installation = server.copy(migrated_template(kind), home)
    database = installation.open()
    yield database
    database.dispose()
    server.drop(installation)


@pytest.fixture
def school() -> UUID:
    return uuid4()


def happen(database: Database, school: UUID, times: int = 1) -> None:
    """Let some deeds be done, each in its own transaction."""
    for number in range(times):
        with database.transaction():
            record(LIN, "entry:signed", organisation=school, subject=("entry", uuid4()), number=number)


def happen_and_seal(database: Database, school: UUID, times: int) -> None:
    happen(database, school, times)
    assert seal_now(database)


def check(database: Database, *outside: str) -> Verified:
    """Verify the trail as the command does."""
    with database.snapshot():
        return verify(outside)


@contextmanager
def behind_the_triggers(database: Database) -> Iterator[Connection]:
    """Be somebody who may do everything in the database, but has no key of the server."""
    with database.transaction() as session:
        connection = session.connection()
        if database.is_sqlite:
            triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            for _, sql in triggers:
                connection.exec_driver_sql(sql)
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection


def swallow_events(database: Database) -> None:
    """Be somebody who has the database drop every event before it is kept."""
    with database.transaction() as session:
        if database.is_sqlite:
            body = "BEFORE INSERT ON trail_event BEGIN SELECT RAISE(IGNORE); END"
            session.execute(text(f"CREATE TRIGGER swallows {body}"))
            return
        session.execute(
            text("CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
        )
        session.execute(
            text("CREATE TRIGGER swallows BEFORE INSERT ON trail_event FOR EACH ROW EXECUTE FUNCTION swallow()")
        )
