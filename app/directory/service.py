"""Doing things with the directory: organisations, grades and classes, people and their posts."""

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select

from app import audit, vault
from app.access import CENTRE, SCHOOL, Actor, PostKind
from app.audit import Doer
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid, Stale
from app.core.ids import new_id
from app.core.words import N_
from app.directory import labels
from app.directory.calendars import version_of
from app.directory.models import Grade, Organisation, Person, Post, SchoolClass
from app.directory.queries import calendar_of, today_at
from app.schooltime import SchoolCalendar

POSTS_AT = {
    "school": SCHOOL,
    "centre": CENTRE,
    "bureau": (PostKind.DISTRICT_ADMIN, PostKind.AUDITOR),
    "district": (PostKind.DISTRICT_ADMIN, PostKind.AUDITOR),
}
"""Which posts there are at which kind of organisation."""
# Grades and classes with names of their own stand behind those with numbers.
_LAST = 99


class NumberTaken(Conflict):
    """Two people with one staff number."""

    words = N_("There is already somebody with this staff number.")


class PostDoesNotFit(Invalid):
    """A post at an organisation that has no such posts, or one that is in charge of nothing."""

    words = N_("This post does not fit the organisation, or says no grade or class it is in charge of.")


class LastAdministrator(Conflict):
    """Without an administrator nobody could ever be invited again."""

    words = N_("This is the last administrator. Give the post to somebody else before you end it.")


class EndsTooEarly(Invalid):
    """A post cannot end before it began."""

    words = N_("A post cannot end before it began.")


class PostOver(Conflict):
    """A post that ended already stays as it was."""

    words = N_("This post has ended already.")


class NameTaken(Conflict):
    """Two organisations of one district with one name."""

    words = N_("There is already an organisation of this name.")


class StaffNotFounded(Conflict):
    """A school whose staff key was not made yet cannot keep names."""

    words = N_("The staff key of this school has not been made yet. The school administrator does that in one step.")


def make_district(*, name: str) -> Organisation:
    """Make the district itself; everything else belongs to it."""
    district_id = new_id()
    return _make(district_id, "district", name, district_id)


def make_organisation(*, kind: str, name: str, district_id: UUID, by: Doer) -> Organisation:
    """Make a school, the centre or the bureau of a district; raises NameTaken."""
    _demand_free_name(name, district_id)
    made = _make(new_id(), kind, name, district_id)
    audit.record(by, "organisation:made", organisation=district_id, subject=("organisation", made.id), kind=kind)
    return made


def rename_organisation(organisation: Organisation, *, name: str, by: Doer) -> None:
    """Give an organisation another name; raises NameTaken."""
    if organisation.name == name.strip():
        return
    _demand_free_name(name, organisation.district_id)
    organisation.name = name.strip()
    session().flush()
    audit.record(
        by, "organisation:renamed", organisation=organisation.district_id, subject=("organisation", organisation.id)
    )


def _demand_free_name(name: str, district_id: UUID) -> None:
    taken = exists().where(Organisation.district_id == district_id, Organisation.name == name.strip())
    if session().scalar(select(taken)):
        raise NameTaken()


def _make(organisation_id: UUID, kind: str, name: str, district_id: UUID) -> Organisation:
    made = Organisation(
        id=organisation_id, kind=kind, name=name.strip(), district_id=district_id, directory_id=new_id(),
        calendar=None, created_at=clock.now(),
    )
    session().add(made)
    session().flush()
    return made


def found_directory(school: Organisation, *, by: Actor) -> None:
    """Make the key under which a school's directory pages are sealed and give it to the staff group."""
    staff = vault.find_group(school.id, "staff")
    if staff is None:
        raise StaffNotFounded()
    if not vault.grants_of(school.directory_id):
        vault.create_object(
            school.directory_id, organisation_id=school.id, to=[vault.group(staff.id)], by=by.ring,
            basis="directory:founded",
        )


