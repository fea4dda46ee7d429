"""The first `make run` and the second, in a copy of the repository that nothing was installed into."""

import http.client
import os
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.serving import ROOT, end, free_port

GOAL_FIRST, GOAL_SECOND = 240, 15
_LONGEST = 900
# What a clone would not bring.
_NOT_OURS = (".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis", "results.json")


@dataclass(frozen=True)
class StartFigure:
    """How many seconds passed until the sample district answered; None with the reason where nothing did."""

    first_seconds: float | None
    second_seconds: float | None
    skipped: str | None = None

    def lines(self) -> list[tuple[str, float | None, float]]:
        """Return name, seconds and goal as the table shows them."""
        first = f"first make run ({self.skipped})" if self.skipped else "first make run"
        return [(first, self.first_seconds, GOAL_FIRST), ("second make run", self.second_seconds, GOAL_SECOND)]

    def as_json(self) -> dict[str, Any]:
        """Return the figure as the results file keeps it."""
        return asdict(self)


class DidNotStart(RuntimeError):
    """`make run` ended, or took too long, before it answered."""


def measure_starts(folder: Path) -> StartFigure:
    """Start twice; the package client may use what it keeps from earlier installations."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_NOT_OURS))
    log = folder.with_suffix(".log")
    try:
        first = _start(folder, log)
    except DidNotStart:
        said = log.read_text(errors="replace")
        if "pip could not install" in said:
            return StartFigure(None, None, "not measured: the package index is not reachable from here")
        raise DidNotStart(said[-2000:]) from None
    return StartFigure(first, _start(folder, log))


def _start(folder: Path, log: Path) -> float:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XINXIA_", "VIRTUAL_ENV"))}
    started = time.perf_counter()
    with log.open("w") as said:
        process = subprocess.Popen(
            ["make", "run"], cwd=folder, env=kept | {"XINXIA_PORT": str(port)}, stdout=said, stderr=said,
            start_new_session=True,
        )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - started > _LONGEST:
                raise DidNotStart()
            time.sleep(0.1)
        return round(time.perf_counter() - started, 1)
    finally:
        end(process.pid)
        process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/sign-in")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
