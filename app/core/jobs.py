"""What is done again and again without a person: deleting, changing state, sending. Jobs never read content.

A lease in the database lets one process at a time do a job; when that process dies, the next one takes over
after the lease. A job that outlives its lease may run twice at once, so every job is safe to repeat.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Base, Database, session
from app.core.ids import new_id

log = logging.getLogger("xinxia.jobs")

_AGAIN_AFTER_FAILURE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(seconds=1)


class JobLease(Base):
    """When a job is due, and which process is doing it until when."""

    __tablename__ = "job_lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    holder: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]


@dataclass(frozen=True)
class Job:
    """Work that opens its own transactions, done every so often.

    `lease` is longer than the work ever takes; None means that the work keeps its own order (an advisory
    lock, a row it claims) and is done in every process.
    """

    name: str
    every: timedelta
    work: Callable[[Database], object]
    lease: timedelta | None = timedelta(minutes=5)


def in_transaction(work: Callable[[], object]) -> Callable[[Database], object]:
    """Return the same work inside one transaction that begins again when the database lost a race."""
    return lambda database: database.retrying(work)


def register_jobs(app: Flask, *jobs: Job) -> None:
    """Add jobs to what the server's processes do beside answering."""
    app.extensions.setdefault("jobs", []).extend(jobs)


def registered_jobs(app: Flask) -> Sequence[Job]:
    """Return the jobs of this application."""
    found: list[Job] = app.extensions.get("jobs", [])
    return found


class JobLoop:
    """One process's share of the jobs: a thread that looks every second what is due."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self._database = database
        self._jobs = jobs
        self._holder = new_id()
        self._next_here: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to do jobs beside whatever this process does."""
        self._thread.start()

    def stop(self, *, patience: float = 10) -> None:
        """Let the job at hand finish and end the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def run(self) -> None:
        """Do what is due until told to stop; no failure ends the loop."""
        pause = min([_LONGEST_PAUSE, *(job.every for job in self._jobs)]).total_seconds()
        while not self._stopping.is_set():
            try:
                self.do_due()
            except Exception as error:
                log.error("jobs", extra={"failure": type(error).__name__})
            self._stopping.wait(pause)

    def do_due(self) -> list[str]:
        """Do each job that is due and that no other process is doing; return their names."""
        done = []
        for job in [*self._due_here(), *self._open_leases()]:
            if self._stopping.is_set():
                break
            if job.lease is None:
                self._do(job)
            elif self._database.retrying(lambda job=job: _take(job, self._holder)):  # type: ignore[misc]
                self._release(job, wait=job.every if self._do(job) else min(job.every, _AGAIN_AFTER_FAILURE))
            else:
                continue
            done.append(job.name)
        return done

    def _due_here(self) -> list[Job]:
        now = time.monotonic()
        due = [job for job in self._jobs if job.lease is None and self._next_here.get(job.name, 0) <= now]
        self._next_here.update({job.name: now + job.every.total_seconds() for job in due})
        return due

    def _open_leases(self) -> list[Job]:
        """Look without a writer's lock, so that a server with nothing to do writes nothing."""
        with self._database.transaction(writes=False):
            rows = {row.name: row for row in session().scalars(select(JobLease))}
            return [job for job in self._jobs if job.lease is not None and _is_open(rows.get(job.name), job)]

    def _do(self, job: Job) -> bool:
        try:
            result = job.work(self._database)
        except Exception as error:
            log.error("job failed", extra={"job": job.name, "failure": type(error).__name__})
            return False
        if isinstance(result, int) and result:
            log.info("job done", extra={"job": job.name, "count": result})
        return True

    def _release(self, job: Job, *, wait: timedelta) -> None:
        self._database.retrying(lambda: _give_back(job, self._holder, clock.now() + wait))


def _is_open(row: JobLease | None, job: Job) -> bool:
    """Say whether a job is due and nobody's.

    A moment further away than can have been written means that the clock was set back: waiting for it would
    be a standstill.
    """
    if row is None or job.lease is None:
        return True
    now = clock.now()
    waiting = now < row.due_at <= now + max(job.every, _AGAIN_AFTER_FAILURE)
    taken = row.leased_until is not None and now < row.leased_until <= now + job.lease
    return not waiting and not taken


def _take(job: Job, holder: UUID) -> bool:
    """Take the lease if it is still open; of two processes at once the database lets one through."""
    assert job.lease is not None
    row = session().get(JobLease, job.name)
    if not _is_open(row, job):
        return False
    if row is None:
        row = JobLease(name=job.name, due_at=clock.now())
        session().add(row)
    row.holder, row.leased_until = holder, clock.now() + job.lease
    return True


def _give_back(job: Job, holder: UUID, due_at: datetime) -> None:
    """Give the lease back; one that another process took over meanwhile is left to it."""
    row = session().get(JobLease, job.name)
    if row is not None and row.holder == holder:
        row.due_at, row.holder, row.leased_until = due_at, None, None
