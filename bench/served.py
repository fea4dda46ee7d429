"""Every role's pages of the sample district, from a real server that has one process and one core."""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from app.demo import cast
from bench.measure import percentile
from bench.tables import table, verdict
from tests.databases import Installation, Server, migrated, running
from tests.demo.test_sample_district import PAGES
from tests.serving import ROOT, Served, environment, serving

GOAL_MS = 50
ROUNDS = 30
# What the counsellor's lists lead to: the first of each is measured too.
_RECORDS = {"/files": "files", "/concerns/room": "concerns", "/classes": "classes"}
_COUNSELLOR = "T00031"


@dataclass(frozen=True)
class PageFigure:
    """One page as one role sees it: milliseconds on the wall, and of CPU in the worker; how busy the machine was."""

    database: str
    role: str
    page: str
    p50_ms: float
    p95_ms: float
    cpu_p50_ms: float
    cpu_p95_ms: float
    load: float

    @property
    def is_met(self) -> bool:
        """Whether the page is as quick as the goal asks."""
        return self.p95_ms < GOAL_MS

    def as_json(self) -> dict[str, Any]:
        """Return the figure as the results file keeps it."""
        return asdict(self)


def measure_served(kind: str, folder: Path) -> list[PageFigure]:
    """Load the sample district on a database and ask for every page, in turns."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    try:
        with _durable(kind) as server:
            installation = migrated(server, folder)
            _run(installation, "demo", "load")
            with serving(installation, DEMO="1", WORKERS="1") as served:
                # The one who asks shall not stand in the way of the one who answers.
                os.sched_setaffinity(0, cores[1:] or cores)
                return _measure(kind, served)
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def _durable(kind: str) -> Iterator[Server]:
    """Open a place for installations that keeps what it acknowledged, as in production."""
    with running(kind) as server:
        if kind == "postgresql":
            plain = server._url.set(drivername="postgresql").render_as_string(hide_password=False)  # type: ignore[attr-defined]
            with psycopg.connect(plain, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM RESET ALL")
                connection.execute("SELECT pg_reload_conf()")
        yield server


def _run(installation: Installation, *words: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    subprocess.run(command, env=environment(installation, DEMO="1"), cwd=ROOT, check=True, capture_output=True)


@dataclass
class _Reader:
    """Somebody signed in, as a browser is."""

    served: Served
    number: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sign-in")[1])
        form = {"login": self.number, "password": cast.PASSWORD, "_once": secrets.token_hex(16)}
        assert token is not None
        assert self._ask("POST", "/sign-in", form | {"csrf_token": token[1]}).status == 303, self.number

    def get(self, path: str) -> tuple[float, str]:
        """Ask for a page; return after how many milliseconds it was there whole, and the page."""
        started = time.perf_counter()
        answer = self._ask("GET", path, None)
        page = answer.body.decode()
        waited = (time.perf_counter() - started) * 1000
        assert answer.status == 200, (self.number, path, answer.status)
        return waited, page

    def _ask(self, method: str, path: str, form: dict[str, str] | None) -> "_Answer":
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None if form is None else urlencode(form)
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.served.address}
        # A connection of its own each time: the server closes those on which nothing is asked for two seconds.
        with closing(self.served.connect()) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return _Answer(answer.status, answer.read())


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes


def _measure(kind: str, served: Served) -> list[PageFigure]:
    readers = {number: _Reader(served, number) for number in PAGES}
    asked = [(number, path) for number, paths in PAGES.items() for path in paths]
    asked += [(_COUNSELLOR, path) for path in _first_records(readers[_COUNSELLOR])]
    (worker,) = served.workers()
    waits: dict[tuple[str, str], list[float]] = {page: [] for page in asked}
    spent: dict[tuple[str, str], list[float]] = {page: [] for page in asked}
    for round_number in range(-2, ROUNDS):
        for number, path in asked:
            before = _cpu_ms(worker)
            waited, _page = readers[number].get(path)
            if round_number >= 0:
                waits[number, path].append(waited)
                spent[number, path].append(_cpu_ms(worker) - before)
    load = round(os.getloadavg()[0], 1)
    return [
        PageFigure(
            kind, _role(number), _shown(path), percentile(waits[number, path], 50),
            percentile(waits[number, path], 95), percentile(spent[number, path], 50),
            percentile(spent[number, path], 95), load,
        )
        for number, path in asked
    ]


def _first_records(counsellor: _Reader) -> list[str]:
    found = []
    for page, kind in _RECORDS.items():
        link = re.search(rf'href="(/{kind}/[0-9a-f-]{{36}})"', counsellor.get(page)[1])
        assert link is not None, page
        found.append(link[1])
    return found


def _cpu_ms(process: int) -> float:
    """Return the CPU milliseconds a process has used so far, in all its threads (Linux: schedstat)."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1_000_000


def _role(number: str) -> str:
    return next(one.words for one in cast.TOUR if one.number == number)


def _shown(path: str) -> str:
    return re.sub(r"[0-9a-f-]{36}", "…", path)


def pages_table(found: list[PageFigure]) -> str:
    """Return the pages of one database."""
    title = f"sample district on {found[0].database}, one core (load {found[0].load})"
    lines = [(title, "p50 ms", "p95 ms", "CPU p50", "CPU p95", f"p95 < {GOAL_MS}")]
    for each in found:
        lines.append(
            (
                f"{each.role}: {each.page}", f"{each.p50_ms:.1f}", f"{each.p95_ms:.1f}",
                f"{each.cpu_p50_ms:.1f}", f"{each.cpu_p95_ms:.1f}", verdict(each.is_met),
            )
        )
    return table(lines)
