"""Giving and taking away keys: creating an object, sharing it, withdrawing a grant, destroying it."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, insert, or_, select

from app.core import clock
from app.core.database import session
from app.vault import envelope, suites
from app.vault.errors import NoKey
from app.vault.holders import Holder, current_group_keys, current_user_keys, holder_of
from app.vault.keypairs import KeyPair
from app.vault.keys import ObjectKey
from app.vault.models import Grant, Membership, UserKey
from app.vault.publics import SharedKey
from app.vault.ring import KeyRing
from app.vault.statements import grant_info, grant_statement
from app.vault.taking import take_away
from app.vault.trust import trust
from app.vault.ways import Way, forget_ways, people_reaching

PublicKey = tuple[int, bytes]
"""The epoch of a key pair and its raw public half to wrap to."""


@dataclass(frozen=True)
class Wrap:
    """To whom a key is wrapped, and on which basis; on standby it opens nothing by itself."""

    holder: Holder
    basis: str
    standby: bool = False
    expires_at: datetime | None = None


class Granter(Protocol):
    """Whose signature stands on a grant: a person's key ring, or a letter."""

    @property
    def user_id(self) -> UUID: ...

    @property
    def epoch(self) -> int: ...

    @property
    def pair(self) -> KeyPair: ...

    def open(self, object_id: UUID, *, standby: bool = False) -> ObjectKey: ...


def create_object(
    object_id: UUID,
    *,
    organisation_id: UUID,
    to: Sequence[Holder],
    by: KeyRing,
    basis: str,
    standby: Sequence[Holder] = (),
) -> ObjectKey:
    """Make a new object's key and wrap it to its holders on one basis; see create_objects."""
    kept = {**dict.fromkeys(standby, True), **dict.fromkeys(to, False)}
    wraps = [Wrap(holder, basis, stands_by) for holder, stands_by in kept.items()]
    return create_objects({object_id: wraps}, organisation_id=organisation_id, by=by)[object_id]


def create_objects(
    wanted: Mapping[UUID, Collection[Wrap]], *, organisation_id: UUID, by: KeyRing
) -> dict[UUID, ObjectKey]:
    """Make the keys of new objects and wrap each to its holders; one that nobody could open is refused (NoKey)."""
    if any(all(wrap.standby for wrap in wraps) for wraps in wanted.values()):
        raise NoKey()
    keys = {
        object_id: ObjectKey(object_id, organisation_id, 1, secrets.token_bytes(32)) for object_id in wanted
    }
    for key in keys.values():
        by.remember(key)
    publics = _public_keys({wrap.holder for wraps in wanted.values() for wrap in wraps}, by)
    _keep([_grant(keys[object_id], wrap, publics, by=by) for object_id, wraps in wanted.items() for wrap in wraps])
    return keys


def wrap(key: ObjectKey, *, to: Sequence[Holder], standby: Sequence[Holder], by: Granter, basis: str) -> None:
    """Wrap an open key to holders and to those who stand by; one who is both holds it plainly."""
    kept = {**dict.fromkeys(standby, True), **dict.fromkeys(to, False)}
    publics = _public_keys(kept, by)
    if kept:
        _keep([_grant(key, Wrap(holder, basis, stands_by), publics, by=by) for holder, stands_by in kept.items()])


def share(
    object_id: UUID,
    *,
    to: Holder,
    by: KeyRing,
    basis: str,
    standby: bool = False,
    expires_at: datetime | None = None,
) -> None:
    """Wrap an object's key to one more holder; who cannot open it cannot share it (NoKey).

    Sharing again replaces the holder's grant, so that a standby or expired one becomes a plain one.
    """
    key = by.open(object_id, standby=standby)
    withdraw(object_id, holder=to)
    _keep([_grant(key, Wrap(to, basis, standby, expires_at), _public_keys([to], by), by=by)])


