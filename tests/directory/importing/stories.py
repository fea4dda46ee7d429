"""What importing stories share: a school, small lists, and a look at everything that an import touches."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access import Actor
from app.core.database import Base, Database, session
from app.directory.importing.models import RosterImport
from app.directory.importing.planning import StudentPlan, plan_students, student_table
from app.directory.importing.students import import_students
from app.directory.models import Organisation
from app.directory.queries import DirectoryLine, lines_of_class
from app.directory.rosters.columns import Table
from tests.directory.rosters.lists import sample, table
from tests.world import World

AUTUMN, SPRING = "roster_qinghe_primary.xlsx", "roster_qinghe_primary_spring.xlsx"
OTHER_GRADES = ("一年级", "二年级", "三年级", "六年级")
HEADINGS = ("学籍号", "姓名", "年级", "班级", "监护人姓名", "监护人电话", "家庭住址")
TOUCHED = (
    "grade", "school_class", "student", "directory_page", "class_contacts", "object_grant", "roster_import",
    "roster_upload", "person", "post", "trail_event",
)


def school_of(world: World, name: str = "school") -> Organisation:
    """Return a school of the cast, inside the transaction at hand."""
    return session().get_one(Organisation, world.organisations[name])


def listed(*rows: Sequence[Any]) -> Table:
    """Return a list of students by number, name, grade, class, guardian, telephone and address."""
    return table(*rows, headings=HEADINGS)


def whole_school(*changes: Sequence[Any], without: Sequence[str] = ()) -> Table:
    """Return the list of Sam's school as it is, with these rows instead of or beside those there are."""
    rows = {
        "G00000000": ("G00000000", "陈子涵", "四年级", "1班"),
        "G00000001": ("G00000001", "王瑞", "四年级", "1班"),
        "G00000002": ("G00000002", "周芷若", "四年级", "2班"),
        "G00000003": ("G00000003", "李一诺", "五年级", "1班"),
    }
    rows |= {row[0]: tuple(row) for row in changes}
    return listed(*(row for number, row in rows.items() if number not in without))


def plan(world: World, made: Table, by: Actor, **more: Any) -> StudentPlan:
    """Return what a list would change at Sam's school."""
    return plan_students(made, school=school_of(world), by=by, **more)


def bring(world: World, made: Table, by: Actor, **more: Any) -> RosterImport:
    """Import a list into Sam's school."""
    return import_students(made, school=school_of(world), by=by, **more)


def bring_sample(world: World, name: str, **more: Any) -> UUID:
    """Let Sam import one of the sample lists in a transaction of its own, and return the import's id."""
    with world.acting("sam") as sam:
        return bring(world, student_table(sample(name)), sam, **{"new_grades": OTHER_GRADES, **more}).id


def names_in(world: World, grade: str, group: str, by: Actor) -> list[str]:
    """Return the names on the page of a class of Sam's school."""
    return [line.name for line in lines_in(world, grade, group, by)]


def lines_in(world: World, grade: str, group: str, by: Actor) -> list[DirectoryLine]:
    """Return the lines on the page of a class of Sam's school."""
    return lines_of_class(world.classes["school", grade, group], by.ring)


def everything(database: Database, *tables: str) -> dict[str, list[Any]]:
    """Return every row of these tables as the database keeps it, byte by byte."""
    with database.transaction(writes=False):
        return {
            name: sorted(map(repr, session().execute(select(Base.metadata.tables[name])).all()))
            for name in tables or TOUCHED
        }
