"""One database, SQLite or PostgreSQL, and the one transaction that is open while something is done."""

import fcntl
import os
import random
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    Engine,
    Insert,
    LargeBinary,
    MetaData,
    Select,
    Text,
    TypeDecorator,
    Uuid,
    create_engine,
    event,
    insert,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.pool import NullPool

_T = TypeVar("_T")

ATTEMPTS = 10
"""How often work is begun that loses races: eight copies of one form at once each need up to eight."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.2
_RACES_ALONE = 2
# Not the lock under which the schema is changed (app/core/migrating.py).
_LINE = 0x7869_6E78_6964
_CHANCE = random.SystemRandom()


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC and read back in UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a value of such a column is."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the product; constraints are named by one convention."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        uuid.UUID: Uuid(),
        datetime: Moment(),
        bytes: LargeBinary(),
        str: Text(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


class _Remembering(Session):
    """A session that holds on to every row it met until its transaction is over.

    SQLAlchemy forgets rows that nobody points at any more, and asks the database again for the same account
    or organisation several times in one request.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.met: list[Any] = []


@event.listens_for(_Remembering, "loaded_as_persistent")
@event.listens_for(_Remembering, "pending_to_persistent")
@event.listens_for(_Remembering, "detached_to_persistent")
def _hold_on_to(opened: _Remembering, row: Any) -> None:
    opened.met.append(row)


_current: ContextVar[Session] = ContextVar("session")


def session() -> Session:
    """Return the session of the open transaction; outside one there is none (LookupError)."""
    return _current.get()


@contextmanager
def savepoint() -> Iterator[None]:
    """Begin a block that is undone whole when it raises, for a view that shows a refusal instead of raising it."""
    try:
        with session().begin_nested():
            yield
    except Exception:
        # What statements changed in it was read back since, and is not so any more.
        session().expire_all()
        raise


def read_columns(question: Select[*tuple[Any, ...]], **asked: Any) -> CursorResult[*tuple[Any, ...]]:
    """Ask for columns that nobody changes: keeping track of whole rows costs a session three times the question."""
    opened = session()
    if opened.autoflush:
        opened.flush()
    return opened.connection().execute(question, asked)


def write_down(rows: Sequence[Base]) -> None:
    """Insert rows of one table that nobody reads back in this transaction.

    Keeping track of a row costs a session four times what the insert costs.
    """
    if rows:
        session().flush()
        kept = [{name: value for name, value in vars(row).items() if name != "_sa_instance_state"} for row in rows]
        session().connection().execute(_insert_into(type(rows[0])), kept)


def write_new(row: Base) -> None:
    """Insert a row that goes on being read and changed in this transaction, as `write_down` does.

    The session takes it for one that it has read, and asks anew for what stands in none of its attributes.
    """
    write_down([row])
    make_transient_to_detached(row)
    session().add(row)


@cache
def _insert_into(model: type[Base]) -> Insert:
    # Once for each table: building a statement costs more than the database needs to carry it out.
    return insert(model)


def in_transaction() -> bool:
    """Say whether a transaction is open here, for pages that are also shown after a rollback."""
    return _current.get(None) is not None


def before_commit(work: Callable[[], None]) -> None:
    """Let something be done once at the end of the transaction at hand, inside it."""
    session().info.setdefault("before_commit", {})[work] = None


def after_commit(work: Callable[["Database"], None]) -> None:
    """Let something be done once, outside any transaction, when the one at hand has been committed; it never raises."""
    session().info.setdefault("after_commit", {})[work] = None


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the check of a column that holds one of these codes, which stand in the program alone."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


