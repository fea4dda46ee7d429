"""Many ask for one time at once, through several processes: a test that anybody can run where Xinxia is installed.

It has a database of its own, of the same kind as the installation's, which is made before and removed afterwards.
"""

import multiprocessing
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, make_url, select

from app import audit
from app.access import PostKind
from app.appointments.cells import Claim, claims_of
from app.appointments.errors import NotFree
from app.appointments.models import Appointment, AppointmentClaim
from app.appointments.queries import nearest_free
from app.appointments.service import Wish, hold
from app.core import clock, migrating
from app.core.database import Database, session
from app.core.ids import new_id
from app.directory import service as directory
from app.directory.models import Organisation, Student
from app.vault import opening_info

BY = audit.system("race")
STEPS = 4
"""So many beginnings, five minutes apart, overlap one another: whoever comes second meets the first."""


@dataclass(frozen=True)
class Place:
    """A scratch installation, and the one time in it that everybody asks for."""

    url: str
    home: Path

    def open(self) -> Database:
        """Return its database with what a session carries; the caller disposes of it."""
        keys = {"server_key_file": self.home / "server.key", "root_public_file": self.home / "root.pub"}
        return Database(self.url, info=opening_info(**keys, password_memory_kib=64))


@dataclass(frozen=True)
class Result:
    """What became of the requests by name, and what stands in the database afterwards."""

    answers: Counter[str]
    booked: int
    claims_fit: bool

    @property
    def held(self) -> bool:
        """Say whether exactly one was booked, everybody else was told so, and nothing is claimed beside it."""
        told = sum(self.answers.values()) - self.answers["booked"] == self.answers["taken"]
        return self.answers["booked"] == self.booked == 1 and told and self.claims_fit


def race(url: str, *, requests: int, processes: int) -> Result:
    """Let so many requests meet at one time and return what came of it."""
    with _scratch(url) as place:
        wishes = _prepare(place, requests)
        shares = [wishes[number::processes] for number in range(processes)]
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager:
            start = manager.Barrier(processes)
            with context.Pool(processes) as pool:
                answers = pool.starmap(_run, [(place, share, start) for share in shares], chunksize=1)
        return _result(place, Counter(answer for each in answers for answer in each))


@contextmanager
def _scratch(url: str) -> Iterator[Place]:
    """Make an empty database beside the installation's own, and take it away again."""
    with tempfile.TemporaryDirectory(prefix="xinxia-race-") as folder:
        home = Path(folder)
        if make_url(url).get_backend_name() == "sqlite":
            yield Place(f"sqlite:///{home}/race.sqlite3", home)
            return
        name = f"xinxia_race_{secrets.token_hex(8)}"
        beside = Database(url)
        try:
            with beside.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
                server.execute(DDL("CREATE DATABASE %(name)s", context={"name": name}))
                try:
                    yield Place(make_url(url).set(database=name).render_as_string(hide_password=False), home)
                finally:
                    server.execute(DDL("DROP DATABASE %(name)s WITH (FORCE)", context={"name": name}))
        finally:
            beside.dispose()


def _prepare(place: Place, requests: int) -> list[Wish]:
    """Make a school with one counsellor and a student for each request, and return what they all want."""
    database = place.open()
    migrating.upgrade(database)
    with database.transaction():
        school_id, (counsellor_id,) = make_school(1)
        students = [make_student(school_id) for _ in range(requests)]
        start = nearest_free(school_id, clock.now() + timedelta(days=14))[0].start
    database.dispose()
    return [_wish(number, student, school_id, counsellor_id, start) for number, student in enumerate(students)]


def make_school(counsellors: int) -> tuple[UUID, list[UUID]]:
    """Make a school with so many counsellors, who hold no keys."""
    district_id, school_id = new_id(), new_id()
    for kind, each in (("district", district_id), ("school", school_id)):
        session().add(
            Organisation(
                id=each, kind=kind, district_id=district_id, name=kind, directory_id=new_id(), calendar=None,
                created_at=clock.now(),
            )
        )
        session().flush()
    people = []
    for number in range(counsellors):
        person = directory.add_person(district_id=district_id, number=f"R-{number}", name="R", mail=None, by=BY)
        directory.give_post(
            person_id=person.id, kind=PostKind.COUNSELLOR, organisation_id=school_id, grade_id=None, class_id=None,
            starts_on=date(2020, 9, 1), by=BY,
        )
        people.append(person.id)
    return school_id, people


def make_student(school_id: UUID) -> UUID:
    """Make a student whom no directory page names."""
    student = Student(
        id=new_id(), school_id=school_id, class_id=None, number_index=secrets.token_bytes(32), state="enrolled",
        joined_on=date(2020, 9, 1), left_on=None,
    )
    session().add(student)
    return student.id


def _wish(number: int, student_id: UUID, school_id: UUID, counsellor_id: UUID, start: datetime) -> Wish:
    """Return what one asks: every second the slot itself, the others what begins a little later and waits for none."""
    if number % 2 == 0:
        return Wish(school_id, start, room_id=school_id, student_id=student_id)
    later = start + timedelta(minutes=5 * (number // 2 % STEPS))
    return Wish(school_id, later, "crisis", counsellor_id=counsellor_id, student_id=student_id)


def _run(place: Place, wishes: list[Wish], start: Any) -> list[str]:
    """Ask for everything at once as soon as every process is ready."""
    database = place.open()
    start.wait()
    with ThreadPoolExecutor(max_workers=len(wishes) or 1) as threads:
        answers = list(threads.map(lambda wish: _ask(database, wish), wishes))
    database.dispose()
    return answers


def _ask(database: Database, wish: Wish) -> str:
    try:
        database.retrying(lambda: hold(wish, by=BY))
    except NotFree:
        return "taken"
    except Exception as error:
        return type(error).__name__
    return "booked"


def _result(place: Place, answers: Counter[str]) -> Result:
    database = place.open()
    with database.transaction(writes=False):
        bookings = session().scalars(select(Appointment)).all()
        implied = {claim: booking.id for booking in bookings for claim in claims_of(booking)}
        rows = session().scalars(select(AppointmentClaim)).all()
        claimed = {Claim(row.resource_kind, row.resource_id, row.place, row.cell): row.appointment_id for row in rows}
    database.dispose()
    return Result(answers, len(bookings), implied == claimed)
