"""Which keys a post stands for: who founds a group, who belongs to it, and who still waits to be admitted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app import audit, vault
from app.access import CENTRE, SCHOOL, Actor, PostHeld, PostKind
from app.audit import Doer
from app.core.database import session
from app.core.errors import Conflict
from app.core.words import N_
from app.directory import service as directory
from app.directory.contacts import settle_contacts
from app.directory.queries import (
    ended_posts,
    get_organisation,
    grades_of,
    holders_of,
    organisations_of,
    posts_at,
    posts_held,
    today_at,
)
from app.identity.models import Account
from app.identity.policy import KEYHOLDERS
from app.identity.queries import HeldPost, refusals_in
from app.identity.service import end_sessions_of
from app.vault import Group, groups, people, recovery_cards
from app.vault.errors import AlreadyFounded
from app.vault.holders import current_user_key, current_user_keys

# 3-vault.md, Founding: the first of these to enrol makes the group's key.
_FOUNDERS = {
    "staff": (PostKind.SCHOOL_ADMIN,),
    "grade": (PostKind.COUNSELLOR,),
    "room": (PostKind.COUNSELLOR,),
    "leadership": (PostKind.LEAD,),
    "centre": (PostKind.CENTRE_HEAD,),
    "board": (PostKind.AUDITOR,),
}
_PASSING_CONTACTS_ON = (PostKind.SCHOOL_ADMIN, PostKind.COUNSELLOR, PostKind.HEAD_OF_GRADE)
# What a room's recovery card opens.
_ON_THE_CARD = ("room", "grade")
VOUCHING = (PostKind.SCHOOL_ADMIN, PostKind.DISTRICT_ADMIN)
"""Whose keys vouch for newcomers: administrators invite, nobody else does."""


class NotWaiting(Conflict):
    """Nobody of this name waits for this key any more."""

    words = N_("This colleague no longer waits: somebody else admitted them, or their post has ended.")


class KeyChanged(Conflict):
    """The words that were compared stand for a key that is not this colleague's any more."""

    words = N_("This colleague has other keys since this page was opened. Compare the six words again.")


class RefusedBefore(Conflict):
    """Somebody saw other words, or another person, and has to be heard first."""

    words = N_("A colleague has not admitted this person. Speak with them; under Not admitted you can let the person "
               "wait again.")


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
    epoch: int


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


def missing_places(by: Actor) -> list[Place]:
    """Return the groups that the actor's posts found and that nobody has founded yet."""
    return [
        place
        for place in places_of(by.posts)
        if by.at(place.organisation_id, *_FOUNDERS[place.kind]) and place.group() is None
    ]


def found_missing(*, by: Actor) -> list[Group]:
    """Found those groups that the actor's posts found and that nobody has founded yet."""
    made: list[Group] = []
    for place in missing_places(by):
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
        if place.kind in _ON_THE_CARD:
            card = recovery_cards.present_card(place.organisation_id)
            if card is not None:
                recovery_cards.admit_card(group.id, card=card, by=by.ring)
        made.append(group)
    return made


def take_up_posts(*, by: Actor) -> list[Group]:
    """Do what somebody's posts ask for once their keys are open: found what is missing, pass contacts on."""
    made = found_missing(by=by)
    # A class teacher joins with the staff key alone: whoever holds the contacts passes them on when they come.
    if made or by.holds(*_PASSING_CONTACTS_ON):
        settle_contacts(by)
    for organisation_id in by.organisations(PostKind.COUNSELLOR):
        if (card := recovery_cards.present_card(organisation_id)) is not None:
            recovery_cards.move_to_card(card, by=by.ring)
    return made


def groups_held(by: Actor) -> list[Group]:
    """Return the groups whose key the actor holds, in the order in which they were founded."""
    held = {group_id for group_id, _ in by.ring.memberships()}
    return list(session().scalars(select(Group).where(Group.id.in_(held)).order_by(Group.created_at, Group.id)))


def waiting_for(by: Actor) -> list[Admission]:
    """Return whom the actor can admit: a post asks for the group, the actor holds its key, the other does not.

    Whose present key was refused does not wait.
    """
    held = {Place(group.organisation_id, group.kind, group.subject_id): group for group in groups_held(by)}
    group_ids = {group.id for group in held.values()}
    settled = groups.memberships_of(group_ids)
    settled |= {(one.group_id, one.person_id, one.key_epoch) for one in refusals_in(group_ids)}
    waiting: list[Admission] = []
    for organisation_id in by.organisations():
        posts: dict[UUID, list[PostHeld]] = defaultdict(list)
        for person_id, post in posts_at([organisation_id], *PostKind, on=today_at(organisation_id)):
            posts[person_id].append(post)
        keys = current_user_keys(_with_open_accounts(posts) - {by.person_id})
        for person_id, key in keys.items():
            asked_for = [held[place] for place in places_of(posts[person_id]) if place in held]
            waiting += [
                Admission(person_id, group, key.epoch)
                for group in asked_for
                if (group.id, person_id, key.epoch) not in settled
            ]
    return sorted(waiting, key=lambda admission: (str(admission.person_id), admission.group.created_at))


