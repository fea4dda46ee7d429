"""Kills in the midst of writing: what was acknowledged is there with its event, and nothing is without one.

A dozen of them here, two hundred in `make soak`.
"""

import base64
import http.client
import os
import re
import signal
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from app.audit.models import TrailEvent
from app.audit.verify import verify
from app.core.database import session
from app.files.models import FileEntry
from app.files.reading import body_of
from app.files.service import is_verified
from app.identity.models import Account
from app.identity.service import begin_session
from app.identity.sessions import COOKIE
from tests.databases import Installation
from tests.files import steps
from tests.serving import Served, serving, wait_until
from tests.world import World

WORKERS_OF_EACH = 3
STUDENTS = ("ana", "zoe", "ivo")


@dataclass
class Writer(threading.Thread):
    """Lin at one of her computers: begins and signs entry after entry, and sends again what was not answered."""

    cookie: str
    file_id: UUID
    acknowledged: dict[UUID, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.where: Served | None = None
        self.done = threading.Event()
        self.failed: list[str] = []
        self._cookies = {COOKIE: self.cookie}

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while not self.done.is_set():
            words = uuid.uuid4().hex
            begun = self._until_answered(
                f"/files/{self.file_id}/entries", {"kind": "follow_up", "started_at": "2026-03-12T12:10"}
            )
            signed = begun and self._until_answered(begun, {"version": "1", "concern": words, "then": "sign"})
            if begun and signed:
                self.acknowledged[UUID(begun.rsplit("/", 1)[1])] = words

    def _until_answered(self, path: str, form: dict[str, str]) -> str | None:
        """Send a form, again and again with the same key, until it is answered; return where it leads."""
        form = {**form, "_once": uuid.uuid4().hex}
        while not self.done.is_set():
            with suppress(OSError, http.client.HTTPException):
                status, leads = self._post(path, form)
                if status == 303:
                    return leads
                if status not in (502, 503):
                    self.failed.append(f"{path} answered {status}")
                    self.done.set()
            time.sleep(0.02)
        return None

    def _post(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        token = re.search(r'name="csrf-token" content="([^"]+)"', self._ask("GET", "/files")[2])
        if token is None:
            return 503, ""
        status, leads, _page = self._ask("POST", path, urlencode({**form, "csrf_token": token[1]}))
        return status, leads

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        assert self.where is not None
        connection = self.where.connect()
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            for given in answer.headers.get_all("Set-Cookie") or []:
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(given).items()}
            return answer.status, answer.headers.get("Location", ""), page
        finally:
            connection.close()


def test_nothing_acknowledged_is_lost_and_nothing_is_done_without_its_event(
    world: World, world_installation: Installation
) -> None:
    kill_while_people_write(world, world_installation, servers=3)


@pytest.mark.soak
def test_two_hundred_kills_lose_nothing(world: World, world_installation: Installation) -> None:
    kill_while_people_write(world, world_installation, servers=50)


def kill_while_people_write(world: World, installation: Installation, *, servers: int) -> None:
    """Kill three workers of each server and then the server, again and again, and look at what is kept."""
    files = [steps.open_file(world, "lin", student) for student in STUDENTS]
    writers = [Writer(cookie(world), file_id) for file_id in (*files, files[0])]
    for number in range(servers):
        with serving(installation, DEMO="1", WORKERS="2", LOG_LEVEL="WARNING") as served:
            for writer in writers:
                writer.where = served
                if not number:
                    writer.start()
            for _ in range(WORKERS_OF_EACH):
                wait_for_more(writers)
                kill_a_worker(served)
            wait_for_more(writers)
            workers = served.workers()
            # The block's end kills the server itself; its workers die in the same moment.
            for pid in [served.process.pid, *workers]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            wait_until(lambda gone=workers: not any(alive(pid) for pid in gone))
    for writer in writers:
        writer.done.set()
    for writer in writers:
        writer.join(30)
    assert [trouble for writer in writers for trouble in writer.failed] == []
    acknowledged = {entry: words for writer in writers for entry, words in writer.acknowledged.items()}
    assert len(acknowledged) >= servers * (WORKERS_OF_EACH + 1)
    assert_whole(world, acknowledged)


def cookie(world: World) -> str:
    """Sign Lin in on another computer and return what her browser keeps."""
    with world.acting("lin") as lin:
        # The cast has no second step: the server runs in demo mode, for demo accounts.
        session().execute(update(Account).values(demo=True))
        account = session().get_one(Account, lin.person_id)
        return base64.urlsafe_b64encode(begin_session(account, lin.ring).token).decode()


def wait_for_more(writers: list[Writer]) -> None:
    """Wait until everybody has written something more, so that each kill hits people at work."""
    before = [len(writer.acknowledged) for writer in writers]
    wait_until(
        lambda: all(len(w.acknowledged) > count or w.failed for w, count in zip(writers, before, strict=True)),
        seconds=60,
    )


def kill_a_worker(served: Served) -> None:
    """Kill one of the processes that answer, wherever it is in its work."""
    wait_until(served.workers)
    os.kill(served.workers()[0], signal.SIGKILL)


def alive(pid: int) -> bool:
    """Say whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def assert_whole(world: World, acknowledged: dict[UUID, str]) -> None:
    """Demand every acknowledged entry as it was written, one event for each deed, a whole trail and database."""
    with world.acting("lin") as lin:
        entries = {entry.id: entry for entry in session().scalars(select(FileEntry))}
        for entry_id, words in acknowledged.items():
            assert entries[entry_id].state == "signed"
            assert is_verified(entries[entry_id])
            assert (body_of(entries[entry_id], by=lin) or {})["concern"] == words
        for action, done in (
            ("entry:begun", list(entries)), ("entry:signed", [e.id for e in entries.values() if e.state == "signed"]),
        ):
            kept = session().scalars(select(TrailEvent).where(TrailEvent.action == action))
            assert sorted(UUID(event.codes["entry"]) for event in kept) == sorted(done), action
        for file_id in {entry.file_id for entry in entries.values()}:
            numbers = sorted(entry.number for entry in entries.values() if entry.file_id == file_id)
            assert numbers == list(range(1, len(numbers) + 1))
        assert session().scalar(select(FileEntry.id).group_by(FileEntry.id).having(text("count(*) > 1"))) is None
    with world.database.snapshot():
        verify()
    if world.database.is_sqlite:
        with world.database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
