"""Every committed event enters its tree once, in one order, whoever seals, is slow, or dies."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, select, text

from app.audit.body import Saying
from app.audit.models import TrailCheckpoint, TrailEvent, TrailLeaf, TrailTree
from app.audit.sealer import seal_now, seal_once
from app.audit.trees import event_mac
from app.core import clock
from app.core.database import Database
from tests.audit.conftest import behind_the_triggers, check, happen, happen_and_seal
from tests.audit.workers import seal_until_stopped, write_until_killed


def order(database: Database) -> list[int]:
    """Return the ids of sealed events in the order of their places."""
    with database.transaction(writes=False) as session:
        return list(session.scalars(select(TrailLeaf.event_id).order_by(TrailLeaf.position)))


@contextmanager
def slow_deed(database: Database, school: UUID) -> Iterator[None]:
    """Have a deed on record whose transaction stays open until the block ends."""
    with database.transaction(writes=False):
        saying = Saying(uuid4(), school, clock.now(), None, "page", "file:opened", None, None)
        body = saying.body({})
        values = {**vars(saying), "body": body, "mac": event_mac(body)}
    with database.engine.begin() as connection:
        connection.execute(insert(TrailEvent).inline(), values)
        yield


def test_a_slow_deed_is_waited_for_and_not_lost(postgres_database: Database, school: UUID) -> None:
    with slow_deed(postgres_database, school):
        happen(postgres_database, school, 2)
        assert seal_once(postgres_database) == 0
        assert not seal_now(postgres_database, patience=0.1)
        assert check(postgres_database).unsealed == 2
    assert seal_once(postgres_database) == 3
    assert order(postgres_database) == [1, 2, 3]
    assert check(postgres_database).events == 3


def test_an_id_that_becomes_visible_late_is_not_jumped_over(postgres_database: Database, school: UUID) -> None:
    """The id is drawn before the transaction has a number: sealing by "id > last" would lose it."""
    happen_and_seal(postgres_database, school, 1)
    with postgres_database.engine.begin() as slow:
        drawn = slow.execute(text("SELECT nextval('trail_event_id_seq')")).scalar_one()
        happen_and_seal(postgres_database, school, 3)
        _write_with_id(slow, postgres_database, school, drawn)
    assert seal_once(postgres_database) == 1
    assert order(postgres_database) == [1, 3, 4, 5, 2]
    assert check(postgres_database).events == 5


def _write_with_id(connection: Connection, database: Database, school: UUID, event_id: int) -> None:
    saying = Saying(uuid4(), school, clock.now(), None, "page", "file:opened", None, None)
    body = saying.body({})
    with database.transaction(writes=False):
        mac = event_mac(body)
    connection.execute(insert(TrailEvent).inline(), {**vars(saying), "id": event_id, "body": body, "mac": mac})


def test_while_one_seals_another_does_nothing(postgres_database: Database, school: UUID) -> None:
    happen(postgres_database, school, 2)
    with postgres_database.engine.begin() as other:
        other.execute(text(f"SELECT pg_advisory_xact_lock({0x747261696C})"))
        assert seal_once(postgres_database) == 0
    assert seal_once(postgres_database) == 2


def test_a_restored_database_goes_on_sealing(postgres_database: Database, school: UUID) -> None:
    """The new server's transaction numbers start over: below those that the old events carry."""
    happen_and_seal(postgres_database, school, 2)
    happen(postgres_database, school, 1)
    with behind_the_triggers(postgres_database) as connection:
        connection.execute(text("UPDATE trail_event SET xid = xid + 1000000 WHERE id = 3"))
        connection.execute(text("UPDATE trail_horizon SET xid = xid + 1000000"))
    happen(postgres_database, school, 2)
    assert seal_now(postgres_database) and order(postgres_database) == [1, 2, 3, 4, 5]
    happen_and_seal(postgres_database, school, 1)
    assert check(postgres_database).events == 6


def test_sealing_again_changes_nothing(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 3)
    with database.transaction(writes=False) as session:
        before = session.get_one(TrailTree, school).note
    assert seal_once(database) == 0
    with database.transaction(writes=False) as session:
        assert session.get_one(TrailTree, school).note == before is not None


def test_a_note_is_kept_for_good_once_an_hour(database: Database, school: UUID) -> None:
    start = clock.now()
    for minutes in (0, 20, 40, 61, 90, 130):
        with clock.at(start + timedelta(minutes=minutes)):
            happen_and_seal(database, school, 1)
    with database.transaction(writes=False) as session:
        kept = select(TrailCheckpoint.size).order_by(TrailCheckpoint.size)
        assert list(session.scalars(kept)) == [1, 4, 6]
    assert check(database).events == 6


def test_writers_killed_and_two_sealers_at_once(database: Database, tmp_path: Path, school: UUID) -> None:
    key_file = tmp_path / "server.key"
    database.info["server_key"].save(key_file)
    url = database.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    stopped, said = spawn.Event(), tmp_path / "acknowledged"
    writing = (url, key_file, school, said, 40)
    writers = [spawn.Process(target=write_until_killed, args=writing) for _ in range(2)]
    doomed = spawn.Process(target=write_until_killed, args=(*writing[:-1], 100_000))
    sealers = [spawn.Process(target=seal_until_stopped, args=(url, key_file, stopped)) for _ in range(2)]
    for process in (*writers, doomed, *sealers):
        process.start()
    for process in writers:
        process.join(60)
    while not said.exists() or said.stat().st_size < 90:
        time.sleep(0.01)
    os.kill(doomed.pid or 0, signal.SIGKILL)
    stopped.set()
    for process in (doomed, *sealers):
        process.join(20)
    assert [process.exitcode for process in (*writers, *sealers)] == [0] * 4
    assert seal_now(database)
    found = check(database)
    with database.transaction(writes=False) as session:
        deeds = dict(
            session.connection().execute(select(TrailEvent.action, func.count()).group_by(TrailEvent.action)).all()
        )
    assert deeds["concern:raised"] == deeds["concern:routed"], "both events of a deed, or none"
    assert found.events == sum(deeds.values()) and found.unsealed == 0
    assert 0 <= deeds["concern:raised"] - said.stat().st_size <= 1, "what was acknowledged is there"
