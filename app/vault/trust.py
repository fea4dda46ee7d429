"""Public keys are not trusted because they are in the table: every chain ends at the pinned root key."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, select, tuple_

from app.core.database import read_columns, session
from app.vault.encoding import lengths
from app.vault.errors import Untrusted
from app.vault.holders import find_group, group_key
from app.vault.keypairs import verify_signature
from app.vault.models import Grant, LetterKey, Membership, RecoveryCard, Slip, UserKey
from app.vault.publics import PERSON_KEY, SLIP_KEY, Member, PersonKey, SharedKey, SlipKey
from app.vault.statements import (
    card_statement,
    grant_statement,
    group_key_statement,
    letter_id,
    membership_statement,
    slip_statement,
    user_key_statement,
)
from app.vault.ways import Way

_LONGEST_CHAIN = 16
FIRST_EPOCH = 1
# Stands in place of a person's epoch where a letter's own key gave a grant: nobody vouches for a child.
LETTERS_OWN = 0


def trust() -> "Trust":
    """Return what this transaction has verified so far."""
    info = session().info
    if "trust" not in info:
        root: Callable[[], bytes | None] = info["root_public"]
        info["trust"] = Trust(root())
    found: Trust = info["trust"]
    return found


class Trust:
    """Verifies chains of signatures up to the root key, each link once per transaction."""

    def __init__(self, root_public: bytes | None) -> None:
        self._root = root_public
        # Held, so that the session does not forget them before they are asked for.
        self._letters: Sequence[LetterKey] = ()
        self._verified: dict[tuple[UUID, int], PersonKey] = {}
        self._at_hand: dict[tuple[UUID, int], PersonKey] = {}
        self._slips: dict[UUID, SlipKey] = {}

    def user_key(self, user_id: UUID, epoch: int) -> PersonKey:
        """Return a person's key whose chain ends at the root; raises Untrusted."""
        if (known := self._verified.get((user_id, epoch))) is not None:
            return known
        chain: dict[tuple[UUID, int], PersonKey] = {}
        first = key = self._existing_user_key(user_id, epoch)
        while (key.user_id, key.epoch) not in self._verified:
            chain[key.user_id, key.epoch] = key
            if len(chain) > _LONGEST_CHAIN:
                raise Untrusted()
            signer = self._check_signer(key)
            if signer is None:
                break
            key = signer
        self._verified |= chain
        return first

    def _existing_user_key(self, user_id: UUID | None, epoch: int | None) -> PersonKey:
        if not user_id or not epoch:
            raise Untrusted()
        self.expect([(user_id, epoch)])
        if (user_id, epoch) not in self._at_hand:
            raise Untrusted()
        return self._at_hand[user_id, epoch]

    def _existing_voucher(self, user_id: UUID | None, epoch: int | None) -> PersonKey:
        """Return the key of somebody who may vouch; a corrupt teacher's signature vouches for nobody."""
        key = self._existing_user_key(user_id, epoch)
        if not key.vouches:
            raise Untrusted()
        return key

    def _check_signer(self, key: PersonKey) -> PersonKey | None:
        """Check the signature on one user key and return the next link, None at the root."""
        if key.signer_kind == "root":
            self._check(self._root, user_key_statement(key), key.signature)
            return None
        if key.signer_kind == "user":
            signer = self._existing_voucher(key.signer_id, key.signer_epoch)
            self._check(signer.sign_public, user_key_statement(key), key.signature)
            return signer
        slip = self._slips.get(key.signer_id) if key.signer_id else None
        if slip is None or (slip.user_id, slip.user_epoch) != (key.user_id, key.epoch):
            raise Untrusted()
        if key.vouches and not slip.vouches:
            raise Untrusted()
        self._check(slip.sign_public, user_key_statement(key), key.signature)
        inviter = self._existing_voucher(slip.inviter_id, slip.inviter_epoch)
        self._check(inviter.sign_public, slip_statement(slip), slip.signature)
        return inviter

    def _check(self, public: bytes | None, statement: bytes, signature: bytes) -> None:
        if public is None or not verify_signature(public, statement, signature):
            raise Untrusted()

    def group_key(self, group_id: UUID, epoch: int) -> SharedKey:
        """Return a group's key signed by a trusted person; raises Untrusted.

        A later epoch would need the word of those who held the one before. Until groups rotate there is none, or
        anybody with a key of their own could put theirs in the place of the room's.
        """
        key = group_key(group_id, epoch)
        if key is None or epoch != FIRST_EPOCH:
            raise Untrusted()
        founder = self.user_key(key.founder_id, key.founder_epoch)
        self._check(founder.sign_public, group_key_statement(key, key), key.signature)
        return key

    def card(self, card_id: UUID) -> RecoveryCard:
        """Return a recovery card signed with the key of its room; raises Untrusted."""
        card = session().get(RecoveryCard, card_id)
        room = find_group(card.organisation_id, "room") if card else None
        if card is None or room is None:
            raise Untrusted()
        key = self.group_key(room.id, FIRST_EPOCH)
        self._check(key.sign_public, card_statement(card), card.signature)
        return card

    def membership(self, member: Membership | Member) -> None:
        """Raise Untrusted unless a trusted person, or the room's recovery card, gave this membership."""
        if member.granter_kind == "card":
            public = self.card(member.granter_id).sign_public
        else:
            public = self.user_key(member.granter_id, member.granter_epoch).sign_public
        self._check(public, membership_statement(member), member.signature)

    def grant(self, grant: Grant | Way, info: bytes | None = None) -> None:
        """Raise Untrusted unless a trusted person, or the letter itself, gave this grant, exactly as it stands."""
        if grant.granter_epoch == LETTERS_OWN:
            public = self.letter(grant.object_id).sign_public if grant.granted_by == grant.object_id else None
        else:
            public = self.user_key(grant.granted_by, grant.granter_epoch).sign_public
        self._check(public, grant_statement(grant, info), grant.signature)

    def letter(self, object_id: UUID) -> LetterKey:
        """Return the public keys of a letter, of which its id is made; raises Untrusted for any others."""
        key = session().get(LetterKey, object_id)
        if key is None or letter_id(key.kem_public, key.sign_public) != object_id:
            raise Untrusted()
        return key

    def signed(
        self, user_id: UUID, epoch: int, signature: bytes, *statement: bytes | str | int | UUID | None
    ) -> bool:
        """Say whether a trusted person signed this statement."""
        public = self.user_key(user_id, epoch).sign_public
        return verify_signature(public, lengths("xinxia/1/signed", *statement), signature)

    def expect(self, keys: Iterable[tuple[UUID, int]]) -> None:
        """Load people's keys and everybody who vouches for them in one question, before they are asked for."""
        wanted = {key for key in keys if key not in self._at_hand}
        letters = {object_id for object_id, epoch in wanted if epoch == LETTERS_OWN}
        if letters:
            self._letters = session().scalars(select(LetterKey).where(LetterKey.object_id.in_(letters))).all()
        if people := [key for key in wanted if key[1] != LETTERS_OWN]:
            for row in read_columns(_CHAINS, wanted=people):
                key = PersonKey._make(row[: len(PERSON_KEY)])
                self._at_hand[key.user_id, key.epoch] = key
                if key.signer_kind == "slip" and row[-1] is not None:
                    slip = SlipKey._make(row[len(PERSON_KEY) :])
                    self._slips[slip.id] = slip

    def forget(self, user_id: UUID, epoch: int) -> None:
        """Ask for a person's key again: it was signed anew in this transaction."""
        self._at_hand.pop((user_id, epoch), None)
        self._verified.pop((user_id, epoch), None)