def ensure_grade(*, school_id: UUID, label: str, position: int | None = None) -> Grade:
    """Return the grade with this label, made if the school did not have it; it stands where its year belongs."""
    found = session().scalar(select(Grade).where(Grade.school_id == school_id, Grade.label == label))
    if found is None:
        place = labels.year_of(label) or _LAST if position is None else position
        found = Grade(id=new_id(), school_id=school_id, label=label, position=place)
        session().add(found)
        session().flush()
    return found


def ensure_class(*, grade: Grade, label: str) -> SchoolClass:
    """Return the class with this label, made if the grade did not have it."""
    found = session().scalar(
        select(SchoolClass).where(SchoolClass.grade_id == grade.id, SchoolClass.label == label)
    )
    if found is None:
        place = labels.number_of(labels.class_label(label).removesuffix("班")) or _LAST
        found = SchoolClass(id=new_id(), school_id=grade.school_id, grade_id=grade.id, label=label, position=place)
        session().add(found)
        session().flush()
    return found


def add_person(
    *, district_id: UUID, number: str, name: str, mail: str | None, by: Doer, person_id: UUID | None = None
) -> Person:
    """Add somebody to the staff; name, number and address are sealed under the server's key."""
    index = number_index(number)
    if find_person(district_id, number) is not None:
        raise NumberTaken()
    person = Person(id=person_id or new_id(), district_id=district_id, number_index=index, created_at=clock.now())
    vault.write_server(person, "name_sealed", name.strip())
    vault.write_server(person, "number_sealed", normal_number(number))
    vault.write_server(person, "mail_sealed", mail.strip() if mail else None)
    session().add(person)
    session().flush()
    _record_person(by, "person:added", person)
    return person


def find_or_add_person(*, district_id: UUID, number: str, name: str, mail: str | None, by: Doer) -> Person:
    """Return the person with this number and name, added if nobody has the number; raises NumberTaken.

    Somebody who comes from another school keeps the number: number and name together say that it is them.
    """
    known = find_person(district_id, number)
    if known is None:
        return add_person(district_id=district_id, number=number, name=name, mail=mail, by=by)
    if "".join(known.name.split()) != "".join(name.split()):
        raise NumberTaken()
    return known


def change_person(person: Person, *, name: str, mail: str | None, by: Doer) -> None:
    """Change the name or the mail address of somebody on the staff; nothing happens where both are as before."""
    mail = mail.strip() if mail else None
    if (name.strip(), mail) == (person.name, person.mail):
        return
    vault.write_server(person, "name_sealed", name.strip())
    vault.write_server(person, "mail_sealed", mail)
    _record_person(by, "person:changed", person)


def _record_person(by: Doer, action: str, person: Person) -> None:
    audit.record(
        by, action, organisation=person.district_id, subject=("person", person.id),
        holds=[*audit.holding(person, "name_sealed"), *audit.holding(person, "mail_sealed")],
    )


def find_person(district_id: UUID, number: str) -> Person | None:
    """Return the person with this staff number."""
    return session().scalar(
        select(Person).where(Person.district_id == district_id, Person.number_index == number_index(number))
    )


def normal_number(number: str) -> str:
    """Return a staff number as it is compared: full width, case and spaces make no difference."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def number_index(number: str) -> bytes:
    """Return the blind index of a staff number under the server's key."""
    return vault.server_index("staff-number", normal_number(number))


