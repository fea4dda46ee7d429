"""One process at a time does a job; when it dies, another takes over after the lease."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from app.core import clock, once
from app.core.database import Database, session
from app.core.ids import new_id
from app.core.jobs import Job, JobLease, JobLoop, in_transaction
from app.core.once import OnceDone
from tests.databases import Installation

HOUR = timedelta(hours=1)
SPAWN = multiprocessing.get_context("spawn")


def note(database: Database, what: str = "done") -> None:
    """Leave a row, so that it can be counted how often a job was done."""
    with database.transaction():
        session().execute(insert(OnceDone).values(key=new_id(), location=what, at=clock.now()))


def notes(database: Database, what: str = "done") -> int:
    with database.transaction(writes=False):
        return session().scalar(select(func.count()).where(OnceDone.location == what)) or 0


def lease(database: Database, name: str) -> JobLease:
    with database.transaction(writes=False) as opened:
        found = opened.get_one(JobLease, name)
        opened.expunge(found)
        return found


def test_a_new_job_is_due_at_once_and_then_after_its_interval(database):
    loop = JobLoop(database, [Job("tidy", HOUR, note)])
    assert loop.do_due() == ["tidy"]
    assert loop.do_due() == []
    with clock.at(clock.now() + HOUR):
        assert loop.do_due() == ["tidy"]
    assert notes(database) == 2


def test_what_one_process_has_done_another_does_not_do_again(database):
    job = Job("tidy", HOUR, note)
    assert JobLoop(database, [job]).do_due() == ["tidy"]
    assert JobLoop(database, [job]).do_due() == []


def test_while_one_does_a_job_nobody_else_does(database):
    others: list[list[str]] = []
    job = Job("tidy", HOUR, lambda database: others.append(JobLoop(database, [job]).do_due()))
    assert JobLoop(database, [job]).do_due() == ["tidy"]
    assert others == [[]]


def test_after_the_lease_another_takes_over_and_the_first_one_s_return_changes_nothing(database):
    def outlive_the_lease(database: Database) -> None:
        if notes(database):
            return
        note(database)
        with clock.at(clock.now() + timedelta(minutes=6)):
            assert JobLoop(database, [job]).do_due() == ["tidy"]

    job = Job("tidy", HOUR, outlive_the_lease, lease=timedelta(minutes=5))
    JobLoop(database, [job]).do_due()
    assert lease(database, "tidy").due_at > clock.now() + timedelta(minutes=64)


def test_a_job_that_fails_stops_no_other_and_is_tried_again_soon(database, caplog):
    def fail(_database: Database) -> None:
        raise ValueError("陈子涵")

    loop = JobLoop(database, [Job("broken", HOUR, fail), Job("tidy", HOUR, note)])
    with caplog.at_level(logging.INFO):
        assert loop.do_due() == ["broken", "tidy"]
    assert notes(database) == 1
    assert "陈子涵" not in caplog.text
    assert [record.__dict__.get("failure") for record in caplog.records] == ["ValueError"]
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert loop.do_due() == ["broken"]


def test_jobs_that_keep_their_own_order_are_done_in_every_process(database):
    job = Job("seal", HOUR, note, lease=None)
    for loop in (JobLoop(database, [job]), JobLoop(database, [job])):
        assert loop.do_due() == ["seal"]
        assert loop.do_due() == []
    assert notes(database) == 2


@pytest.mark.parametrize("shift", [-HOUR, HOUR, -timedelta(days=30)])
def test_a_clock_that_jumps_stops_no_job(database, shift):
    """6-assurance.md: an hour forward or back must not become an hour of standstill."""
    job = Job("tidy", timedelta(minutes=10), note)
    JobLoop(database, [job]).do_due()
    with clock.at(clock.now() + shift):
        assert JobLoop(database, [job]).do_due() == ["tidy"]


def test_a_lease_from_a_clock_that_was_ahead_is_no_lease(database):
    with database.transaction():
        ahead = clock.now() + timedelta(days=30)
        session().add(JobLease(name="tidy", due_at=clock.now(), holder=new_id(), leased_until=ahead))
    assert JobLoop(database, [Job("tidy", HOUR, note)]).do_due() == ["tidy"]


def test_a_server_with_nothing_to_do_writes_nothing(database):
    loop = JobLoop(database, [Job("tidy", HOUR, note)])
    loop.do_due()
    before = lease(database, "tidy").due_at
    with database.transaction():
        # This very thread holds the writer's turn: a loop that wanted it would wait for ever.
        found: list[list[str]] = []
        looking = threading.Thread(target=lambda: found.append(loop.do_due()))
        looking.start()
        looking.join(5)
        assert found == [[]]
    assert lease(database, "tidy").due_at == before


def test_a_running_loop_does_what_falls_due_and_stops_when_told(database):
    loop = JobLoop(database, [Job("tick", timedelta(milliseconds=50), note)])
    loop.start()
    wait_until(lambda: notes(database) >= 3)
    loop.stop()
    counted = notes(database)
    time.sleep(0.3)
    assert notes(database) == counted
    assert lease(database, "tick").holder is None


def test_no_failure_ends_the_loop(database, monkeypatch):
    loop = JobLoop(database, [Job("tick", timedelta(milliseconds=20), note)])
    looks = iter([OSError(), LookupError()])
    real = loop._open_leases

    def look() -> list[Job]:
        for failure in looks:
            raise failure
        return real()

    monkeypatch.setattr(loop, "_open_leases", look)
    loop.start()
    wait_until(lambda: notes(database) >= 1)
    loop.stop()


def test_forgetting_old_forms_is_a_job(database):
    with database.transaction(), clock.at(clock.now() - timedelta(days=3)):
        once.remember(new_id(), "/")
    JobLoop(database, [Job("forget", HOUR, in_transaction(once.forget_old))]).do_due()
    assert notes(database, "/") == 0


def wait_until(holds, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def work_until_killed(installation: Installation, folder: Path) -> None:
    """Loop in a process of its own; the job tells through a file that it is in the midst of its work."""

    def hold(_database: Database) -> None:
        (folder / f"holds-{os.getpid()}").touch()
        time.sleep(600)

    database = installation.open()
    JobLoop(database, [Job("outbox", HOUR, hold, lease=timedelta(seconds=2))]).run()


def test_kill_9_in_the_midst_of_a_job_and_another_takes_over_after_the_lease(database, installation, tmp_path):
    victim = SPAWN.Process(target=work_until_killed, args=(installation, tmp_path))
    victim.start()
    wait_until(lambda: list(tmp_path.glob("holds-*")))
    other = JobLoop(database, [Job("outbox", HOUR, note, lease=timedelta(seconds=2))])
    assert other.do_due() == []
    os.kill(victim.pid, signal.SIGKILL)
    victim.join()
    killed = time.monotonic()
    wait_until(lambda: other.do_due() == ["outbox"], seconds=10)
    assert time.monotonic() - killed < 5
    assert notes(database) == 1


def test_a_stopped_process_holds_nobody_up_longer_than_its_lease(database, installation, tmp_path):
    sleeper = SPAWN.Process(target=work_until_killed, args=(installation, tmp_path))
    sleeper.start()
    wait_until(lambda: list(tmp_path.glob("holds-*")))
    os.kill(sleeper.pid, signal.SIGSTOP)
    try:
        other = JobLoop(database, [Job("outbox", HOUR, note, lease=timedelta(seconds=2))])
        wait_until(lambda: other.do_due() == ["outbox"], seconds=10)
    finally:
        sleeper.kill()
        sleeper.join()


def work_alone(installation: Installation, folder: Path, seconds: float) -> None:
    def alone(database: Database) -> None:
        try:
            (folder / "inside").touch(exist_ok=False)
        except FileExistsError:
            (folder / "met-another").touch()
        time.sleep(0.03)
        (folder / "inside").unlink(missing_ok=True)
        note(database)

    database = installation.open()
    loop = JobLoop(database, [Job("alone", timedelta(milliseconds=1), alone, lease=timedelta(minutes=5))])
    loop.start()
    time.sleep(seconds)
    loop.stop()
    database.dispose()


def test_three_processes_never_do_a_job_at_the_same_time(database, installation, tmp_path):
    workers = [SPAWN.Process(target=work_alone, args=(installation, tmp_path, 3.0)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert not (tmp_path / "met-another").exists()
    assert notes(database) > 10