def _with_open_accounts(person_ids: Iterable[UUID]) -> set[UUID]:
    """Return those whose account is not closed: nobody else waits for anything."""
    mine = select(Account.id).where(Account.id.in_(list(person_ids)), Account.state == "active")
    return set(session().scalars(mine))


def keepers_at(organisation_id: UUID) -> set[UUID]:
    """Return those at an organisation whose posts pass keys on."""
    return set(holders_of(*KEYHOLDERS, organisation_id=organisation_id, on=today_at(organisation_id)))


def admit(person_id: UUID, group: Group, *, by: Actor) -> None:
    """Wrap a group's key to a colleague whose post asks for it; raises NoKey for those who do not hold it."""
    expected = places_of(posts_held(person_id, today_at(group.organisation_id)))
    if by.ring.belongs_to(group.id) and Place(group.organisation_id, group.kind, group.subject_id) not in expected:
        raise NotWaiting()
    if any(one.person_id == person_id for one in refusals_in([group.id])):
        raise RefusedBefore()
    groups.admit(group.id, user_id=person_id, by=by.ring)
    audit.record(
        by, "key:admitted", organisation=group.organisation_id, subject=("person", person_id), group=group.id
    )


def demand_epoch(person_id: UUID, epoch: int) -> None:
    """Raise KeyChanged unless the words that were compared stand for somebody's present key."""
    key = current_user_key(person_id)
    if key is None or key.epoch != epoch:
        raise KeyChanged()


def by_person(waiting: Iterable[Admission]) -> dict[UUID, list[Group]]:
    """Return for each colleague who waits the groups they wait for."""
    found: dict[UUID, list[Group]] = {}
    for one in waiting:
        found.setdefault(one.person_id, []).append(one.group)
    return found


def waiting_to_vouch(by: Actor) -> dict[UUID, int]:
    """Return the administrators whose key may not vouch yet, with its epoch: they enrolled before they had the post."""
    if not by.holds(PostKind.DISTRICT_ADMIN) or not people.vouches(by.person_id):
        return {}
    found = current_user_keys(_administrators(by))
    return {person_id: key.epoch for person_id, key in sorted(found.items()) if not key.vouches}


def _administrators(by: Actor) -> set[UUID]:
    """Return everybody who administers a school of the district, or the district."""
    found: set[UUID] = set()
    for organisation in organisations_of(by.district_id, "district", "school", "centre", "bureau"):
        found |= set(holders_of(*VOUCHING, organisation_id=organisation.id, on=today_at(organisation.id)))
    return found - {by.person_id}


def let_vouch(person_id: UUID, *, epoch: int, by: Actor) -> None:
    """Let a colleague who became an administrator invite others; raises NotWaiting and KeyChanged."""
    if person_id not in waiting_to_vouch(by):
        raise NotWaiting()
    demand_epoch(person_id, epoch)
    people.vouch_for(person_id, by=by.ring)
    audit.record(by, "key:vouched", organisation=by.district_id, subject=("person", person_id))


def leave_others(person_id: UUID, organisation_id: UUID) -> int:
    """Take away the keys of groups that no post of today asks for; it needs no key. Return how many groups."""
    expected = {group.id for place in places_of(posts_held(person_id, today_at(organisation_id)))
                if (group := place.group()) is not None}
    lost = groups.groups_of(person_id) - expected
    groups.leave(person_id, list(lost))
    return len(lost)


def settle_person(person_id: UUID, organisation_id: UUID, by: Doer) -> int:
    """Take away at once what somebody's posts of today no longer ask for; return how many keys it was.

    Without any post at the organisation, keys of single records there go too; without any post at all, the
    sessions end. It needs no key, so that it works in the night and for people who are away.
    """
    posts = posts_held(person_id, today_at(organisation_id))
    lost = leave_others(person_id, organisation_id)
    if all(post.organisation_id != organisation_id for post in posts):
        lost += groups.leave_objects(person_id, organisation_id)
    if not posts:
        end_sessions_of(person_id)
    if lost:
        audit.record(by, "key:left", organisation=organisation_id, subject=("person", person_id), count=lost)
    return lost


def end_post(held: HeldPost, *, last_day: date | None, by: Actor) -> None:
    """End a post after its last day, or at once, and take away what only this post opened."""
    if last_day is None:
        directory.end_post_now(held.post, by=by)
    else:
        directory.end_post(held.post, ends_on=last_day, by=by)
    settle_person(held.post.person_id, held.organisation_id, by)


def leave_ended_posts() -> int:
    """Settle everybody whose post has ended since; return how many keys were taken away. A job's work."""
    holders = groups.people_with_keys()
    return sum(
        settle_person(person_id, organisation_id, audit.system("posts"))
        for person_id, organisation_id in ended_posts()
        if person_id in holders
    )
