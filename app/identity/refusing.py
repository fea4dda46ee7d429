"""Refusing somebody who waits for a key: the six words differ, or it is not the person; and letting them wait again."""

from uuid import UUID

from sqlalchemy import delete

from app import audit
from app.access import Actor, PostKind
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict
from app.core.words import N_
from app.directory.models import Person
from app.directory.queries import holders_of, posts_held, today_at
from app.identity import keys, policy
from app.identity.models import RefusedAdmission
from app.identity.queries import refusals_in
from app.notifications import service as notices
from app.vault import Group


class NotRefused(Conflict):
    """Nobody of this name was refused here, or somebody let them wait again."""

    words = N_("This colleague is not refused any more: somebody else let them wait again, or they have new keys.")


def refuse(person_id: UUID, *, epoch: int, by: Actor) -> None:
    """Refuse the key whose words were compared, for every group to which the actor could have admitted its owner.

    The person, and who could close the account, are told. Raises NotWaiting, and KeyChanged from a page that shows
    the words of an older key.
    """
    waiting = [one for one in keys.waiting_for(by) if one.person_id == person_id]
    if not waiting:
        raise keys.NotWaiting()
    keys.demand_epoch(person_id, epoch)
    now = clock.now()
    for one in waiting:
        session().add(
            RefusedAdmission(
                group_id=one.group.id, person_id=person_id, key_epoch=epoch, refused_by=by.person_id, at=now
            )
        )
        _record(by, "key:refused", one.group, person_id)
    session().flush()
    for organisation_id in dict.fromkeys(one.group.organisation_id for one in waiting):
        _tell(person_id, organisation_id, by)


def _tell(person_id: UUID, organisation_id: UUID, by: Actor) -> None:
    notices.queue(
        "key:not_admitted", to=[person_id], organisation=organisation_id, subject=("account", person_id), by=by
    )
    answering = sorted(_answering_for(person_id, organisation_id) - {person_id})
    notices.queue("key:refused", to=answering, organisation=organisation_id, subject=("member", person_id), by=by)


def _answering_for(person_id: UUID, organisation_id: UUID) -> set[UUID]:
    """Return the administrators who invited somebody like this, and who can close the account."""
    posts = posts_held(person_id, today_at(organisation_id))
    if policy.answers_to_the_district(posts):
        district_id = session().get_one(Person, person_id).district_id
        return set(holders_of(PostKind.DISTRICT_ADMIN, organisation_id=district_id, on=today_at(district_id)))
    return set(holders_of(PostKind.SCHOOL_ADMIN, organisation_id=organisation_id, on=today_at(organisation_id)))


def reconsider(person_id: UUID, *, by: Actor) -> None:
    """Let somebody wait again whom the actor, or a colleague, has refused for groups whose key the actor holds."""
    refused = [one for one in refusals_in(group.id for group in keys.groups_held(by)) if one.person_id == person_id]
    if not refused:
        raise NotRefused()
    for one in refused:
        session().execute(
            delete(RefusedAdmission).where(
                RefusedAdmission.person_id == person_id, RefusedAdmission.group_id == one.group_id
            )
        )
        _record(by, "key:reconsidered", session().get_one(Group, one.group_id), person_id)


def _record(by: Actor, action: str, group: Group, person_id: UUID) -> None:
    audit.record(by, action, organisation=group.organisation_id, subject=("person", person_id), group=group.id)
