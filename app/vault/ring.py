"""The key ring of one request: what one person can open, opened only when asked for."""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core import clock
from app.core.database import read_columns, session
from app.vault import envelope
from app.vault.encoding import lengths
from app.vault.errors import Damaged, NoKey, VaultError
from app.vault.holders import keep_at_hand
from app.vault.keypairs import KeyPair
from app.vault.keys import ObjectKey
from app.vault.models import Grant, Group, GroupKey, Membership
from app.vault.publics import MEMBER, SHARED_KEY, Member, SharedKey
from app.vault.statements import grant_info, membership_info
from app.vault.trust import trust
from app.vault.ways import DEEPEST_NESTING, Seeker, Way, Ways, along, forget_ways, reached, ways_to

# Written once: building a statement costs more than the database needs to carry it out.
_MEMBERSHIPS: Select[*tuple[Any, ...]] = (
    select(*MEMBER, *SHARED_KEY)
    .select_from(Membership)
    .join(GroupKey, and_(GroupKey.group_id == Membership.group_id, GroupKey.epoch == Membership.epoch))
    .join(Group, Group.id == Membership.group_id)
    .where(
        Membership.holder_kind == "user",
        Membership.holder_id == bindparam("me"),
        Membership.holder_epoch == bindparam("my_epoch"),
    )
)


class KeyRing:
    """A person's unlocked key pair and, through it, groups and objects; it never outlives its request."""

    def __init__(self, user_id: UUID, epoch: int, pair: KeyPair) -> None:
        self.user_id = user_id
        self.epoch = epoch
        self.pair = pair
        self._memberships: dict[tuple[UUID, int], Member] | None = None
        self._founders: dict[tuple[UUID, int], tuple[UUID, int]] = {}
        self._group_pairs: dict[tuple[UUID, int], KeyPair] = {}
        self._objects: dict[bool, dict[UUID, ObjectKey]] = {False: {}, True: {}}
        self._faults: dict[UUID, type[VaultError]] = {}

    def __repr__(self) -> str:
        return f"KeyRing(user_id={self.user_id})"

    def sign(self, *statement: bytes | str | int | UUID | None) -> bytes:
        """Return this person's signature under a statement, for notes that must stay what they were."""
        return self.pair.sign(lengths("xinxia/1/signed", *statement))

    def memberships(self) -> dict[tuple[UUID, int], Member]:
        """Return the membership rows of this person, by group and epoch."""
        if self._memberships is None:
            self._memberships = {}
            for row in read_columns(_MEMBERSHIPS, me=self.user_id, my_epoch=self.epoch):
                member, key = Member._make(row[: len(MEMBER)]), SharedKey._make(row[len(MEMBER) :])
                self._memberships[member.group_id, member.epoch] = member
                self._founders[member.group_id, member.epoch] = key.founder_id, key.founder_epoch
                keep_at_hand([key])
        return self._memberships

    def remember(self, key: ObjectKey) -> None:
        """Keep the key of an object that was made in this request."""
        for opened in self._objects.values():
            opened[key.object_id] = key

    def forget_opened(self) -> None:
        """Open objects anew from now on: what was taken back in this request does not stay open to its end."""
        for opened in self._objects.values():
            opened.clear()

    def forget_memberships(self) -> None:
        """Look memberships up again after one was founded or admitted in this request."""
        self._memberships = None
        forget_ways()

    def belongs_to(self, group_id: UUID) -> bool:
        """Say whether this person holds a key of the group."""
        return any(held == group_id for held, _ in self.memberships())

    def group_pair(self, group_id: UUID, epoch: int) -> KeyPair:
        """Return a group's private keys; raises NoKey for those who are not members."""
        if (pair := self._group_pairs.get((group_id, epoch))) is not None:
            return pair
        member = self.memberships().get((group_id, epoch))
        if member is None:
            raise NoKey()
        trust().membership(member)
        public = trust().group_key(group_id, epoch)
        pair = KeyPair.from_seed(self.pair.unwrap(member.wrapped, membership_info(member), member.suite))
        if pair.kem_public != public.kem_public or pair.sign_public != public.sign_public:
            raise Damaged()
        self._group_pairs[group_id, epoch] = pair
        return pair

    def group_of(self, organisation_id: UUID, kind: str) -> Group | None:
        """Return the group of this kind that the person belongs to at an organisation."""
        held = {group_id for group_id, _ in self.memberships()}
        return session().scalar(
            select(Group)
            .where(Group.organisation_id == organisation_id, Group.kind == kind, Group.id.in_(held))
            .limit(1)
        )

    def reaches(self, object_ids: Collection[UUID], *, standby: bool = False) -> set[UUID]:
        """Return those objects for which this person holds a grant, without opening any."""
        return reached(object_ids, ways_to(object_ids, self._seeker(standby)))

    def reaching(self, *objects: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        """Return the condition that this person holds a grant of an object in one of these columns, for lists.

        Grants of standby and keys nested within others are left out.
        """
        return exists().where(
            or_(*(Grant.object_id == column for column in objects)),
            self._held_by_me,
            Grant.standby.is_(False),
            or_(Grant.expires_at.is_(None), Grant.expires_at > clock.now()),
        )

    def open(self, object_id: UUID, *, standby: bool = False) -> ObjectKey:
        """Return an object's key; raises NoKey when no grant leads there, Damaged or Untrusted when no sound one."""
        key = self.open_many([object_id], standby=standby).get(object_id)
        if key is None:
            raise self._faults.get(object_id, NoKey)()
        return key

    def open_many(self, object_ids: Iterable[UUID], *, standby: bool = False) -> dict[UUID, ObjectKey]:
        """Return the keys of those objects this person can open; the others are left out.

        A damaged or forged grant opens nothing, and stands in the way of no other.
        """
        wanted, opened = set(object_ids), self._objects[standby]
        if missing := wanted - opened.keys():
            ways = ways_to(missing, self._seeker(standby))
            within_reach = reached(missing, ways)
            if signers := self._signers(along(within_reach, ways)):
                # One's own key is asked for along with theirs: what is made next is wrapped to it.
                trust().expect({(self.user_id, self.epoch), *signers})
            for object_id in within_reach:
                self._open_by(ways, object_id, opened, DEEPEST_NESTING)
        return {object_id: opened[object_id] for object_id in wanted & opened.keys()}

    def _signers(self, grants: Iterable[Way]) -> set[tuple[UUID, int]]:
        """Return everybody whose signature stands on these grants, or on the groups that hold them."""
        found = list(grants)
        people = {(grant.granted_by, grant.granter_epoch) for grant in found}
        groups = {(grant.holder_id, grant.holder_epoch) for grant in found if grant.holder_kind == "group"}
        for held in groups & self.memberships().keys() if groups else ():
            member = self.memberships()[held]
            people |= {(member.granter_id, member.granter_epoch), self._founders[held]}
        return people

    def _open_by(self, ways: Ways, object_id: UUID, opened: dict[UUID, ObjectKey], depth: int) -> ObjectKey | None:
        """Open an object by the first sound way: those straight to this person before those through another object."""
        if object_id not in opened and depth:
            grants = ways.get(object_id, ())
            for grant in grants:
                if grant.holder_kind != "object":
                    self._try(grant, opened)
            for grant in grants:
                if grant.holder_kind == "object" and object_id not in opened:
                    self._try_within(grant, opened, self._open_by(ways, grant.holder_id, opened, depth - 1))
        return opened.get(object_id)

    def _try_within(self, grant: Way, opened: dict[UUID, ObjectKey], parent: ObjectKey | None) -> None:
        if parent is not None:
            self._try(grant, opened, parent)
        elif (fault := self._faults.get(grant.holder_id)) is not None:
            self._faults[grant.object_id] = fault

    def _try(self, grant: Way, opened: dict[UUID, ObjectKey], parent: ObjectKey | None = None) -> None:
        """Open what a grant leads to unless another has; remember what was wrong with it."""
        if grant.object_id in opened:
            return
        try:
            opened[grant.object_id] = self._unwrap(grant) if parent is None else _unwrap_within(grant, parent)
        except VaultError as fault:
            self._faults[grant.object_id] = type(fault)
        except NoKey:
            return

    def _unwrap(self, grant: Way) -> ObjectKey:
        info = grant_info(grant)
        trust().grant(grant, info)
        mine = grant.holder_kind == "user"
        pair = self.pair if mine else self.group_pair(grant.holder_id, grant.holder_epoch)
        secret = pair.unwrap(grant.wrapped, info, grant.suite)
        return ObjectKey(grant.object_id, grant.organisation_id, grant.epoch, secret)

    def _seeker(self, standby: bool) -> Seeker:
        return Seeker(self.user_id, self.epoch, standby)

    @cached_property
    def _held_by_me(self) -> ColumnElement[bool]:
        mine = and_(
            Grant.holder_kind == "user",
            Grant.holder_id == self.user_id,
            Grant.holder_epoch == self.epoch,
        )
        groups = select(Membership.group_id).where(
            Membership.holder_kind == "user",
            Membership.holder_id == self.user_id,
            Membership.holder_epoch == self.epoch,
        )
        return or_(mine, and_(Grant.holder_kind == "group", Grant.holder_id.in_(groups)))


def _unwrap_within(grant: Way, parent: ObjectKey) -> ObjectKey:
    info = grant_info(grant)
    trust().grant(grant, info)
    secret = envelope.unseal(parent.secret, parent.object_id, parent.epoch, grant.wrapped, info)
    return ObjectKey(grant.object_id, grant.organisation_id, grant.epoch, secret)
