"""The product's own server: several processes with threads, and http on this very machine only."""

import socket
import ssl
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from sqlalchemy import text

from app.core import jobs, migrating
from app.core.address import ServingRefused, address, certificate_of, netloc
from app.core.database import Database
from app.core.requests import Application

_LONGEST_REQUEST = 120
_LONGEST_SILENCE = 15
# Gunicorn makes its files there with mkstemp, which is safe in a folder that everybody may write to.
_MEMORY = Path("/dev/shm")  # nosec B108


def serve(app: Application, *, announce: Callable[[str], None]) -> None:
    """Answer requests and do jobs until stopped; raises ServingRefused or SchemaRefused before the first."""
    settings = app.extensions["settings"]
    certificate = certificate_of(settings)
    _demand_free(settings.host, settings.port)
    migrating.demand_newest(app.database)
    _demand_sound(app.database)
    with app.database.transaction(writes=False):
        said = [words for ask in app.starting if (words := ask())]
    # Nothing open is carried into the worker processes.
    app.database.dispose()
    announce(f"Xinxia answers at {address(settings)}")
    for words in said:
        announce(words)
    _Server(app, _options(settings, certificate)).run()


def _demand_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise ServingRefused(
                f"{host} port {port} cannot be used ({error.strerror}); choose others with "
                "XINXIA_HOST and XINXIA_PORT"
            ) from None


def _demand_sound(database: Database) -> None:
    if not database.is_sqlite:
        return
    with database.engine.connect() as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if found != "ok":
        raise ServingRefused("the database file is damaged; restore the newest backup")


def _options(settings: Any, certificate: tuple[Path, Path] | None) -> dict[str, Any]:
    options = {
        "bind": netloc(settings),
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "timeout": _LONGEST_REQUEST,
        "graceful_timeout": 30,
        "control_socket_disable": True,
        # Forwarded headers are believed from configured proxies only, by ProxyFix and nobody before it.
        "forwarded_allow_ips": "",
        "logger_class": _Journal,
        "proc_name": "xinxia",
        "when_ready": _wait_for_nobody_silent,
        "post_worker_init": _begin_jobs,
        "worker_exit": _end_jobs,
    }
    if _MEMORY.is_dir():
        # A worker's sign of life is a file that is touched: a slow disk must not look like a dead worker.
        options["worker_tmp_dir"] = str(_MEMORY)
    if certificate:
        options |= {
            "certfile": str(certificate[0]),
            "keyfile": str(certificate[1]),
            "ssl_context": _modern_tls,
        }
    return options


def _wait_for_nobody_silent(server: Any) -> None:
    """Give up a connection that stops in the middle of a request: gunicorn itself would keep a thread for it for good.

    Linux hands the limits of a listening socket on to what it accepts.
    """
    limit = struct.pack("ll", _LONGEST_SILENCE, 0)
    for listener in server.LISTENERS:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, limit)


def _modern_tls(_config: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _begin_jobs(worker: Any) -> None:
    worker.job_loop = jobs.JobLoop(worker.app.flask.database, jobs.registered_jobs(worker.app.flask))
    worker.job_loop.start()


def _end_jobs(_server: Any, worker: Any) -> None:
    if hasattr(worker, "job_loop"):
        worker.job_loop.stop()


class _Server(BaseApplication):
    """Gunicorn, told everything by us and nothing by command line, environment or files."""

    def __init__(self, flask: Application, options: dict[str, Any]) -> None:
        self.flask = flask
        self._options = options
        super().__init__(prog=sys.argv[0])

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        return self.flask


class _Journal(Logger):
    """Gunicorn's messages through our own formatter, without the requests they quote."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        self.error_log.propagate = True

    def access(self, *_args: Any) -> None:
        """Say nothing: the application logs each request itself, without its path."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        quotes = msg.startswith("Invalid request from")
        super().warning("Invalid request" if quotes else msg, *([] if quotes else args), **kwargs)
