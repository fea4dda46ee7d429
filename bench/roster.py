"""Importing a roster of 2,000 rows, as the page does it: read, planned, sealed, written, on the trail."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from app.core.database import session
from app.core.ids import new_id
from app.demo.loading import DATA
from app.directory.importing.planning import plan_students, student_table
from app.directory.importing.students import import_students
from app.directory.models import Organisation, Student
from app.directory.pinyin import reading
from bench.plain.models import Plain, PlainStudent
from bench.school import open_database, settings_of
from tests.databases import SqliteFiles, migrated
from tests.world import build

GOAL_SECONDS = 5
_ROSTER = DATA / "roster_linjiang_middle.xlsx"
_GRADES = ("初一", "初二", "初三", "高一", "高二", "高三")


@dataclass(frozen=True)
class RosterFigure:
    """One import: seconds on the wall and of CPU, and the CPU of reading the same list into plain rows."""

    rows: int
    seconds: float
    cpu_seconds: float
    plain_cpu_seconds: float

    def lines(self) -> list[tuple[str, float | None, float]]:
        """Return name, seconds and goal as the table shows them."""
        cpu = f"CPU {self.cpu_seconds:.2f}, into plain rows {self.plain_cpu_seconds:.2f}"
        return [(f"import {self.rows} rows ({cpu})", self.seconds, GOAL_SECONDS)]

    def as_json(self) -> dict[str, Any]:
        """Return the figure as the results file keeps it."""
        return asdict(self)


def measure_roster(folder: Path) -> RosterFigure:
    """Import the sample roster of the middle school into a school of the cast, and its rows into a plain table."""
    installation = migrated(SqliteFiles(), folder)
    database = open_database(settings_of(installation))
    world = build(database)
    content, school_id = _ROSTER.read_bytes(), world.organisations["other_school"]

    def bring() -> int:
        with world.acting("uma") as uma:
            school = session().get_one(Organisation, school_id)
            before = _count(school_id)
            import_students(student_table(content), school=school, by=uma, new_grades=_GRADES)
            return _count(school_id) - before

    def bring_plain(path: Path) -> int:
        with world.acting("uma") as uma:
            school = session().get_one(Organisation, school_id)
            entries = plan_students(student_table(content), school=school, by=uma, new_grades=_GRADES).roster.entries
        return _write_plain(path, entries, school_id)

    # What is loaded at the first use must count for neither.
    bring_plain(folder / "first.sqlite3")
    plain_rows, _, plain_cpu = _timed(lambda: bring_plain(folder / "plain.sqlite3"))
    rows, seconds, cpu = _timed(bring)
    assert rows == plain_rows > 1990, (rows, plain_rows)
    database.dispose()
    return RosterFigure(rows, seconds, cpu, plain_cpu)


def _count(school_id: Any) -> int:
    return session().scalar(select(func.count()).where(Student.school_id == school_id)) or 0


def _write_plain(path: Path, entries: Any, school_id: Any) -> int:
    engine = create_engine(f"sqlite:///{path}")
    Plain.metadata.tables["plain_student"].create(engine)
    with Session(engine) as plain, plain.begin():
        plain.add_all(
            PlainStudent(
                id=new_id(), school_id=school_id, class_id=new_id(), number=row.number, name=row.name,
                reading=reading(row.name), initials="", contacts={}, born=None,
            )
            for row in entries
        )
    engine.dispose()
    return len(entries)


def _timed(work: Callable[[], int]) -> tuple[int, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    return done, round(time.perf_counter() - wall, 2), round(time.process_time() - cpu, 2)
