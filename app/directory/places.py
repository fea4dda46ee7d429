"""The organisations of a district at one look: who administers them, and whether they have begun."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from app.access import CENTRE, PostKind
from app.core.database import session
from app.directory.models import Organisation, Student
from app.directory.people import posts_held_at
from app.directory.queries import organisations_of
from app.vault import Grant

_IN_CHARGE = {
    "school": (PostKind.SCHOOL_ADMIN,),
    "centre": CENTRE,
    "bureau": (PostKind.DISTRICT_ADMIN, PostKind.AUDITOR),
}


@dataclass(frozen=True)
class Place:
    """An organisation; `founded` says that a school's staff key was made, so that it can keep students."""

    organisation: Organisation
    administrators: tuple[str, ...] = field(repr=False)
    students: int
    founded: bool


def places_of_district(district_id: UUID) -> list[Place]:
    """Return the schools, the centre and the bureau of a district; the number of queries is the same for any number."""
    organisations = organisations_of(district_id, "school", "centre", "bureau")
    ids = [organisation.id for organisation in organisations]
    names: dict[UUID, list[str]] = {organisation_id: [] for organisation_id in ids}
    kinds = {organisation.id: organisation.kind for organisation in organisations}
    for held in posts_held_at(ids):
        if held.kind in _IN_CHARGE[kinds[held.post.organisation_id]]:
            names[held.post.organisation_id].append(held.person.name)
    students = _students_at(ids)
    founded = _founded([organisation.directory_id for organisation in organisations])
    return [
        Place(one, tuple(dict.fromkeys(names[one.id])), students.get(one.id, 0), one.directory_id in founded)
        for one in organisations
    ]


def _students_at(school_ids: list[UUID]) -> dict[UUID, int]:
    rows = session().execute(
        select(Student.school_id, func.count())
        .where(Student.school_id.in_(school_ids), Student.state == "enrolled")
        .group_by(Student.school_id)
    )
    return {school_id: count for school_id, count in rows}


def _founded(directory_ids: list[UUID]) -> set[UUID]:
    return set(session().scalars(select(Grant.object_id).where(Grant.object_id.in_(directory_ids)).distinct()))
