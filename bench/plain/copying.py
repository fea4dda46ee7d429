"""The twin's rows: everything the counsellor can open, written down readable under the same ids."""

import secrets
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import vault
from app.core.database import Base, Database, session
from app.directory.models import Grade, Organisation, Person, Post, SchoolClass, Student
from app.directory.queries import contacts_of, lines_of_school
from app.escalation.models import Concern
from app.files.models import FileEntry, StudentFile
from app.vault.passwords import PASSWORDS, stretch
from bench.plain.models import (
    Plain,
    PlainAccount,
    PlainConcern,
    PlainEntry,
    PlainFile,
    PlainPerson,
    PlainPost,
    PlainStudent,
    make_tables,
)
from bench.school import School
from config.settings import Settings
from tests.world import password_of


def make_twin(school: School, home: Path) -> Settings:
    """Write the twin of a school into a folder of its own and return its settings."""
    home.mkdir()
    settings = school.settings(home=home, database_url=f"sqlite:///{home}/plain.sqlite3")
    with school.world.acting("lin") as lin:
        rows = [*_shared(), *_people(school), *_students(school, lin), *_files(lin), *_concerns(lin)]
    database = Database(settings.database_url)
    make_tables(database)
    with database.transaction():
        for row in rows:
            session().add(row)
            session().flush()
    database.dispose()
    return settings


def _shared() -> list[Base]:
    # The district comes first: every organisation refers to it.
    organisations = sorted(session().scalars(select(Organisation)), key=lambda row: row.kind != "district")
    others: list[Base] = [*session().scalars(select(Grade)), *session().scalars(select(SchoolClass))]
    return [_copied(row, type(row)) for row in [*organisations, *others]]


def _people(school: School) -> list[Plain]:
    people: list[Plain] = [
        PlainPerson(id=row.id, district_id=row.district_id, number=row.number, name=row.name)
        for row in session().scalars(select(Person))
    ]
    accounts = [_account(school, name) for name in ("lin", "sol")]
    return [*people, *accounts, *(_copied(row, PlainPost) for row in session().scalars(select(Post)))]


def _account(school: School, name: str) -> PlainAccount:
    salt, person_id = secrets.token_bytes(16), school.world.people[name]
    verifier = stretch(password_of(name), salt, b"", person_id.bytes, PASSWORDS).verifier
    return PlainAccount(id=person_id, state="active", salt=salt, verifier=verifier)


def _students(school: School, lin: Any) -> list[Plain]:
    rows = {row.id: row for row in session().scalars(select(Student))}
    found: list[Plain] = []
    for line in lines_of_school(school.world.school, lin.ring):
        kept = contacts_of(rows[line.id], lin.ring) or {}
        found.append(
            PlainStudent(
                id=line.id, school_id=line.school_id, class_id=line.class_id, number=line.number, name=line.name,
                reading=line.reading, initials=_initials(line.reading), contacts=kept,
                born=date.fromisoformat(kept["born"]) if "born" in kept else None,
            )
        )
    return found


def _initials(reading: str) -> str:
    return "".join(syllable[:1] for syllable in reading.split())


def _files(lin: Any) -> list[Plain]:
    found: list[Plain] = []
    for file in session().scalars(select(StudentFile)):
        overview = vault.read(file, "overview", lin.ring.open(file.id))
        found.append(_copied(file, PlainFile, overview=overview))
    entries = session().scalars(select(FileEntry).order_by(FileEntry.number)).all()
    keys = lin.ring.open_many({entry.id for entry in entries})
    for entry in entries:
        found.append(_copied(entry, PlainEntry, body=vault.read(entry, "body", keys[entry.id])))
    return found


def _concerns(lin: Any) -> list[Plain]:
    concerns = session().scalars(select(Concern)).all()
    keys = lin.ring.open_many({object_id for each in concerns for object_id in (each.id, each.card_id)})
    return [
        _copied(
            concern, PlainConcern, account=vault.read(concern, "account", keys[concern.id]),
            card=vault.read(concern, "card", keys[concern.card_id]),
        )
        for concern in concerns
    ]


def _copied(row: Any, model: Any, **readable: Any) -> Any:
    """Return a row of another table with the same values in the columns both have."""
    names = [column.key for column in model.__table__.columns if column.key in row.__table__.columns]
    return model(**{name: getattr(row, name) for name in names} | readable)


