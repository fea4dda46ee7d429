"""One transaction at a time: returning commits, raising rolls back, losing a race begins again."""

import sqlite3
import subprocess
import sys
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError

from app.core import clock
from app.core.database import (
    Database,
    in_transaction,
    is_full_or_broken,
    savepoint,
    session,
    should_retry,
    write_new,
)
from app.core.once import OnceDone


def row(**changes) -> OnceDone:
    return OnceDone(**{"key": uuid.uuid4(), "location": "/", "at": clock.now()} | changes)


def rows(database: Database) -> int:
    with database.transaction(writes=False):
        return session().query(OnceDone).count()


def test_leaving_commits(database):
    with database.transaction():
        session().add(row())
    assert rows(database) == 1


def test_an_exception_rolls_everything_back_and_closes(database):
    with pytest.raises(ZeroDivisionError), database.transaction():
        session().add(row())
        session().flush()
        raise ZeroDivisionError
    assert rows(database) == 0
    assert not in_transaction()


def test_outside_a_transaction_there_is_no_session(database):
    with pytest.raises(LookupError):
        session()
    with database.transaction() as opened:
        assert session() is opened
        assert in_transaction()


def test_a_transaction_inside_a_transaction_is_refused(database):
    with database.transaction():
        with pytest.raises(RuntimeError, match="already open"), database.transaction():
            pass
        session().add(row())
    assert rows(database) == 1


def test_what_was_handed_in_travels_with_every_session(database):
    database.info["bell"] = "12:00"
    with database.transaction():
        assert session().info["bell"] == "12:00"


def test_after_a_block_that_is_undone_what_statements_changed_in_it_is_read_again(database):
    with database.transaction():
        kept = row()
        session().add(kept)
        with pytest.raises(ZeroDivisionError), savepoint():
            session().execute(update(OnceDone).values(location="/elsewhere"))
            session().refresh(kept)
            raise ZeroDivisionError
        assert kept.location == "/"


