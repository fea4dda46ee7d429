"""What other processes do to the same trail: write until killed, seal until told to stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import UUID

from app.audit import record, system
from app.audit.rollback import carry, is_rolled_back
from app.audit.sealer import seal_once
from app.core.database import Database
from app.vault.server import ServerKey


@contextmanager
def opened(url: str, key_file: Path) -> Iterator[Database]:
    database = Database(url, info={"server_key": ServerKey.load(key_file)})
    yield database
    database.dispose()


def write_until_killed(url: str, key_file: Path, school: UUID, acknowledged: Path, times: int) -> None:
    """Do deeds, and say so in a file once each is committed."""
    with opened(url, key_file) as database, acknowledged.open("ab", buffering=0) as file:
        for number in range(times):
            database.retrying(lambda number=number: _two_deeds(school, number))
            file.write(b"x")


def _two_deeds(school: UUID, number: int) -> None:
    record(system("worker"), "concern:raised", organisation=school, number=number)
    record(system("worker"), "concern:routed", organisation=school, number=number)


def seal_until_stopped(url: str, key_file: Path, stopped: Event) -> None:
    """Seal as often as possible."""
    with opened(url, key_file) as database:
        while not stopped.wait(0.005):
            seal_once(database)


def carry_until_stopped(url: str, key_file: Path, folder: Path, stopped: Event) -> None:
    """Compare with the book and carry into it as often as possible."""
    with opened(url, key_file) as database:
        database.info["checkpoints"] = folder
        while not stopped.wait(0.005):
            carry(database)
            if is_rolled_back(database):
                raise SystemExit(1)