class Database:
    """An engine with this product's rules, and the way to open a transaction on it.

    `info` travels with every session: lower packages find what was handed in at the start there
    (server key, pepper, pinned root key).
    """

    def __init__(self, url: str, *, info: dict[str, Any] | None = None) -> None:
        self.url = make_url(url)
        self.info = info if info is not None else {}
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = (
            self._sqlite_engine() if self.is_sqlite
            else self._postgresql_engine(pool_pre_ping=True, pool_size=8, max_overflow=8)
        )
        # Not of the pool: those who wait in line must not hold what the one whose turn it is needs.
        self._line = (
            None if self.is_sqlite else self._postgresql_engine(poolclass=NullPool, isolation_level="AUTOCOMMIT")
        )
        self._writing = self.engine.execution_options(
            **({"xinxia_writes": True} if self.is_sqlite else {"isolation_level": "SERIALIZABLE"})
        )

    def _sqlite_engine(self) -> Engine:
        engine = create_engine(
            self.url, connect_args={"timeout": 20, "check_same_thread": False}, hide_parameters=True
        )
        event.listen(engine, "do_connect", lambda *_: _keep_private(self.url.database))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgresql_engine(self, **pooling: Any) -> Engine:
        # The path is named so that no setting of role or database puts other functions before PostgreSQL's own.
        options = (
            "-c statement_timeout=30000 -c lock_timeout=10000"
            " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC -c search_path=\"$user\",public"
        )
        return create_engine(
            self.url.set(drivername="postgresql+psycopg"),
            connect_args={"options": options},
            hide_parameters=True,
            **pooling,
        )

    @contextmanager
    def transaction(self, *, writes: bool = True) -> Iterator[Session]:
        """Open the one transaction: leaving it commits, an exception rolls everything back.

        On SQLite a writer begins IMMEDIATE behind a file lock that queues writers fairly: the default
        (deferred) silently loses updates between processes. On PostgreSQL a writer is SERIALIZABLE.
        """
        if in_transaction():
            raise RuntimeError("a transaction is already open")
        engine = self._writing if writes else self.engine
        with self._turn(writes), _Remembering(engine, info=self.info, expire_on_commit=False) as opened:
            token = _current.set(opened)
            try:
                with opened.begin():
                    yield opened
                    for last in opened.info.get("before_commit", ()):
                        last()
            finally:
                _current.reset(token)
        for work in opened.info.get("after_commit", ()):
            work(self)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a transaction that only reads and sees one moment from its first row to its last."""
        engine = self.engine
        if not self.is_sqlite:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine, info=self.info) as opened:
            token = _current.set(opened)
            try:
                yield opened
            finally:
                _current.reset(token)

    def retrying(
        self, work: Callable[[], _T], *, writes: bool = True, attempts: int = ATTEMPTS,
        lost: Callable[[], None] = lambda: None,
    ) -> _T:
        """Run work in a transaction, again from the start when the database asks for it.

        `lost` puts back what work has changed outside the database, before each new attempt.
        """
        for attempt in range(1, attempts + 1):
            try:
                with self._in_line(attempt), self.transaction(writes=writes):
                    return work()
            except DBAPIError as error:
                if attempt == attempts or not should_retry(error):
                    raise
            lost()
            _step_aside(attempt)
        raise AssertionError("unreachable")

    @contextmanager
    def _in_line(self, attempt: int) -> Iterator[None]:
        """Let those who have lost several races go one after the other: who meets nobody loses to nobody.

        While tables are small, PostgreSQL takes any two writers for rivals, and a class that writes at once would meet
        itself until it gives up. Who waits too long goes without its turn.
        """
        with ExitStack() as stack:
            if self._line is not None and attempt > _RACES_ALONE:
                with suppress(OperationalError):
                    # The lock ends with its connection.
                    line = stack.enter_context(self._line.connect())
                    line.execute(text("SELECT pg_advisory_lock(:line)"), {"line": _LINE})
            yield

    @contextmanager
    def _turn(self, writes: bool) -> Iterator[None]:
        path = self.url.database
        if not (writes and self.is_sqlite and path and path != ":memory:"):
            yield
            return
        handle = os.open(Path(path).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


_LOST_RACES = frozenset({"40001", "40P01", "23505"})


def _step_aside(attempt: int) -> None:
    """Wait a moment before a lost race is run again, each for another while: at once, all would meet again."""
    time.sleep(_CHANCE.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)))


def should_retry(error: DBAPIError) -> bool:
    """Say whether the same work may succeed when done again: serialization failure, deadlock, lost race.

    A unique key that somebody took meanwhile is a lost race too: done again, the second finds what the first
    made. Who really asks for a taken key fails as often as it is tried, and no more is lost than a moment.
    """
    return getattr(error.orig, "sqlstate", None) in _LOST_RACES


def is_full_or_broken(error: DBAPIError) -> bool:
    """Say whether the database itself cannot write now: disk full, input/output error, locked, gone."""
    return isinstance(error, OperationalError)


def _keep_private(path: str | None) -> None:
    """Make a database file that only its owner reads; SQLite's own would be open to the whole machine.

    A file that is there is left alone: closing any handle on it would drop the locks that this process holds through
    others, and a program that comes and goes would then take the log away in which the server goes on writing
    (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    if path and not path.startswith((":memory:", "file:")) and Path(path).parent.is_dir():
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not begin transactions on its own: _begin_sqlite does.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "busy_timeout=20000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("xinxia_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
