"""Who may see which part of the directory: everybody only what the post is in charge of."""

from typing import Any

from sqlalchemy import select

from app.access import SCHOOL, Actor, Permission, PostKind, relation, role
from app.core.database import session
from app.directory.models import ClassContacts

_WHOLE_SCHOOL = (PostKind.SUBJECT_TEACHER, PostKind.COUNSELLOR, PostKind.LEAD, PostKind.SCHOOL_ADMIN)


@role
def works_at_school(actor: Actor, record: Any) -> bool:
    """Hold any post at a school."""
    return actor.holds(*SCHOOL)


@role
def is_school_admin(actor: Actor, record: Any) -> bool:
    """Administer a school's accounts and rosters."""
    return actor.holds(PostKind.SCHOOL_ADMIN)


@role
def is_district_admin(actor: Actor, record: Any) -> bool:
    """Administer the district."""
    return actor.holds(PostKind.DISTRICT_ADMIN)


@relation
def administers(actor: Actor, record: Any) -> bool:
    """Administer the school this belongs to."""
    return actor.at(_school_of(record), PostKind.SCHOOL_ADMIN)


@relation
def works_at_own_school(actor: Actor, record: Any) -> bool:
    """Hold, or have held, a post at a school one administers."""
    return bool(record.organisation_ids & actor.organisations(PostKind.SCHOOL_ADMIN))


@relation
def works_now_at_own_school(actor: Actor, record: Any) -> bool:
    """Hold a post now at a school one administers."""
    return bool(record.present_organisation_ids & actor.organisations(PostKind.SCHOOL_ADMIN))


@relation
def in_own_district(actor: Actor, record: Any) -> bool:
    """Belong to the same district."""
    return bool(record.district_id == actor.district_id)


@relation
def of_own_district(actor: Actor, record: Any) -> bool:
    """Belong to the district itself, not to one of its schools."""
    return bool(record.organisation_id == actor.district_id)


@relation
def is_importer(actor: Actor, record: Any) -> bool:
    """Be the person who chose the file."""
    return bool(record.person_id == actor.person_id)


@relation
def may_see_class(actor: Actor, record: Any) -> bool:
    """Have the class in one's own class, grade or school."""
    return sees_class(actor, school_id=record.school_id, grade_id=_grade_of(record), class_id=_class_of(record))


@relation
def holds_contacts(actor: Actor, record: Any) -> bool:
    """Hold the key of the contacts of the student's class."""
    row_id = session().scalar(select(ClassContacts.id).where(ClassContacts.class_id == record.class_id))
    return row_id is not None and bool(actor.ring.reaches([row_id]))


def sees_class(actor: Actor, *, school_id: Any, grade_id: Any, class_id: Any) -> bool:
    """Say whether a class is within what this person is in charge of."""
    if actor.at(school_id, *_WHOLE_SCHOOL):
        return True
    if grade_id is not None and grade_id in actor.grades(PostKind.HEAD_OF_GRADE):
        return True
    return class_id is not None and class_id in actor.classes(PostKind.CLASS_TEACHER)


def sees_whole_school(actor: Actor) -> bool:
    """Say whether this person is in charge of a whole school, also of those who left it."""
    return actor.holds(*_WHOLE_SCHOOL)


def _school_of(record: Any) -> Any:
    return getattr(record, "school_id", None) or getattr(record, "organisation_id", None) or record.id


def _grade_of(record: Any) -> Any:
    return getattr(record, "grade_id", None)


def _class_of(record: Any) -> Any:
    return getattr(record, "class_id", None)


SEARCH = Permission("student:search", [works_at_school])
SEE_STUDENT = Permission("student:read", [works_at_school, may_see_class])
SEE_CONTACTS = Permission("student:contacts", [works_at_school, may_see_class, holds_contacts])
IMPORT_ROSTER = Permission("roster:import", [is_school_admin, administers])
IMPORT_STAFF = Permission("staff:import", [is_school_admin], [is_district_admin])
LIST_ROSTERS = Permission("roster:list", [is_school_admin], [is_district_admin])
OWN_UPLOAD = Permission(
    "roster:upload", [is_school_admin, administers, is_importer], [is_district_admin, of_own_district, is_importer]
)
SEE_IMPORT = Permission("roster:read", [is_school_admin, administers], [is_district_admin, of_own_district])
UNDO_IMPORT = Permission("roster:undo", [is_school_admin, administers])
LIST_PEOPLE = Permission("person:list", [is_school_admin], [is_district_admin])
KEEP_PEOPLE = Permission("person:keep", [is_school_admin, administers], [is_district_admin, in_own_district])
SEE_PERSON = Permission("person:read", [is_school_admin, works_at_own_school], [is_district_admin, in_own_district])
CHANGE_PERSON = Permission(
    "person:change", [is_school_admin, works_now_at_own_school], [is_district_admin, in_own_district]
)
LIST_CALENDARS = Permission("calendar:list", [is_school_admin])
KEEP_CALENDAR = Permission("calendar:keep", [is_school_admin, administers])
KEEP_CLASSES = Permission("class:keep", [is_school_admin, administers])
LIST_SCHOOLS = Permission("school:list", [is_district_admin])
KEEP_SCHOOLS = Permission("school:keep", [is_district_admin, in_own_district])

PERMISSIONS = (
    SEARCH, SEE_STUDENT, SEE_CONTACTS, IMPORT_ROSTER, IMPORT_STAFF, LIST_ROSTERS, OWN_UPLOAD, SEE_IMPORT, UNDO_IMPORT,
    LIST_PEOPLE, SEE_PERSON, CHANGE_PERSON, KEEP_PEOPLE, KEEP_CLASSES, LIST_CALENDARS, KEEP_CALENDAR, LIST_SCHOOLS,
    KEEP_SCHOOLS,
)