def _chains() -> Select[*tuple[Any, ...]]:
    """Return the question for people's keys, each with its slip if it has one, up to those the root signed."""
    chain = (
        select(UserKey.user_id, UserKey.epoch)
        .where(tuple_(UserKey.user_id, UserKey.epoch).in_(bindparam("wanted", expanding=True)))
        .cte("chain", recursive=True)
    )
    by_slip = and_(UserKey.signer_kind == "slip", Slip.id == UserKey.signer_id)
    above = (
        select(
            func.coalesce(Slip.inviter_id, UserKey.signer_id), func.coalesce(Slip.inviter_epoch, UserKey.signer_epoch)
        )
        .select_from(UserKey)
        .join(chain, and_(UserKey.user_id == chain.c.user_id, UserKey.epoch == chain.c.epoch))
        .outerjoin(Slip, by_slip)
        .where(UserKey.signer_kind != "root")
    )
    chain = chain.union(above)
    of_chain = and_(UserKey.user_id == chain.c.user_id, UserKey.epoch == chain.c.epoch)
    return select(*PERSON_KEY, *SLIP_KEY).select_from(UserKey).join(chain, of_chain).outerjoin(Slip, by_slip)


# Written once: building a statement costs more than the database needs to carry it out.
_CHAINS = _chains()
