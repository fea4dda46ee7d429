"""Public keys and memberships as they are asked for: the names of their rows, without what nobody looks at."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.vault.models import Group, GroupKey, Membership, Slip, UserKey


class PersonKey(NamedTuple):
    """Somebody's public keys in one epoch, with who vouches for them."""

    user_id: UUID
    epoch: int
    kem_public: bytes
    sign_public: bytes
    signer_kind: str
    signer_id: UUID | None
    signer_epoch: int | None
    vouches: bool
    signature: bytes


class SlipKey(NamedTuple):
    """The key behind an invitation, with who vouches for it."""

    id: UUID
    user_id: UUID
    user_epoch: int
    kem_public: bytes
    sign_public: bytes
    inviter_id: UUID
    inviter_epoch: int
    vouches: bool
    signature: bytes
    expires_at: datetime


class SharedKey(NamedTuple):
    """A group's public keys in one epoch, with what the group is for."""

    id: UUID
    organisation_id: UUID
    kind: str
    subject_id: UUID | None
    epoch: int
    kem_public: bytes
    sign_public: bytes
    founder_id: UUID
    founder_epoch: int
    signature: bytes


class Member(NamedTuple):
    """A group's private key wrapped to one holder."""

    group_id: UUID
    epoch: int
    holder_kind: str
    holder_id: UUID
    holder_epoch: int
    suite: int
    wrapped: bytes
    granter_kind: str
    granter_id: UUID
    granter_epoch: int
    signature: bytes


def _columns(shape: Any, *models: Any) -> tuple[Any, ...]:
    """Return the columns of a shape, each from the first of the models that has it."""
    return tuple(next(getattr(model, name) for model in models if hasattr(model, name)) for name in shape._fields)


PERSON_KEY = _columns(PersonKey, UserKey)
SLIP_KEY = _columns(SlipKey, Slip)
SHARED_KEY = _columns(SharedKey, Group, GroupKey)
MEMBER = _columns(Member, Membership)