def test_two_writers_wait_for_each_other_and_both_are_kept(database):
    key = uuid.uuid4()
    with database.transaction():
        session().add(row(key=key, location="0"))
    together = threading.Barrier(4)

    def raise_by_ten() -> None:
        together.wait()
        for _ in range(10):
            database.retrying(lambda: add_one(key), attempts=200)

    writers = [threading.Thread(target=raise_by_ten) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.transaction(writes=False):
        assert session().get_one(OnceDone, key).location == "40"


def add_one(key: uuid.UUID) -> None:
    found = session().get_one(OnceDone, key)
    found.location = str(int(found.location) + 1)


def test_who_has_lost_several_races_goes_alone(database):
    together, counting = threading.Barrier(8), threading.Lock()
    inside, met = [], []

    def lose_twice_and_write() -> None:
        tries = []

        def work() -> None:
            tries.append(1)
            if len(tries) <= 2:
                raise OperationalError("", {}, lost_race())
            with counting:
                inside.append(1)
                met.append(len(inside))
            session().add(row())
            session().flush()
            with counting:
                inside.pop()

        together.wait()
        database.retrying(work)

    writers = [threading.Thread(target=lose_twice_and_write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert max(met) == 1 and rows(database) == 8


def test_losing_a_race_begins_again_from_the_start(database):
    attempts = []

    def work() -> str:
        attempts.append(session())
        if len(attempts) < 3:
            raise OperationalError("", {}, lost_race())
        return "done"

    assert database.retrying(work) == "done"
    assert len(set(map(id, attempts))) == 3


def test_a_race_that_is_always_lost_ends_in_the_error(database):
    attempts = []

    def work() -> None:
        attempts.append(1)
        raise OperationalError("", {}, lost_race())

    with pytest.raises(OperationalError):
        database.retrying(work, attempts=4)
    assert len(attempts) == 4


def test_a_fault_is_not_tried_again(database):
    with pytest.raises(IntegrityError):
        database.retrying(lambda: session().execute(text("INSERT INTO once_done (location) VALUES ('/')")))
    assert rows(database) == 0


def lost_race() -> Exception:
    error = Exception("could not serialize access")
    error.sqlstate = "40001"  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("state", "words", "kind", "again"),
    [
        ("40001", "", DBAPIError, True),
        ("40P01", "deadlock", DBAPIError, True),
        ("23505", "unique", IntegrityError, True),
        ("23503", "foreign key", IntegrityError, False),
        (None, "disk I/O error", OperationalError, False),
    ],
)
def test_only_what_may_succeed_is_tried_again(state, words, kind, again):
    error = Exception(words)
    error.sqlstate = state  # type: ignore[attr-defined]
    assert should_retry(kind("", {}, error)) is again


def test_a_full_disk_is_told_from_a_fault_in_the_program():
    assert is_full_or_broken(OperationalError("", {}, Exception("disk is full")))
    assert not is_full_or_broken(IntegrityError("", {}, Exception("unique")))


def test_moments_come_back_aware_and_in_utc(database):
    noon = datetime(2026, 3, 12, 12, 0, 0, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))
    with database.transaction():
        session().add(row(at=noon))
    with database.transaction(writes=False):
        found = session().query(OnceDone).one().at
    assert found == noon
    assert found.utcoffset() == timedelta(0)
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_never_stored(database):
    with pytest.raises(StatementError, match="zone"), database.transaction():
        session().add(row(at=datetime(2026, 3, 12)))
        session().flush()


def test_ids_and_bytes_come_back_as_they_went_in(database):
    key = uuid.uuid4()
    with database.transaction():
        session().add(row(key=key))
    with database.transaction(writes=False):
        assert session().query(OnceDone).one().key == key


def test_a_row_that_was_written_new_is_changed_like_one_that_was_read(database):
    with database.transaction():
        written = row()
        write_new(written)
        assert session().get(OnceDone, written.key) is written
        written.location = "/letters/moved"
    with database.transaction(writes=False):
        assert session().query(OnceDone).one().location == "/letters/moved"


def test_the_embedded_database_is_durable_and_forgets_what_was_deleted(database):
    if not database.is_sqlite:
        with database.transaction(writes=True):
            assert session().scalar(text("SHOW transaction_isolation")) == "serializable"
            assert session().scalar(text("SHOW statement_timeout")) == "30s"
            assert session().scalar(text("SHOW lock_timeout")) == "10s"
            assert session().scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
        return
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with database.transaction(writes=False):
        found = {name: session().scalar(text(f"PRAGMA {name}")) for name in expected}
    assert found == expected


def test_a_reader_is_not_kept_waiting_by_a_writer(database):
    with database.transaction():
        session().add(row())
        session().flush()
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(rows(database)))
        reader.start()
        reader.join(5)
        assert seen == [0]


def test_a_failed_statement_of_sqlite_is_no_lost_race():
    assert not should_retry(OperationalError("", {}, sqlite3.OperationalError("database is locked")))


def test_a_new_database_file_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "xinxia.sqlite3"
    made = Database(f"sqlite:///{path}")
    with made.transaction():
        session().execute(text("CREATE TABLE kept (id INTEGER)"))
        modes = {file.suffix: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()}
    made.dispose()
    assert modes == {".sqlite3": 0, ".sqlite3-wal": 0, ".sqlite3-shm": 0, ".lock": 0}


def test_the_message_of_a_failure_leaves_out_what_was_being_kept(database):
    with pytest.raises(DBAPIError) as failure, database.transaction():
        session().execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "陈子涵"})
    assert "陈子涵" not in str(failure.value)


COMES_AND_GOES = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(database.execute("SELECT count(*) FROM kept").fetchone()[0])
database.close()
"""


def visit(path: Path) -> int:
    """Let another program open the database, count, and go."""
    done = subprocess.run([sys.executable, "-c", COMES_AND_GOES, str(path)], capture_output=True, check=True, text=True)
    return int(done.stdout)


def test_a_program_that_comes_and_goes_takes_nothing_from_a_server_with_several_connections(tmp_path):
    path = tmp_path / "xinxia.sqlite3"
    server = Database(f"sqlite:///{path}")
    with server.transaction():
        session().execute(text("CREATE TABLE kept (number INTEGER)"))
    with server.engine.connect() as one, server.engine.connect() as other:
        assert [each.execute(text("SELECT count(*) FROM kept")).scalar() for each in (one, other)] == [0, 0]
    for written in (1, 2):
        assert visit(path) == written - 1
        with server.transaction():
            session().execute(text("INSERT INTO kept VALUES (1)"))
        assert visit(path) == written
    server.dispose()
    assert visit(path) == 2
