"""The keys behind an invitation: derived from the slip's printed code, signed by the inviter."""

from datetime import datetime
from uuid import UUID

from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.vault import codes
from app.vault.holders import next_epoch
from app.vault.keypairs import KeyPair
from app.vault.models import Membership, Slip
from app.vault.people import Signer
from app.vault.ring import KeyRing
from app.vault.statements import slip_statement
from app.vault.taking import take_away


def slip_pair(code: bytes) -> KeyPair:
    """Return the key pair that an invitation's code stands for."""
    return KeyPair.from_seed(codes.derive(code, "slip/1", 64))


def slip_lookup(code: bytes) -> bytes:
    """Return the value under which an invitation is found; it tells nothing about the code's keys."""
    return codes.derive(code, "slip-lookup/1", 32)


def make_slip(
    user_id: UUID, *, code: bytes, expires_at: datetime, by: KeyRing, vouches: bool = False
) -> Slip:
    """Keep the public half of an invitation for one person's next key, signed by the inviter.

    `vouches` is for the invitation of another administrator, who will invite in turn.
    """
    pair = slip_pair(code)
    slip = Slip(
        id=new_id(),
        user_id=user_id,
        user_epoch=next_epoch(user_id),
        kem_public=pair.kem_public,
        sign_public=pair.sign_public,
        inviter_id=by.user_id,
        inviter_epoch=by.epoch,
        vouches=vouches,
        created_at=clock.now(),
        expires_at=expires_at,
        used_at=None,
    )
    slip.signature = by.pair.sign(slip_statement(slip))
    session().add(slip)
    session().flush()
    return slip


def void_slip(slip_id: UUID, *, quietly: bool = False) -> None:
    """Take from a slip every key it carried: it was used, replaced, or (quietly) is too old."""
    take_away(Membership, Membership.holder_kind == "slip", Membership.holder_id == slip_id, quietly=quietly)


def slip_signer(slip: Slip, code: bytes) -> Signer:
    """Return the slip as the one who vouches for the newcomer's key."""
    return Signer("slip", slip_pair(code), slip.id, vouches=slip.vouches)
