"""Who is told that somebody waits for a key, or has a new post, and what admitting somebody settles."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from uuid import UUID

from app.access import Actor, PostHeld, PostKind
from app.audit import Doer, system
from app.core import clock
from app.core.database import Database, session
from app.core.errors import Missing
from app.directory.contacts import settle_contacts
from app.directory.models import Post
from app.directory.queries import begun_posts, calendar_of, today_at
from app.identity import keys
from app.identity.queries import has_open_account
from app.notifications import service as notices
from app.notifications.queries import last_told_of
from app.schooltime import day_at
from app.vault import Group, groups

_LOOKS_BACK = timedelta(days=8)
"""How long after its first day a post is still told of: a server may have been off for a week of holidays."""


def admit(*group_ids: UUID, person_id: UUID, epoch: int, by: Actor) -> None:
    """Admit a colleague to groups, and pass contacts on; `epoch` names the key whose words agreed.

    Each group is a grant and an event of its own.
    """
    admitted_to = [session().get(Group, group_id) for group_id in dict.fromkeys(group_ids)]
    keys.demand_epoch(person_id, epoch)
    for group in admitted_to:
        if group is None:
            raise Missing()
        keys.admit(person_id, group, by=by)
    settle_contacts(by)


def tell_of_newcomer(newcomer: Actor) -> None:
    """Tell those who hold a key that the newcomer's posts ask for, and whose own post it is to pass it on."""
    _tell_of_waiting(newcomer.person_id, newcomer.posts, by=newcomer)


def tell_of_post(post: Post, by: Doer) -> None:
    """Tell somebody with an account of their new post, and those who can admit them to what it asks for."""
    if not has_open_account(post.person_id):
        return
    notices.queue(
        "post:given", to=[post.person_id], organisation=post.organisation_id, subject=("post", post.id), by=by
    )
    if post.starts_on <= today_at(post.organisation_id):
        held = PostHeld(post.id, PostKind(post.kind), post.organisation_id, post.grade_id, post.class_id)
        _tell_of_waiting(post.person_id, [held], by=by)


def tell_of_begun(database: Database) -> int:
    """Tell keyholders of whom a post asks for a key since its first day; return how many waited. A job's work.

    When the post was given it was a post to come, of which nobody was told but its holder.
    """
    with database.transaction(writes=False):
        waiting = _begun_untold()
    for person_id, posts in waiting.items():
        database.retrying(partial(_tell_of_waiting, person_id, posts, by=system("posts")))
    return len(waiting)


def _begun_untold() -> dict[UUID, list[PostHeld]]:
    """Return the posts that began these days and of which no keyholder was told since, by who holds them."""
    since = clock.now() - _LOOKS_BACK
    told = last_told_of("key:waiting", since=since)
    found: dict[UUID, list[PostHeld]] = {}
    for person_id, post, first_day in begun_posts(since.date()):
        last = told.get((person_id, post.organisation_id))
        untold = last is None or day_at(calendar_of(post.organisation_id), last) < first_day
        if untold and has_open_account(person_id) and _missing_to([post], person_id):
            found.setdefault(person_id, []).append(post)
    return found


def _missing_to(posts: Iterable[PostHeld], person_id: UUID) -> list[Group]:
    """Return the groups that these posts ask for and that somebody's present key does not open."""
    asked_for = [group for group in map(keys.Place.group, keys.places_of(posts)) if group is not None]
    return [group for group in asked_for if not groups.is_member(group.id, person_id)]


def _tell_of_waiting(person_id: UUID, posts: Iterable[PostHeld], *, by: Doer) -> None:
    missing = _missing_to(posts, person_id)
    holding = groups.holding({group.id for group in missing}) if missing else {}
    for organisation_id in dict.fromkeys(group.organisation_id for group in missing):
        here = [holding[group.id] for group in missing if group.organisation_id == organisation_id]
        told = set().union(*here) & keys.keepers_at(organisation_id) - {person_id}
        notices.queue(
            "key:waiting", to=sorted(told), organisation=organisation_id, subject=("person", person_id), by=by
        )