def lend(object_id: UUID, *, to: Holder, by: KeyRing, basis: str, until: datetime) -> None:
    """Wrap the key of an object, by which somebody stands, to one more holder for a time; raises NoKey."""
    key = by.open(object_id, standby=True)
    _keep([_grant(key, Wrap(to, basis, expires_at=until), _public_keys([to], by), by=by)])


def withdraw(object_id: UUID, *, holder: Holder) -> int:
    """Delete a holder's grants of an object and return how many there were; it needs no key."""
    return take_away(
        Grant, Grant.object_id == object_id, Grant.holder_kind == holder.kind, Grant.holder_id == holder.id
    )


def destroy(object_id: UUID, *, quietly: bool = False) -> int:
    """Delete every grant of an object: what was sealed under it can never be opened again.

    Quietly, where only its author could open it and no event follows.
    """
    return take_away(Grant, Grant.object_id == object_id, quietly=quietly)


def grants_of(object_id: UUID) -> list[Grant]:
    """Return the live grants of an object."""
    return [
        grant
        for grant in session().scalars(select(Grant).where(Grant.object_id == object_id))
        if grant.expires_at is None or grant.expires_at > clock.now()
    ]


def holders_of(object_id: UUID) -> dict[Holder, bool]:
    """Return to whom an object is wrapped, each with whether it only stands by; keys that were lost hold nothing."""
    held = session().scalars(select(Grant).where(Grant.object_id == object_id, *_LIVE), {"now": clock.now()})
    return {holder_of(grant): grant.standby for grant in held}


def take_over(holder: Holder, pair: KeyPair, *, to: KeyRing, basis: str) -> None:
    """Wrap to a person the single objects that were wrapped to a card whose private key lies open here."""
    held = session().scalars(select(Grant).where(Grant.holder_kind == holder.kind, Grant.holder_id == holder.id))
    new = Holder("user", to.user_id)
    publics = _public_keys([new], to)
    for grant in held.all():
        trust().grant(grant)
        secret = pair.unwrap(grant.wrapped, grant_info(grant), grant.suite)
        key = ObjectKey(grant.object_id, grant.organisation_id, grant.epoch, secret)
        withdraw(key.object_id, holder=new)
        _keep([_grant(key, Wrap(new, basis, grant.standby, grant.expires_at), publics, by=to)])


def readers_among(holders: Iterable[Holder]) -> set[UUID]:
    """Return the people behind these holders today, for "Who will be able to read this?"."""
    known = set(holders)
    people = {holder.id for holder in known if holder.kind == "user"}
    groups = {holder.id for holder in known if holder.kind == "group"}
    if groups:
        people |= set(
            session().scalars(
                select(Membership.holder_id)
                .where(Membership.group_id.in_(groups), Membership.holder_kind == "user")
                .distinct()
            )
        )
    return people


