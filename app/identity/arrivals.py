"""Who is told that somebody waits for a key, or has a new post, and what admitting somebody settles."""

from collections.abc import Iterable
from uuid import UUID

from app.access import Actor, PostHeld, PostKind
from app.audit import Doer
from app.core.database import session
from app.core.errors import Missing
from app.directory.contacts import settle_contacts
from app.directory.models import Post
from app.directory.queries import today_at
from app.identity import keys
from app.identity.queries import has_open_account
from app.notifications import service as notices
from app.vault import Group, groups


def admit(group_id: UUID, person_id: UUID, *, epoch: int, by: Actor) -> None:
    """Admit a colleague to the group with this id, and pass contacts on; `epoch` names the key whose words agreed."""
    group = session().get(Group, group_id)
    if group is None:
        raise Missing()
    keys.demand_epoch(person_id, epoch)
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


def _tell_of_waiting(person_id: UUID, posts: Iterable[PostHeld], *, by: Doer) -> None:
    waited_for = [group for group in map(keys.Place.group, keys.places_of(posts)) if group is not None]
    missing = [group for group in waited_for if not groups.is_member(group.id, person_id)]
    holding = groups.holding({group.id for group in missing}) if missing else {}
    for organisation_id in dict.fromkeys(group.organisation_id for group in missing):
        here = [holding[group.id].now for group in missing if group.organisation_id == organisation_id]
        told = set().union(*here) & keys.keepers_at(organisation_id) - {person_id}
        notices.queue(
            "key:waiting", to=sorted(told), organisation=organisation_id, subject=("person", person_id), by=by
        )
