"""The schema of the database: brought up, taken back, and refused when this code does not know it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.core.database import Database

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
_ADVISORY_LOCK = 0x78696E786961  # "xinxia"


class SchemaRefused(Exception):
    """The database is not in the state this code was written for; the message says what to do."""


class SchemaBehind(SchemaRefused):
    """The database is empty or older than the code."""


class SchemaUnknown(SchemaRefused):
    """The database was migrated by a newer program, or by another one."""


def newest() -> str:
    """Return the revision this code was written for."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def current(database: Database) -> str | None:
    """Return the revision of the database, None while it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up, wholly or not at all; raises SchemaUnknown and leaves a foreign one alone."""
    _refuse_unknown(current(database))
    with _alone(database) as connection:
        command.upgrade(_configuration(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to an earlier revision, "base" for an empty database."""
    _refuse_unknown(current(database))
    with _alone(database) as connection:
        command.downgrade(_configuration(connection), revision)


def demand_newest(database: Database) -> None:
    """Raise SchemaBehind or SchemaUnknown unless the database is exactly what this code was written for."""
    found = current(database)
    _refuse_unknown(found)
    if found != newest():
        raise SchemaBehind(
            "the database is older than this program; run: flask --app wsgi database upgrade"
            if found
            else "the database is empty; run: flask --app wsgi database upgrade"
        )


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaUnknown(
            f"the database has the schema {revision}, which this program does not know; "
            "run the program that made it, or a newer one"
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


def _configuration(connection: Connection | None = None) -> Config:
    configuration = Config(attributes={"connection": connection})
    configuration.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return configuration


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """Open a transaction in which nobody else migrates."""
    if database.is_sqlite:
        with database.transaction() as session:
            yield session.connection()
        return
    # Not database.transaction: a SERIALIZABLE snapshot taken while waiting for the lock would be the old one.
    with database.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection
