"""Founding groups and admitting members: a membership row is the group's key, wrapped to one holder."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.database import read_columns, session
from app.core.ids import new_id
from app.vault import suites
from app.vault.errors import AlreadyFounded, NoKey, Untrusted
from app.vault.holders import Holder, current_user_key, find_group, forget_newest
from app.vault.keypairs import KeyPair
from app.vault.models import Grant, Group, GroupKey, Membership, Slip, UserKey
from app.vault.publics import MEMBER, Member
from app.vault.ring import KeyRing
from app.vault.statements import group_key_statement, membership_info, membership_statement
from app.vault.taking import take_away
from app.vault.trust import trust


class Granter(NamedTuple):
    """Who signs a membership: a person, or a recovery card for who holds both its halves."""

    kind: str
    id: UUID
    epoch: int
    signer: KeyPair


def found(organisation_id: UUID, kind: str, *, subject_id: UUID | None = None, by: KeyRing) -> Group:
    """Make a group with its first key pair; its founder is its first member."""
    if find_group(organisation_id, kind, subject_id) is not None:
        raise AlreadyFounded()
    made = Group(
        id=new_id(), organisation_id=organisation_id, kind=kind, subject_id=subject_id, created_at=clock.now()
    )
    session().add(made)
    session().flush()
    pair = KeyPair.new()
    key = GroupKey(
        group_id=made.id,
        epoch=1,
        kem_public=pair.kem_public,
        sign_public=pair.sign_public,
        founder_id=by.user_id,
        founder_epoch=by.epoch,
        created_at=clock.now(),
    )
    key.signature = by.pair.sign(group_key_statement(made, key))
    session().add(key)
    session().flush()
    forget_newest()
    _give(made.id, 1, pair, Holder("user", by.user_id), by.epoch, by.pair.kem_public, _as_user(by))
    by.forget_memberships()
    return made


def admit(group_id: UUID, *, user_id: UUID, by: KeyRing) -> None:
    """Wrap every epoch of a group's key that the granter holds to a colleague's verified user key."""
    newcomer = current_user_key(user_id)
    if newcomer is None:
        raise NoKey()
    public = trust().user_key(newcomer.user_id, newcomer.epoch).kem_public
    give_all(group_id, Holder("user", user_id), newcomer.epoch, public, by)


def admit_slip(group_id: UUID, *, slip: Slip, by: KeyRing) -> None:
    """Let an invitation carry a group's key for the one who will enrol with it."""
    give_all(group_id, Holder("slip", slip.id), 1, slip.kem_public, by)


def take_over_from_slip(slip: Slip, pair: KeyPair, *, to: KeyRing) -> None:
    """Move the groups that an invitation carried to the newcomer's own key; the slip then opens nothing.

    The newcomer signs: whoever holds the slip's code was named for these groups by the inviter.
    """
    carried = carried_by(Holder("slip", slip.id))
    hand_on(carried, pair, to=to, granter=_as_user(to))
    take_away(Membership, Membership.holder_kind == "slip", Membership.holder_id == slip.id)
    to.forget_memberships()


def hand_on(carried: Iterable[Membership], pair: KeyPair, *, to: KeyRing, granter: Granter) -> None:
    """Wrap to a person's own key the groups that the key pair of a slip or a card opens."""
    for member in carried:
        trust().membership(member)
        group_pair = KeyPair.from_seed(pair.unwrap(member.wrapped, membership_info(member), member.suite))
        _give(
            member.group_id, member.epoch, group_pair, Holder("user", to.user_id), to.epoch, to.pair.kem_public, granter
        )


def members_of(group_ids: set[UUID]) -> dict[UUID, set[UUID]]:
    """Return the people in each of these groups."""
    rows = session().execute(
        select(Membership.group_id, Membership.holder_id)
        .where(Membership.group_id.in_(group_ids), Membership.holder_kind == "user")
        .distinct()
    )
    found_members: dict[UUID, set[UUID]] = {group_id: set() for group_id in group_ids}
    for group_id, person_id in rows:
        found_members[group_id].add(person_id)
    return found_members


def holding(group_ids: set[UUID]) -> dict[UUID, set[UUID]]:
    """Return who opens each of these groups with their present key.

    Single objects are wrapped to them in place of the group, so that a membership nobody trusted gave is none.
    """
    rows = [Member._make(row) for row in read_columns(_MEMBERSHIPS, groups=list(group_ids))]
    trust().expect({(row.granter_id, row.granter_epoch) for row in rows if row.granter_kind == "user"})
    found: dict[UUID, set[UUID]] = {group_id: set() for group_id in group_ids}
    for row in rows:
        with suppress(Untrusted):
            trust().membership(row)
            found[row.group_id].add(row.holder_id)
    return found


def memberships_of(group_ids: set[UUID]) -> set[tuple[UUID, UUID, int]]:
    """Return group, person and epoch of the person's key for every membership of these groups."""
    rows = session().execute(
        select(Membership.group_id, Membership.holder_id, Membership.holder_epoch)
        .where(Membership.group_id.in_(group_ids), Membership.holder_kind == "user")
        .distinct()
    )
    return {(group_id, person_id, epoch) for group_id, person_id, epoch in rows}


def people_with_keys() -> set[UUID]:
    """Return everybody to whom the key of any group or object is wrapped."""
    members = select(Membership.holder_id).where(Membership.holder_kind == "user").distinct()
    readers = select(Grant.holder_id).where(Grant.holder_kind == "user").distinct()
    return set(session().scalars(members)) | set(session().scalars(readers))


def is_member(group_id: UUID, user_id: UUID) -> bool:
    """Say whether a person's present key opens the group."""
    key = current_user_key(user_id)
    return key is not None and bool(
        session().scalar(
            select(
                exists().where(
                    Membership.group_id == group_id,
                    Membership.holder_kind == "user",
                    Membership.holder_id == user_id,
                    Membership.holder_epoch == key.epoch,
                )
            )
        )
    )


def groups_of(user_id: UUID) -> set[UUID]:
    """Return the groups whose key is wrapped to a person."""
    return set(
        session().scalars(
            select(Membership.group_id)
            .where(Membership.holder_kind == "user", Membership.holder_id == user_id)
            .distinct()
        )
    )


def leave(user_id: UUID, group_ids: list[UUID]) -> None:
    """Delete a person's wraps of these groups at once; it needs no key."""
    take_away(
        Membership, Membership.holder_kind == "user", Membership.holder_id == user_id,
        Membership.group_id.in_(group_ids),
    )
    session().expire_all()


def leave_objects(user_id: UUID, organisation_id: UUID) -> int:
    """Delete a person's own grants at an organisation, but for what nobody else could open any more."""
    other = aliased(Grant)
    others = exists().where(
        other.object_id == Grant.object_id,
        or_(other.holder_kind != "user", other.holder_id != user_id),
    )
    taken = take_away(
        Grant, Grant.holder_kind == "user", Grant.holder_id == user_id, Grant.organisation_id == organisation_id,
        others,
    )
    session().expire_all()
    return taken


def leave_all(user_id: UUID) -> None:
    """Delete everything that was wrapped to a person: groups and single objects."""
    for table in (Membership, Grant):
        take_away(table, table.holder_kind == "user", table.holder_id == user_id)
    session().expire_all()


def carried_by(holder: Holder) -> Sequence[Membership]:
    """Return the groups' keys that are wrapped to a slip or a card."""
    return session().scalars(
        select(Membership).where(Membership.holder_kind == holder.kind, Membership.holder_id == holder.id)
    ).all()


def _as_user(ring: KeyRing) -> Granter:
    return Granter("user", ring.user_id, ring.epoch, ring.pair)


def give_all(group_id: UUID, holder: Holder, holder_epoch: int, public: bytes, by: KeyRing) -> None:
    """Wrap every epoch of a group's key that the granter holds to a public key that was verified; raises NoKey."""
    epochs = [epoch for held, epoch in by.memberships() if held == group_id]
    if not epochs:
        raise NoKey()
    for epoch in epochs:
        if session().get(Membership, (group_id, epoch, holder.kind, holder.id, holder_epoch)) is None:
            pair = by.group_pair(group_id, epoch)
            _give(group_id, epoch, pair, holder, holder_epoch, public, _as_user(by))


def _give(
    group_id: UUID,
    epoch: int,
    pair: KeyPair,
    holder: Holder,
    holder_epoch: int,
    public: bytes,
    granter: Granter,
) -> None:
    kind, granter_id, granter_epoch, signer = granter
    member = Membership(
        group_id=group_id,
        epoch=epoch,
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_epoch=holder_epoch,
        suite=suites.CURRENT,
        granter_kind=kind,
        granter_id=granter_id,
        granter_epoch=granter_epoch,
        created_at=clock.now(),
    )
    member.wrapped = suites.wrap(public, pair.seed(), membership_info(member), member.suite)
    member.signature = signer.sign(membership_statement(member))
    session().add(member)
    session().flush()


# Written once: building a statement costs more than the database needs to carry it out.
_MEMBERSHIPS = select(*MEMBER).where(
    Membership.group_id.in_(bindparam("groups", expanding=True)), Membership.holder_kind == "user",
    ~exists().where(UserKey.user_id == Membership.holder_id, UserKey.epoch > Membership.holder_epoch),
)
