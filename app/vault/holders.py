"""To whom something can be wrapped: a person, a group, an object's own key, a slip, a recovery card, a return code."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from app.core.database import read_columns, session
from app.vault.models import Group, GroupKey, UserKey
from app.vault.publics import SHARED_KEY, SharedKey

HolderKind = Literal["user", "group", "object", "slip", "card", "letter"]


@dataclass(frozen=True)
class Holder:
    """One who can be given a key."""

    kind: HolderKind
    id: UUID


def user(person_id: UUID) -> Holder:
    """Return the person as a holder."""
    return Holder("user", person_id)


def group(group_id: UUID) -> Holder:
    """Return the group as a holder."""
    return Holder("group", group_id)


def within(object_id: UUID) -> Holder:
    """Return an object as a holder: whoever opens it opens what is wrapped within it."""
    return Holder("object", object_id)


def holder_of(grant: Any) -> Holder:
    """Return the one to whom a grant is wrapped."""
    return Holder(grant.holder_kind, grant.holder_id)


def find_group(organisation_id: UUID, kind: str, subject_id: UUID | None = None) -> Group | None:
    """Return the group of this kind, or None when nobody has founded it yet."""
    return session().scalar(
        select(Group).where(
            Group.organisation_id == organisation_id, Group.kind == kind, Group.subject_id == subject_id
        )
    )


def current_user_key(user_id: UUID) -> UserKey | None:
    """Return the person's newest key pair, or None before enrolment."""
    return session().scalar(
        select(UserKey).where(UserKey.user_id == user_id).order_by(UserKey.epoch.desc()).limit(1)
    )


def next_epoch(user_id: UUID) -> int:
    """Return the epoch of the key that a person enrols with next."""
    before = current_user_key(user_id)
    return before.epoch + 1 if before else 1


def has_key(user_id: UUID) -> bool:
    """Say whether a person has enrolled, so that something can be wrapped to them."""
    return current_user_key(user_id) is not None


def with_keys(user_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these people who have enrolled, so that something can be wrapped to them."""
    return set(current_user_keys(set(user_ids)))


def current_user_keys(user_ids: set[UUID]) -> dict[UUID, UserKey]:
    """Return the newest key pair of each of these people who has one."""
    return {key.user_id: key for key in session().scalars(_USER_KEYS, {"ids": list(user_ids)})} if user_ids else {}


def current_group_keys(group_ids: set[UUID]) -> dict[UUID, SharedKey]:
    """Return the newest key pair of each of these groups."""
    if unknown := group_ids - _newest().keys():
        find_groups(_GROUPS, ids=list(unknown))
    return {group_id: key for group_id, key in _newest().items() if group_id in group_ids}


def find_groups(which: Select[*tuple[Any, ...]], **asked: Any) -> list[SharedKey]:
    """Return the groups that a question made by `groups_where` finds; their newest keys are then at hand."""
    found = [SharedKey._make(row) for row in read_columns(which, **asked)]
    _newest().update((key.id, key) for key in found)
    keep_at_hand(found)
    return found


def keep_at_hand(keys: Iterable[SharedKey]) -> None:
    """Remember, to the end of the transaction, keys of groups that were asked for along with something else."""
    _at_hand().update(((key.id, key.epoch), key) for key in keys)


def group_key(group_id: UUID, epoch: int) -> SharedKey | None:
    """Return a group's key pair of one epoch."""
    if (group_id, epoch) not in _at_hand():
        keep_at_hand(SharedKey._make(row) for row in read_columns(_GROUP_KEY, group=group_id, epoch=epoch))
    return _at_hand().get((group_id, epoch))


def _newest() -> dict[UUID, SharedKey]:
    """Return the keys that this transaction found to be the newest of their groups."""
    known: dict[UUID, SharedKey] = session().info.setdefault("newest_group_keys", {})
    return known


def _at_hand() -> dict[tuple[UUID, int], SharedKey]:
    known: dict[tuple[UUID, int], SharedKey] = session().info.setdefault("group_keys", {})
    return known


def forget_newest() -> None:
    """Ask for the newest keys of groups again from now on: one was made in this transaction."""
    session().info.pop("newest_group_keys", None)


def groups_where(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the question for groups, each with its newest key, to be made once and asked by `find_groups`."""
    newer = exists().where(_later_of_group.group_id == GroupKey.group_id, _later_of_group.epoch > GroupKey.epoch)
    return _KEYS.where(~newer, *conditions)


# Written once: building a statement costs more than the database needs to carry it out.
_later_of_user, _later_of_group = aliased(UserKey), aliased(GroupKey)
_USER_KEYS = select(UserKey).where(
    UserKey.user_id.in_(bindparam("ids", expanding=True)),
    ~exists().where(_later_of_user.user_id == UserKey.user_id, _later_of_user.epoch > UserKey.epoch),
)
_KEYS: Select[*tuple[Any, ...]] = select(*SHARED_KEY).join(GroupKey, GroupKey.group_id == Group.id)
_GROUP_KEY = _KEYS.where(GroupKey.group_id == bindparam("group"), GroupKey.epoch == bindparam("epoch"))
_GROUPS = groups_where(GroupKey.group_id.in_(bindparam("ids", expanding=True)))
