"""What exactly is signed and bound, spelled out once for signer and verifier alike."""

import functools
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from app.vault.encoding import lengths
from app.vault.models import Grant, Group, GroupKey, Membership, RecoveryCard, Slip, UserKey
from app.vault.publics import Member, PersonKey, SharedKey, SlipKey
from app.vault.ways import Way

_Row = TypeVar("_Row")


def _once(spell: Callable[[_Row], bytes]) -> Callable[[_Row], bytes]:
    """Spell out once a row that was asked for as columns: it cannot change, and the next request asks for it again.

    An entity can change, and is spelled out each time.
    """
    remembered = functools.lru_cache(maxsize=8192)(spell)

    @functools.wraps(spell)
    def spelled(row: _Row) -> bytes:
        return remembered(row) if isinstance(row, tuple) else spell(row)

    return spelled


def moment(at: datetime) -> str:
    """Return a moment as it is signed: in UTC, whatever zone it was given in."""
    return at.astimezone(UTC).isoformat()


@_once
def user_key_statement(key: UserKey | PersonKey) -> bytes:
    """A person's public keys in one epoch, and whether they may vouch for others."""
    return lengths(
        "xinxia/1/user-key", key.user_id, key.epoch, key.kem_public, key.sign_public, int(key.vouches)
    )


@_once
def slip_statement(slip: Slip | SlipKey) -> bytes:
    """The key behind an invitation, for which key of whom it is and until when."""
    return lengths(
        "xinxia/1/slip", slip.id, slip.user_id, slip.user_epoch, slip.kem_public, slip.sign_public, slip.inviter_id,
        slip.inviter_epoch, int(slip.vouches), moment(slip.expires_at),
    )


def group_key_statement(group: Group | SharedKey, key: GroupKey | SharedKey) -> bytes:
    """A group's public keys in one epoch, with what the group is for."""
    return lengths(
        "xinxia/1/group-key", group.organisation_id, group.kind, group.subject_id, group.id, key.epoch,
        key.kem_public, key.sign_public, key.founder_id, key.founder_epoch,
    )


def card_statement(card: RecoveryCard) -> bytes:
    """A recovery card's public keys, and who made it."""
    return lengths(
        "xinxia/1/card", card.id, card.organisation_id, card.kem_public, card.sign_public, card.made_by,
        card.maker_epoch,
    )


def letter_id(kem_public: bytes, sign_public: bytes) -> UUID:
    """Return the id of a letter: it is made of the letter's own public keys, so that no others can take their place."""
    digest = hashlib.sha256(lengths("xinxia/1/letter", kem_public, sign_public)).digest()
    # Version 8 of RFC 9562 is for ids made in one's own way; it tells no time.
    return UUID(int=int.from_bytes(digest[:16], "big") & ~(0xF << 76 | 0b11 << 62) | 0x8 << 76 | 0b10 << 62)


@_once
def membership_info(member: Membership | Member) -> bytes:
    """The HPKE info that ties a wrapped group key to its group, epoch and holder."""
    return lengths(
        "xinxia/1/membership", member.suite, member.group_id, member.epoch, member.holder_kind,
        member.holder_id, member.holder_epoch,
    )


@_once
def membership_statement(member: Membership | Member) -> bytes:
    """A membership as its granter signs it."""
    return lengths(
        membership_info(member), member.wrapped, member.granter_kind, member.granter_id, member.granter_epoch
    )


def grant_info(grant: Grant | Way) -> bytes:
    """The HPKE info that ties a wrapped object key to its organisation, object, epoch and holder."""
    return lengths(
        "xinxia/1/grant", grant.suite, grant.organisation_id, grant.object_id, grant.epoch,
        grant.holder_kind, grant.holder_id, grant.holder_epoch,
    )


def grant_statement(grant: Grant | Way, info: bytes | None = None) -> bytes:
    """A grant as its granter signs it: also basis, standby and expiry cannot be changed afterwards."""
    expires = moment(grant.expires_at) if grant.expires_at else None
    return lengths(
        info or grant_info(grant), grant.wrapped, grant.basis, int(grant.standby), expires, grant.granted_by,
        grant.granter_epoch,
    )
