"""Looking for a free time beside many past bookings, booking one, and many who want the same at once."""

import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app.appointments.models import Appointment
from app.appointments.queries import free_between
from app.appointments.race import BY, Place, make_school, make_student, race
from app.appointments.service import Wish, hold
from app.core import clock, migrating
from app.core.database import Database, session
from app.core.ids import new_id
from app.directory.queries import today_at
from bench.measure import Figure, compare
from bench.plain.models import Plain
from bench.tables import table

COUNSELLORS, PAST, TERM = 10, 100_000, timedelta(days=120)
AT_ONCE, PROCESSES = 200, 4


class PlainBooking(Plain):
    """A booking as one would keep it who looks first and then writes."""

    __tablename__ = "plain_booking"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    counsellor_id: Mapped[UUID] = mapped_column(index=True)
    student_id: Mapped[UUID]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]


@dataclass(frozen=True)
class Contention:
    """What became of many who wanted one time at once."""

    answered_a_second: float
    booked: int


@dataclass(frozen=True)
class Found:
    """Everything that was measured of appointments."""

    figures: list[Figure]
    contention: Contention

    def as_json(self) -> dict[str, Any]:
        """Return it as the results file keeps it."""
        return {"figures": [figure.as_json() for figure in self.figures], "contention": asdict(self.contention)}


class School:
    """A school with ten counsellors whose room is open through the day."""

    def __init__(self, folder: Path, *, past: int) -> None:
        folder.mkdir(parents=True)
        self.database = Place(f"sqlite:///{folder}/x.sqlite3", folder).open()
        migrating.upgrade(self.database)
        with self.database.transaction():
            self.id, self.counsellors = make_school(COUNSELLORS)
            self.students = [make_student(self.id) for _ in range(50)]
            session().flush()
            self.today = today_at(self.id)
            self._past(past)
        self.taken = 0

    def _past(self, number: int) -> None:
        """Keep so many bookings of former years, whose cells are given back."""
        first, rows = clock.now() - timedelta(days=1200), []
        for each in range(number):
            start = first + timedelta(minutes=15 * each)
            rows.append({
                "id": new_id(), "school_id": self.id, "room_id": None, "place": None,
                "counsellor_id": self.counsellors[each % COUNSELLORS], "student_id": self.students[each % 50],
                "kind": "walk_in", "state": "attended", "starts_at": start, "ends_at": start + timedelta(minutes=40),
                "zone_name": "Asia/Shanghai", "minutes_before": 0, "minutes_after": 0, "booked_at": start,
                "state_at": start, "revision": 2,
            })
        for place in range(0, number, 5000):
            session().connection().execute(insert(Appointment), rows[place : place + 5000])

    def search(self) -> None:
        """Look for everything that is free in a term."""
        with self.database.transaction(writes=False):
            assert free_between(self.id, self.today, self.today + TERM)

    def book(self) -> None:
        """Book a time that nobody has had yet."""
        self.taken += 1
        start = datetime.combine(self.today, datetime.min.time(), clock.now().tzinfo) + timedelta(days=2)
        wish = Wish(
            self.id, start + timedelta(minutes=45 * self.taken), "walk_in",
            counsellor_id=self.counsellors[self.taken % COUNSELLORS], student_id=self.students[self.taken % 50],
        )
        with self.database.transaction():
            hold(wish, by=BY)


class PlainSchool:
    """The same without claims, events or rules: look whether somebody is there, then write."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder}/plain.sqlite3")
        with self.database.transaction():
            PlainBooking.metadata.tables[PlainBooking.__tablename__].create(session().connection())
        self.counsellor_id, self.student_id, self.taken = new_id(), new_id(), 0

    def book(self) -> None:
        """Look and write."""
        self.taken += 1
        start = clock.now() + timedelta(days=2, minutes=45 * self.taken)
        end = start + timedelta(minutes=40)
        with self.database.transaction():
            meets = select(func.count()).select_from(PlainBooking).where(
                PlainBooking.counsellor_id == self.counsellor_id, PlainBooking.starts_at < end,
                PlainBooking.ends_at > start,
            )
            assert session().scalar(meets) == 0
            session().add(PlainBooking(
                id=new_id(), counsellor_id=self.counsellor_id, student_id=self.student_id, starts_at=start, ends_at=end
            ))


def measure_appointments(folder: Path) -> Found:
    """Measure searching a term, booking, and two hundred who want one time."""
    full, empty = School(folder / "full", past=PAST), School(folder / "empty", past=0)
    plain = PlainSchool(folder)
    figures = [
        compare("search a term", full.search, {"without past bookings": empty.search}, goal=1.3, calls=2),
        compare("book a time", full.book, {"look, then insert": plain.book}, goal=None),
    ]
    started = time.perf_counter()
    result = race(f"sqlite:///{folder}/race.sqlite3", requests=AT_ONCE, processes=PROCESSES)
    spent = time.perf_counter() - started
    assert result.held
    return Found(figures, Contention(round(AT_ONCE / spent, 1), result.booked))


def appointments_table(found: Found) -> str:
    """Return the figures as a table."""
    lines = [("appointments, one core", "CPU ms", "compared with", "CPU ms", "ratio")]
    for figure in found.figures:
        ((base, ms),) = figure.baselines_ms.items()
        lines.append((figure.name, f"{figure.ours_ms:.2f}", base, f"{ms:.2f}", str(figure.ratios[base])))
    met = found.contention
    return table(lines) + (
        f"\n{AT_ONCE} at once for one time, {PROCESSES} processes: {met.answered_a_second:g} answered a second"
        f" with the making of their database, {met.booked} booked"
    )
