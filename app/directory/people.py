"""Finding people on the staff with their posts, for those who keep them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.access import CENTRE, Actor, PostKind
from app.core.database import session
from app.directory import labels
from app.directory.models import Grade, Organisation, Person, Post, SchoolClass
from app.directory.queries import today_at

DISTRICT_SEES = (PostKind.SCHOOL_ADMIN, *CENTRE, PostKind.AUDITOR, PostKind.DISTRICT_ADMIN)
"""Whose posts a district administrator keeps; teachers are their school's."""


@dataclass(frozen=True)
class HeldPost:
    """A post with the person who holds it and the words of what it is in charge of."""

    post: Post
    person: Person = field(repr=False)
    organisation: str
    grade_label: str | None
    class_label: str | None

    @property
    def kind(self) -> PostKind:
        """Which post it is."""
        return PostKind(self.post.kind)

    @property
    def where(self) -> str:
        """The grade or class it is in charge of, empty for the whole organisation."""
        return f"{self.grade_label or ''}{self.class_label or ''}"

    def is_over(self, on: date) -> bool:
        """Say whether the post has ended by a day."""
        return self.post.ends_on is not None and self.post.ends_on < on


@dataclass(frozen=True)
class Member:
    """Somebody on the staff with those posts that the person who asks may see, in the order they began."""

    person: Person = field(repr=False)
    posts: tuple[HeldPost, ...]

    __tablename__ = "person"

    @property
    def id(self) -> UUID:
        """The person's id."""
        return self.person.id

    @property
    def district_id(self) -> UUID:
        """The district."""
        return self.person.district_id

    @property
    def organisation_ids(self) -> frozenset[UUID]:
        """Where this person holds or held a post."""
        return frozenset(held.post.organisation_id for held in self.posts)

    @property
    def present_organisation_ids(self) -> frozenset[UUID]:
        """Where this person holds a post now, or will."""
        return frozenset(
            held.post.organisation_id for held in self.posts if not held.is_over(today_at(held.post.organisation_id))
        )

    def at(self, organisation_ids: Collection[UUID]) -> "Member":
        """Return the member with the posts at these organisations alone."""
        return Member(self.person, tuple(one for one in self.posts if one.post.organisation_id in organisation_ids))


def held_posts(*conditions: ColumnElement[bool]) -> list[HeldPost]:
    """Return posts with their people and words, in the order they began."""
    rows = session().execute(
        select(Post, Person, Organisation.name, Grade.label, SchoolClass.label)
        .join(Person, Person.id == Post.person_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .outerjoin(Grade, Grade.id == Post.grade_id)
        .outerjoin(SchoolClass, SchoolClass.id == Post.class_id)
        .where(*conditions)
        .order_by(Post.starts_on, Post.id)
    )
    return [
        HeldPost(post, person, name, grade, labels.class_label(group) if group else None)
        for post, person, name, grade, group in rows
    ]


def posts_held_at(organisation_ids: Collection[UUID]) -> list[HeldPost]:
    """Return the posts at these organisations that have not ended there."""
    days = {organisation_id: today_at(organisation_id) for organisation_id in organisation_ids}
    if not days:
        return []
    earliest = min(days.values())
    found = held_posts(
        Post.organisation_id.in_(days), or_(Post.ends_on.is_(None), Post.ends_on >= earliest)
    )
    return [held for held in found if not held.is_over(days[held.post.organisation_id])]


def get_member(person_id: UUID) -> Member | None:
    """Return somebody on the staff with every post they hold or held; who is missing costs as much."""
    person = session().scalar(select(Person).where(Person.id == person_id))
    posts = tuple(held_posts(Post.person_id == person_id))
    return Member(person, posts) if person else None


def members_kept_by(actor: Actor, *, kind: PostKind | None = None, ended: bool = False) -> list[Member]:
    """Return the people whose posts the actor keeps, by staff number; `ended` asks for those without one now."""
    found = held_posts(*_kept_by(actor))
    today = today_at(actor.district_id)
    posts: dict[UUID, list[HeldPost]] = {}
    for held in found:
        posts.setdefault(held.person.id, []).append(held)
    members = [_present(each, today, kind) for each in posts.values()]
    if ended:
        members = [Member(each[0].person, tuple(each)) for each in posts.values() if _all_over(each, today)]
    return sorted((one for one in members if one.posts), key=lambda one: one.person.number)


def _kept_by(actor: Actor) -> Sequence[ColumnElement[bool]]:
    if actor.holds(PostKind.DISTRICT_ADMIN):
        return Person.district_id == actor.district_id, Post.kind.in_(DISTRICT_SEES)
    return (Post.organisation_id.in_(actor.organisations(PostKind.SCHOOL_ADMIN)),)


def _present(posts: Sequence[HeldPost], today: date, kind: PostKind | None) -> Member:
    some = [held for held in posts if not held.is_over(today) and kind in (None, held.kind)]
    return Member(posts[0].person, tuple(some))


def _all_over(posts: Sequence[HeldPost], today: date) -> bool:
    return all(held.is_over(today) for held in posts)


def find_members(text: str, actor: Actor) -> list[Member]:
    """Return those of the people the actor keeps whose name, number or mail address holds a text."""
    wanted = "".join(text.split()).lower()
    if not wanted:
        return []
    return [
        member
        for member in members_kept_by(actor)
        if wanted in member.person.name.lower().replace(" ", "")
        or wanted in member.person.number.lower()
        or wanted in (member.person.mail or "")
    ]
