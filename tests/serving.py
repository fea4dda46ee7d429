"""Real servers: `flask serve` in a process of its own, on a free port, over an installation of the test."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from click.testing import Result

from app import create_app
from app.core.address import made_certificate
from config.settings import load
from tests.databases import Installation

ROOT = Path(__file__).parents[1]


def environment(installation: Installation, **given: str) -> dict[str, str]:
    """Return the variables under which a command works on an installation."""
    ours = {
        "XINXIA_HOME": str(installation.home),
        "XINXIA_DATABASE_URL": installation.url,
        "XINXIA_PORT": str(free_port()),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XINXIA_")}
    return kept | ours | {f"XINXIA_{name}": value for name, value in given.items()}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def flask(installation: Installation, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the product to its end."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(
        command, env=environment(installation, **given), cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def typed(installation: Installation, *words: str, **given: str) -> Result:
    """Run a command under the same settings without a process of its own: most of that is its start."""
    app = create_app(load(environment(installation, **given)), at_once=False)
    try:
        return app.test_cli_runner().invoke(args=words)
    finally:
        app.database.dispose()


class Served:
    """A running server and a way to ask it."""

    def __init__(
        self, process: subprocess.Popen[str], host: str, port: int, trust: Path | None, log: Path
    ) -> None:
        self.process, self.host, self.port, self.trust, self._log = process, host, port, trust, log

    @property
    def address(self) -> str:
        """The address of its pages, without a slash at the end."""
        return f"{'https' if self.trust else 'http'}://{self.host}:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection to it."""
        if self.trust is None:
            return http.client.HTTPConnection(self.host, self.port, timeout=10)
        context = ssl.create_default_context(cafile=self.trust)
        return http.client.HTTPSConnection(self.host, self.port, timeout=10, context=context)

    def get(self, path: str) -> int:
        """Ask for a path and return the status of the answer."""
        connection = self.connect()
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    @property
    def logged(self) -> str:
        """What it has logged so far."""
        return self._log.read_text()

    def stop(self) -> tuple[int, str]:
        """End the server as a system does; return its exit code and what it logged."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        return code, self.logged


@contextlib.contextmanager
def serving(installation: Installation, **given: str) -> Iterator[Served]:
    """Serve an installation; what is given are settings: `WORKERS="2"`."""
    variables = environment(installation, **given)
    log = installation.home.with_name(f"{installation.home.name}-{variables['XINXIA_PORT']}.log")
    # A file and not a pipe: a pipe that nobody reads stops a server that has much to say.
    with log.open("w") as kept:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            env=variables, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=kept, text=True, start_new_session=True,
        )
    host = given.get("HOST", "127.0.0.1")
    trust = None if host == "127.0.0.1" else made_certificate(installation.home)[0]
    served = Served(process, host, int(variables["XINXIA_PORT"]), trust, log)
    try:
        wait_until(lambda: process.poll() is not None or answers(served))
        yield served
    finally:
        end(process.pid)
        process.wait()


def end(group: int) -> None:
    """Kill a server with all its workers, and return when none of them can write into its home any more."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    wait_until(lambda: not any(group_of(folder) == group for folder in Path("/proc").glob("[0-9]*")))


def group_of(folder: Path) -> int | None:
    """Return the group of a process that can still write; one that is dead already has none."""
    try:
        state, _parent, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return None
    return None if state in "ZX" else int(group)


def answers(served: Served) -> bool:
    """Say whether a server answers already."""
    try:
        return served.get("/healthz") == 200
    except OSError:
        return False


def wait_until(holds: Callable[[], object], *, seconds: float = 40) -> None:
    """Wait for a condition; fail when it does not come to hold."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
