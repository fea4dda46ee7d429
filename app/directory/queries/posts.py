"""People on the staff, and who holds which post on which day."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from app import vault
from app.access import PostHeld, PostKind
from app.core.database import read_columns, session
from app.directory.models import Person, Post, is_marked
from app.directory.queries.organisations import today_at


def names_of(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of people on the staff."""
    ids = set(person_ids)
    if not ids:
        return {}
    return {person.id: person.name for person in session().scalars(select(Person).where(Person.id.in_(ids)))}


def posts_held(person_id: UUID, on: date) -> tuple[PostHeld, ...]:
    """Return the posts a person holds on a day; a post ended yesterday is not among them."""
    return tuple(post for _, post in find_posts(_OF_PERSON, on=on, person=person_id))


def current_posts(on: date, *conditions: ColumnElement[bool]) -> list[Post]:
    """Return the posts that count on a day, the oldest first; one that this server did not give is none."""
    rows = session().scalars(select(Post).where(*_COUNTS, *conditions).order_by(*_ORDER), {"day": on})
    return [row for row in rows if row.is_marked()]


def posts_where(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the question for posts that count on a day, to be made once and asked by `find_posts`."""
    return select(*_FACTS).where(*_COUNTS, *conditions).order_by(*_ORDER)


def find_posts(which: Select[*tuple[Any, ...]], *, on: date, **asked: Any) -> list[tuple[UUID, PostHeld]]:
    """Return whom a question made by `posts_where` finds, each with the post; one this server did not give is none."""
    key = vault.server_key()
    posts = map(_Post._make, read_columns(which, day=on, **asked))
    return [(post.person_id, _held(post)) for post in posts if _is_marked(post, key)]


class _Post(NamedTuple):
    """A post's columns, for who neither changes nor keeps it."""

    id: UUID
    person_id: UUID
    kind: str
    organisation_id: UUID
    grade_id: UUID | None
    class_id: UUID | None
    starts_on: date
    ends_on: date | None
    mark: bytes


# The answer for the same columns and the same key never changes: it is remembered as that of a signature's check is.
_is_marked = lru_cache(maxsize=8192)(is_marked)


def _held(row: Any) -> PostHeld:
    return PostHeld(row.id, PostKind(row.kind), row.organisation_id, row.grade_id, row.class_id)


def posts_of(person_ids: Iterable[UUID], on: date) -> dict[UUID, tuple[PostHeld, ...]]:
    """Return the posts that each of these people holds on a day, for lists of people."""
    found: dict[UUID, tuple[PostHeld, ...]] = {person_id: () for person_id in person_ids}
    for person_id, post in find_posts(_OF_PEOPLE, on=on, people=list(found)):
        found[person_id] += (post,)
    return found


def posts_at(organisation_ids: Collection[UUID], *kinds: PostKind, on: date) -> list[tuple[UUID, PostHeld]]:
    """Return who holds which post of these kinds at any of these organisations on a day."""
    return find_posts(_AT, on=on, places=list(organisation_ids), kinds=list(kinds))


def begun_posts(since: date) -> list[tuple[UUID, PostHeld, date]]:
    """Return who holds which post that began on this day or later and has begun where it is held, and since when."""
    rows = session().scalars(select(Post).where(Post.starts_on >= since).order_by(Post.starts_on, Post.id))
    return [
        (row.person_id, _held(row), row.starts_on)
        for row in rows
        if row.starts_on <= today_at(row.organisation_id) and row.is_marked()
    ]


def ended_posts() -> list[tuple[UUID, UUID]]:
    """Return person and organisation of every post that is over."""
    rows = session().execute(
        select(Post.person_id, Post.organisation_id, func.min(Post.ends_on))
        .where(Post.ends_on.is_not(None))
        .group_by(Post.person_id, Post.organisation_id)
        .order_by(Post.person_id, Post.organisation_id)
    )
    return [(person_id, place_id) for person_id, place_id, first in rows if first and first < today_at(place_id)]


def people_in_post(organisation_id: UUID, on: date) -> list[UUID]:
    """Return everybody who holds any post at an organisation on a day."""
    return holders_of(*PostKind, organisation_id=organisation_id, on=on)


def holders_of(
    *kinds: PostKind, organisation_id: UUID, on: date, grade_id: UUID | None = None, class_id: UUID | None = None
) -> list[UUID]:
    """Return the people who hold such a post at an organisation on a day."""
    found = posts_at([organisation_id], *kinds, on=on)
    people = [
        person_id
        for person_id, post in found
        if grade_id in (None, post.grade_id) and class_id in (None, post.class_id)
    ]
    return list(dict.fromkeys(people))


# Written once: building a statement costs more than the database needs to carry it out.
_COUNTS = (Post.starts_on <= bindparam("day"), or_(Post.ends_on.is_(None), Post.ends_on >= bindparam("day")))
_ORDER = (Post.starts_on, Post.id)
_FACTS = tuple(getattr(Post, name) for name in _Post._fields)
_OF_PERSON = posts_where(Post.person_id == bindparam("person"))
_OF_PEOPLE = posts_where(Post.person_id.in_(bindparam("people", expanding=True)))
_AT = posts_where(
    Post.organisation_id.in_(bindparam("places", expanding=True)), Post.kind.in_(bindparam("kinds", expanding=True))
)