def readers_each(object_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return for each object the people whose present keys open it, straight or through a group."""
    found: dict[UUID, set[UUID]] = {object_id: set() for object_id in object_ids}
    for object_id, person_id in session().execute(_READERS, {"objects": list(object_ids), "now": clock.now()}):
        found[object_id].add(person_id)
    return found


def held_by_groups(object_ids: Collection[UUID]) -> set[UUID]:
    """Return those objects that a whole group opens, whoever joins it."""
    held = select(Grant.object_id).where(Grant.holder_kind == "group", Grant.standby.is_(False))
    return set(session().scalars(held.where(Grant.object_id.in_(object_ids))))


def readers_of(*object_ids: UUID, standby: bool = False) -> set[UUID]:
    """Return the people who can open an object (or any of several) now, through any chain of grants."""
    return people_reaching(object_ids, standby=standby)


def _grant(key: ObjectKey, wrap: Wrap, publics: Mapping[Holder, PublicKey], *, by: Granter) -> Way:
    """Return the grant that gives a key, wrapped and signed."""
    holder = wrap.holder
    parent = by.open(holder.id) if holder.kind == "object" else None
    epoch, public = publics[holder] if parent is None else (parent.epoch, b"")
    grant = Way(
        object_id=key.object_id, epoch=key.epoch, holder_kind=holder.kind, holder_id=holder.id, holder_epoch=epoch,
        organisation_id=key.organisation_id, suite=suites.CURRENT, wrapped=b"", basis=wrap.basis,
        standby=wrap.standby, expires_at=wrap.expires_at, granted_by=by.user_id, granter_epoch=by.epoch, signature=b"",
    )
    info = grant_info(grant)
    if parent is None:
        wrapped = suites.wrap(public, key.secret, info, grant.suite)
    else:
        wrapped = envelope.seal(parent.secret, parent.object_id, parent.epoch, key.secret, info)
    grant = grant._replace(wrapped=wrapped)
    return grant._replace(signature=by.pair.sign(grant_statement(grant, info)))


def _keep(grants: Collection[Way]) -> None:
    """Write grants down all together."""
    now = clock.now()
    session().connection().execute(_INSERT_GRANTS, [{**grant._asdict(), "created_at": now} for grant in grants])
    forget_ways()


def _public_keys(holders: Collection[Holder], by: Granter) -> dict[Holder, PublicKey]:
    """Return epoch and verified public key of each of these, asked together; raises NoKey where there is none yet."""
    others = {holder.id for holder in holders if holder.kind == "user"} - {by.user_id}
    # A key that lies open is the newest: no session outlives the making of another.
    people = {key.user_id: key.epoch for key in current_user_keys(others).values()} | {by.user_id: by.epoch}
    shared = current_group_keys({holder.id for holder in holders if holder.kind == "group"})
    founders = {(key.founder_id, key.founder_epoch) for key in shared.values()}
    trust().expect(founders | {(holder.id, people[holder.id]) for holder in holders if holder.id in people})
    return {holder: _public_key(holder, people, shared) for holder in holders if holder.kind != "object"}


def _public_key(holder: Holder, people: Mapping[UUID, int], shared: Mapping[UUID, SharedKey]) -> PublicKey:
    if holder.kind == "user" and (epoch := people.get(holder.id)):
        return epoch, trust().user_key(holder.id, epoch).kem_public
    if holder.kind == "group" and (common := shared.get(holder.id)):
        return common.epoch, trust().group_key(common.id, common.epoch).kem_public
    if holder.kind == "card":
        return 1, trust().card(holder.id).kem_public
    if holder.kind == "letter":
        return 1, trust().letter(holder.id).kem_public
    raise NoKey()


def _lost(holder_id: Any, holder_epoch: Any) -> Any:
    """Return the condition that a person has had other keys since: what was wrapped to these opens nothing."""
    return exists().where(UserKey.user_id == holder_id, UserKey.epoch > holder_epoch)


def _readers() -> Any:
    wanted = (Grant.object_id.in_(bindparam("objects", expanding=True)), Grant.standby.is_(False), *_LIVE)
    straight = select(Grant.object_id, Grant.holder_id).where(Grant.holder_kind == "user", *wanted)
    through = (
        select(Grant.object_id, Membership.holder_id)
        .join(Membership, and_(Membership.group_id == Grant.holder_id, Membership.epoch == Grant.holder_epoch))
        .where(
            Grant.holder_kind == "group", Membership.holder_kind == "user",
            ~_lost(Membership.holder_id, Membership.holder_epoch), *wanted,
        )
    )
    return straight.union(through)


# Written once: building a statement costs more than the database needs to carry it out.
_INSERT_GRANTS = insert(Grant)
_LIVE = (
    or_(Grant.expires_at.is_(None), Grant.expires_at > bindparam("now")),
    or_(Grant.holder_kind != "user", ~_lost(Grant.holder_id, Grant.holder_epoch)),
)
_READERS = _readers()
