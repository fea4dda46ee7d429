"""A person's own key: made at enrolment, signed into the chain, unlocked by password, re-wrapped on change."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import update

from app.core import clock
from app.core.database import session
from app.vault import codes, envelope
from app.vault.encoding import lengths
from app.vault.errors import Damaged, Untrusted
from app.vault.holders import current_user_key, next_epoch
from app.vault.keypairs import KeyPair
from app.vault.models import UserKey
from app.vault.ring import KeyRing
from app.vault.statements import user_key_statement
from app.vault.trust import trust


@dataclass(frozen=True)
class Signer:
    """Who vouches for a new user key: the district's root, an invitation slip, or an administrator.

    `vouches` says whether the newcomer may vouch in turn; only the key of an administrator does.
    """

    kind: str
    pair: KeyPair = field(repr=False)
    id: UUID | None = None
    epoch: int | None = None
    vouches: bool = False


def enrol(user_id: UUID, *, kek: bytes, recovery_code: bytes | None, signer: Signer) -> KeyRing:
    """Make a person's next key pair, wrapped by password and recovery code, and return it unlocked."""
    pair = KeyPair.new()
    key = UserKey(
        user_id=user_id,
        epoch=next_epoch(user_id),
        kem_public=pair.kem_public,
        sign_public=pair.sign_public,
        signer_kind=signer.kind,
        signer_id=signer.id,
        signer_epoch=signer.epoch,
        vouches=signer.vouches,
        created_at=clock.now(),
    )
    key.wrapped_by_password = _wrap(key, kek, "password", pair)
    key.wrapped_by_recovery = None
    if recovery_code is not None:
        key.wrapped_by_recovery = _wrap(key, _recovery_kek(recovery_code), "recovery", pair)
    key.signature = signer.pair.sign(user_key_statement(key))
    session().add(key)
    session().flush()
    return KeyRing(user_id, key.epoch, pair)


def unlock(user_id: UUID, *, kek: bytes) -> KeyRing:
    """Return a person's key ring opened by password; raises Damaged for a wrong one."""
    key = _current(user_id)
    return _ring(key, _unwrap(key, kek, "password", key.wrapped_by_password))


def unlock_with_code(user_id: UUID, *, recovery_code: bytes) -> KeyRing:
    """Return a person's key ring opened by the printed recovery code; raises Damaged for a wrong one."""
    key = _current(user_id)
    if key.wrapped_by_recovery is None:
        raise Damaged()
    return _ring(key, _unwrap(key, _recovery_kek(recovery_code), "recovery", key.wrapped_by_recovery))


def change_password(ring: KeyRing, *, kek: bytes) -> None:
    """Wrap a person's private key under a new password; no grant changes."""
    key = _current(ring.user_id)
    key.wrapped_by_password = _wrap(key, kek, "password", ring.pair)


def change_recovery_code(ring: KeyRing, *, recovery_code: bytes) -> None:
    """Wrap a person's private key under a newly printed recovery code; the old one opens nothing more."""
    key = _current(ring.user_id)
    key.wrapped_by_recovery = _wrap(key, _recovery_kek(recovery_code), "recovery", ring.pair)


def spend_recovery_code(user_id: UUID) -> None:
    """Make the printed recovery code useless: it was used, or a person's keys begin anew."""
    _current(user_id).wrapped_by_recovery = None


def retire_keys(user_id: UUID) -> None:
    """Make every private key of a person but the present one unopenable; what they signed stays verifiable."""
    present = _current(user_id)
    session().execute(
        update(UserKey)
        .where(UserKey.user_id == user_id, UserKey.epoch < present.epoch)
        .values(wrapped_by_password=b"", wrapped_by_recovery=None)
    )


def vouches(user_id: UUID) -> bool:
    """Say whether a person's present key may vouch for newcomers."""
    key = current_user_key(user_id)
    return key is not None and key.vouches


def vouch_for(user_id: UUID, *, by: KeyRing) -> None:
    """Sign a colleague's present key anew, so that it may vouch in turn: somebody became an administrator.

    Raises Untrusted also for a key that vouches already: two who sign each other would be a chain without a root.
    """
    if not vouches(by.user_id) or vouches(user_id):
        raise Untrusted()
    key = _current(user_id)
    trust().user_key(user_id, key.epoch)
    key.signer_kind, key.signer_id, key.signer_epoch, key.vouches = "user", by.user_id, by.epoch, True
    key.signature = by.pair.sign(user_key_statement(key))
    session().flush()
    trust().forget(user_id, key.epoch)


def has_recovery_code(user_id: UUID) -> bool:
    """Say whether a recovery code was made for the person's present key."""
    key = current_user_key(user_id)
    return key is not None and key.wrapped_by_recovery is not None


def fingerprint(user_id: UUID, language: str) -> list[str]:
    """Return six words that two people compare in person before one admits the other."""
    key = _current(user_id)
    return codes.words6(lengths(key.user_id, key.epoch, key.kem_public, key.sign_public), language)


def lock_into_session(ring: KeyRing, *, token: bytes, server_half: bytes, session_id: bytes) -> bytes:
    """Return the person's private key wrapped for one session row.

    Neither the cookie's token nor the row opens it alone; a row moved to another id or person fails.
    """
    secret = codes.derive(token + server_half, "session/1", 32)
    return envelope.seal(
        secret, ring.user_id, ring.epoch, ring.pair.seed(), lengths("xinxia/1/session", session_id)
    )


def unlock_session(
    user_id: UUID, *, token: bytes, server_half: bytes, session_id: bytes, wrapped: bytes
) -> KeyRing:
    """Return the key ring of a session; raises Damaged when cookie and row do not belong together."""
    epoch = envelope.header(wrapped).epoch
    secret = codes.derive(token + server_half, "session/1", 32)
    seed = envelope.unseal(secret, user_id, epoch, wrapped, lengths("xinxia/1/session", session_id))
    return KeyRing(user_id, epoch, KeyPair.from_seed(seed))


def _current(user_id: UUID) -> UserKey:
    key = current_user_key(user_id)
    if key is None:
        raise Damaged()
    return key


def _aad(key: UserKey, by: str) -> bytes:
    return lengths("xinxia/1/user-private", by, key.user_id, key.epoch)


def _wrap(key: UserKey, kek: bytes, by: str, pair: KeyPair) -> bytes:
    return envelope.seal(kek, key.user_id, key.epoch, pair.seed(), _aad(key, by))


def _unwrap(key: UserKey, kek: bytes, by: str, wrapped: bytes) -> KeyPair:
    return KeyPair.from_seed(envelope.unseal(kek, key.user_id, key.epoch, wrapped, _aad(key, by)))


def _recovery_kek(code: bytes) -> bytes:
    return codes.derive(code, "recovery/1", 32)


def _ring(key: UserKey, pair: KeyPair) -> KeyRing:
    if pair.kem_public != key.kem_public or pair.sign_public != key.sign_public:
        raise Damaged()
    return KeyRing(key.user_id, key.epoch, pair)
