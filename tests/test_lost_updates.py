"""Four processes count at once, by reading, adding and writing back: no acknowledged increment is lost."""

import multiprocessing

from sqlalchemy import Engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database import Database, session

PROCESSES, EACH = 4, 250


class Counted(DeclarativeBase):
    """Tables of this test alone."""


class Counter(Counted):
    """One number that everybody wants to raise."""

    __tablename__ = "counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]


def count(url: str) -> int:
    """Raise the counter, one transaction each; return how many were acknowledged."""
    database = Database(url)
    acknowledged = 0
    for _ in range(EACH):
        database.retrying(lambda: raise_by_one(database), attempts=200)
        acknowledged += 1
    database.dispose()
    return acknowledged


def raise_by_one(database: Database) -> None:
    counter = session().get(Counter, 1)
    assert counter is not None
    counter.value += 1


def make_counter(engine: Engine) -> None:
    Counted.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO counter (id, value) VALUES (1, 0)"))


def test_no_increment_of_four_processes_is_lost(database, installation):
    make_counter(database.engine)
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        acknowledged = sum(pool.map(count, [installation.url] * PROCESSES))
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT value FROM counter")) == acknowledged == PROCESSES * EACH