def give_post(
    *,
    person_id: UUID,
    kind: PostKind,
    organisation_id: UUID,
    by: Doer,
    grade_id: UUID | None = None,
    class_id: UUID | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Post:
    """Put a person in charge of something from a day on; the same post twice is one post."""
    demand_fit(kind, session().get_one(Organisation, organisation_id).kind, grade_id, class_id)
    starts = starts_on or today_at(organisation_id)
    if ends_on is not None and ends_on < starts:
        raise EndsTooEarly()
    existing = session().scalar(
        select(Post).where(
            Post.person_id == person_id, Post.kind == kind.value, Post.organisation_id == organisation_id,
            Post.grade_id == grade_id, Post.class_id == class_id, Post.ends_on.is_(None),
        )
    )
    if existing is not None:
        return existing
    post = Post(
        id=new_id(), person_id=person_id, kind=kind.value, organisation_id=organisation_id, grade_id=grade_id,
        class_id=class_id, starts_on=starts, ends_on=ends_on,
    )
    post.make_mark()
    session().add(post)
    session().flush()
    audit.record(
        by, "post:given", organisation=organisation_id, subject=("person", person_id), post=post.id, kind=kind.value
    )
    _tell(post, by)
    return post


def _tell(post: Post, by: Doer) -> None:
    """Say that a post was given, where wiring handed in who is to hear of it: keys follow posts, two packages up."""
    tell: Callable[[Post, Doer], None] | None = session().info.get("post_given")
    if tell is not None:
        tell(post, by)


def demand_fit(kind: PostKind, organisation_kind: str, grade_id: UUID | None, class_id: UUID | None) -> None:
    """Raise PostDoesNotFit unless such an organisation has such posts, with what they are in charge of."""
    if kind not in POSTS_AT[organisation_kind]:
        raise PostDoesNotFit()
    if (kind is PostKind.CLASS_TEACHER and class_id is None) or (kind is PostKind.HEAD_OF_GRADE and grade_id is None):
        raise PostDoesNotFit()


def end_post(post: Post, *, ends_on: date, by: Doer) -> None:
    """Say on which day a post ends; on the day after, nothing of it is left. The last administrator stays."""
    if ends_on < post.starts_on:
        raise EndsTooEarly()
    _end(post, ends_on, by)


def end_post_now(post: Post, *, by: Doer) -> None:
    """End a post at once: it counts as over since yesterday, also when it was given today by mistake."""
    _end(post, today_at(post.organisation_id) - timedelta(days=1), by)


def _end(post: Post, ends_on: date, by: Doer) -> None:
    if post.ends_on is not None and post.ends_on < today_at(post.organisation_id):
        raise PostOver()
    if is_last_administrator(post, after=ends_on):
        raise LastAdministrator()
    post.starts_on = min(post.starts_on, ends_on)
    post.ends_on = ends_on
    post.make_mark()
    session().flush()
    audit.record(
        by, "post:ended", organisation=post.organisation_id, subject=("person", post.person_id), post=post.id,
        kind=post.kind,
    )


def is_last_administrator(post: Post, *, after: date) -> bool:
    """Say whether nobody else administers this school, or this district, after a day."""
    if post.kind not in (PostKind.SCHOOL_ADMIN, PostKind.DISTRICT_ADMIN):
        return False
    places = {post.organisation_id}
    if post.kind == PostKind.DISTRICT_ADMIN:
        district = session().get_one(Organisation, post.organisation_id).district_id
        places = set(session().scalars(select(Organisation.id).where(Organisation.district_id == district)))
    others = exists().where(
        Post.kind == post.kind, Post.organisation_id.in_(places), Post.id != post.id,
        Post.person_id != post.person_id, or_(Post.ends_on.is_(None), Post.ends_on > after),
    )
    return not session().scalar(select(others))


def keep_calendar(
    school: Organisation, *, change: Callable[[SchoolCalendar], SchoolCalendar], seen: str | None = None, by: Actor
) -> None:
    """Change the terms, holidays and bells of a school; `seen` is the version that the change builds on.

    Raises Stale where somebody changed them since, and InvalidCalendar where they do not fit together.
    """
    before = calendar_of(school.id)
    if seen is not None and seen != version_of(before):
        raise Stale()
    calendar = change(before)
    dumped: dict[str, Any] = calendar.dump()
    school.calendar = dumped
    session().flush()
    audit.record(by, "calendar:kept", organisation=school.id, subject=("organisation", school.id))
