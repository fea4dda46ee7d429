"""To whom something can be wrapped: a person, a group, an object's own key, a slip, a recovery card, a return code."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from app.core.database import session
from app.vault.models import Group, GroupKey, UserKey

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


def current_group_keys(group_ids: set[UUID]) -> dict[UUID, GroupKey]:
    """Return the newest key pair of each of these groups, having loaded the groups, which trust() asks about."""
    if unknown := group_ids - _newest().keys():
        find_groups(_GROUPS, ids=list(unknown))
    return {group_id: key for group_id, key in _newest().items() if group_id in group_ids}


def find_groups(which: Select[GroupKey, Group], **asked: Any) -> list[Group]:
    """Return the groups that a question made by `groups_where` finds; their newest keys are then at hand."""
    rows = session().execute(which, asked).all()
    _newest().update((key.group_id, key) for key, _group in rows)
    return [group for _key, group in rows]


def _newest() -> dict[UUID, GroupKey]:
    """Return the keys that this transaction found to be the newest of their groups."""
    known: dict[UUID, GroupKey] = session().info.setdefault("newest_group_keys", {})
    return known


def forget_newest() -> None:
    """Ask for the newest keys of groups again from now on: one was made in this transaction."""
    session().info.pop("newest_group_keys", None)


def groups_where(*conditions: ColumnElement[bool]) -> Select[GroupKey, Group]:
    """Return the question for groups, each with its newest key, to be made once and asked by `find_groups`."""
    return (
        select(GroupKey, Group)
        .join(Group, Group.id == GroupKey.group_id)
        .where(
            ~exists().where(_later_of_group.group_id == GroupKey.group_id, _later_of_group.epoch > GroupKey.epoch),
            *conditions,
        )
    )


# Written once: building a statement costs more than the database needs to carry it out.
_later_of_user, _later_of_group = aliased(UserKey), aliased(GroupKey)
_USER_KEYS = select(UserKey).where(
    UserKey.user_id.in_(bindparam("ids", expanding=True)),
    ~exists().where(_later_of_user.user_id == UserKey.user_id, _later_of_user.epoch > UserKey.epoch),
)
_GROUPS = groups_where(GroupKey.group_id.in_(bindparam("ids", expanding=True)))
