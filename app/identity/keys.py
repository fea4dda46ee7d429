"""Which keys a post stands for: who founds a group, who belongs to it, and who still waits to be admitted."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app import audit, vault
from app.access import CENTRE, SCHOOL, Actor, PostHeld, PostKind
from app.directory import service as directory
from app.directory.queries import get_organisation, grades_of, people_in_post, posts_held, today_at
from app.vault import Group, groups
from app.vault.errors import AlreadyFounded

# 3-vault.md, Founding: the first of these to enrol makes the group's key.
_FOUNDERS = {
    "staff": (PostKind.SCHOOL_ADMIN,),
    "grade": (PostKind.COUNSELLOR,),
    "room": (PostKind.COUNSELLOR,),
    "leadership": (PostKind.LEAD,),
    "centre": (PostKind.CENTRE_HEAD,),
    "board": (PostKind.AUDITOR,),
}


@dataclass(frozen=True)
class Place:
    """A group by what it is for, whether it was founded or not."""

    organisation_id: UUID
    kind: str
    subject_id: UUID | None = None

    def group(self) -> Group | None:
        """Return the group, or None before it was founded."""
        return vault.find_group(self.organisation_id, self.kind, self.subject_id)


@dataclass(frozen=True)
class Admission:
    """Somebody with a post and keys of their own who does not hold the key of a group yet."""

    person_id: UUID
    group: Group


def places_of(posts: Iterable[PostHeld]) -> list[Place]:
    """Return the groups that somebody with these posts belongs to."""
    found: list[Place] = []
    for post in posts:
        here = post.organisation_id
        if post.kind in SCHOOL:
            found.append(Place(here, "staff"))
        if post.kind is PostKind.HEAD_OF_GRADE and post.grade_id:
            found.append(Place(here, "grade", post.grade_id))
        if post.kind is PostKind.COUNSELLOR:
            found += [Place(here, "room"), *(Place(here, "grade", grade.id) for grade in grades_of(here))]
        if post.kind is PostKind.LEAD:
            found.append(Place(here, "leadership"))
        if post.kind in CENTRE:
            found.append(Place(here, "centre"))
        if post.kind is PostKind.AUDITOR:
            found.append(Place(here, "board"))
    return list(dict.fromkeys(found))


def found_missing(*, by: Actor) -> list[Group]:
    """Found those groups that the actor's posts found and that nobody has founded yet."""
    made: list[Group] = []
    for place in places_of(by.posts):
        if not by.at(place.organisation_id, *_FOUNDERS[place.kind]) or place.group() is not None:
            continue
        try:
            group = groups.found(place.organisation_id, place.kind, subject_id=place.subject_id, by=by.ring)
        except AlreadyFounded:
            continue
        audit.record(
            by, "key:group_founded", organisation=place.organisation_id, subject=("key_group", group.id),
            kind=place.kind,
        )
        if place.kind == "staff" and (school := get_organisation(place.organisation_id)) is not None:
            directory.found_directory(school, by=by)
        made.append(group)
    return made


def waiting_for(by: Actor) -> list[Admission]:
    """Return whom the actor can admit: a post asks for the group, the actor holds its key, the other does not."""
    waiting: list[Admission] = []
    for organisation_id in by.organisations():
        on = today_at(organisation_id)
        for person_id in people_in_post(organisation_id, on):
            if person_id == by.person_id or not vault.has_key(person_id):
                continue
            here = [post for post in posts_held(person_id, on) if post.organisation_id == organisation_id]
            for place in places_of(here):
                group = place.group()
                if group is None or not by.ring.belongs_to(group.id) or groups.is_member(group.id, person_id):
                    continue
                waiting.append(Admission(person_id, group))
    return waiting


def admit(person_id: UUID, group: Group, *, by: Actor) -> None:
    """Wrap a group's key to a colleague whose post asks for it; raises NoKey for those who do not hold it."""
    groups.admit(group.id, user_id=person_id, by=by.ring)
    audit.record(
        by, "key:admitted", organisation=group.organisation_id, subject=("person", person_id), group=group.id
    )


def leave_others(person_id: UUID, organisation_id: UUID) -> int:
    """Take away the keys of groups that no post of today asks for; it needs no key. Return how many groups."""
    expected = {group.id for place in places_of(posts_held(person_id, today_at(organisation_id)))
                if (group := place.group()) is not None}
    lost = groups.groups_of(person_id) - expected
    groups.leave(person_id, list(lost))
    return len(lost)
