"""Schools, centre and bureau: their names, their grades, and what day it is there."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.database import session
from app.directory.models import Grade, Organisation
from app.schooltime import SchoolCalendar, default_calendar


def get_organisation(organisation_id: UUID) -> Organisation | None:
    """Return an organisation by its id."""
    return session().get(Organisation, organisation_id)


def organisations_of(district_id: UUID, *kinds: str) -> Sequence[Organisation]:
    """Return the district's organisations of these kinds by name."""
    return session().scalars(
        select(Organisation)
        .where(Organisation.district_id == district_id, Organisation.kind.in_(kinds))
        .order_by(Organisation.kind, Organisation.name)
    ).all()


def centre_of(school_id: UUID) -> UUID | None:
    """Return the guidance centre of a school's district, or None while there is none."""
    return session().scalar(_CENTRE, {"school": school_id})


def names_of_organisations(organisation_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of schools, centre and bureau."""
    ids = set(organisation_ids)
    if not ids:
        return {}
    rows = session().execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {organisation_id: name for organisation_id, name in rows}


def grades_of(school_id: UUID) -> Sequence[Grade]:
    """Return the grades of a school in order."""
    return session().scalars(select(Grade).where(Grade.school_id == school_id).order_by(Grade.position)).all()


def calendar_of(school_id: UUID) -> SchoolCalendar:
    """Return a school's calendar, the default one while none was entered."""
    organisation = get_organisation(school_id)
    if organisation is None or organisation.calendar is None:
        return default_calendar(clock.now().date())
    return SchoolCalendar.load(organisation.calendar)


def today_at(organisation_id: UUID) -> date:
    """Return the present day where an organisation is."""
    return clock.now().astimezone(calendar_of(organisation_id).zone).date()


# Written once: building a statement costs more than the database needs to carry it out.
_school = aliased(Organisation)
_CENTRE = (
    select(Organisation.id)
    .join(_school, _school.district_id == Organisation.district_id)
    .where(_school.id == bindparam("school"), Organisation.kind == "centre")
    .order_by(Organisation.name)
    .limit(1)
)
CENTRE_OF_SCHOOL = _CENTRE.scalar_subquery()
"""The guidance centre of the school that is bound as `school`, inside another question."""
