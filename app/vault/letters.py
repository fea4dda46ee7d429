"""Letters of people without an account: the return code is the private key, and nobody else has it.

Return code (59.8 random bits) --Argon2id(19 MiB, t=2, secret=pepper)--> HKDF -> lookup, X25519 and Ed25519 seeds
(3-vault.md, Letters without an account). The letter's id is made of its public keys, and it signs the grants it is
given out by: whoever writes into the database can put no other key in the place of a letter's.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from app.core.database import session
from app.vault import codes, envelope, grants
from app.vault.columns import server_key
from app.vault.encoding import lengths
from app.vault.errors import Damaged, NoKey
from app.vault.holders import Holder
from app.vault.keypairs import KeyPair
from app.vault.keys import ObjectKey
from app.vault.models import Grant, LetterKey
from app.vault.passwords import CODES, stretch
from app.vault.statements import grant_info, letter_id
from app.vault.trust import LETTERS_OWN, trust

_FIRST_EPOCH = 1


@dataclass(frozen=True)
class Writer:
    """What a return code stands for: where its letter is found, and the key pair that opens it."""

    lookup: bytes
    pair: KeyPair = field(repr=False)


@dataclass(frozen=True)
class _Letter:
    """A letter as the one who gives its grants."""

    user_id: UUID
    pair: KeyPair = field(repr=False)
    epoch: int = LETTERS_OWN

    def open(self, object_id: UUID, *, standby: bool = False) -> ObjectKey:
        """Open nothing: a letter is nested in no other object."""
        raise NoKey()


def writer_of(code: str) -> Writer:
    """Return what a return code stands for; slow (18 ms and 19 MiB), and the same for every code; raises Busy."""
    return stretching(code)()


def stretching(code: str) -> Callable[[], Writer]:
    """Return the slow work of a return code, to be done when nobody waits: it needs no transaction any more."""
    pepper = server_key().pepper()
    salt = codes.derive(pepper, "return-code/salt", 16)

    def stretch_it() -> Writer:
        secret = stretch(code, salt, pepper, b"xinxia/1/return-code", CODES).kek
        seed = codes.derive(secret, "return-code/pair", 64)
        return Writer(codes.derive(secret, "return-code/lookup", 16), KeyPair.from_seed(seed))

    return stretch_it


def seal_letter(
    *, organisation_id: UUID, to: Sequence[Holder], basis: str, standby: Sequence[Holder] = (), writer: Writer | None
) -> ObjectKey:
    """Make the key of a letter, wrapped to its readers and its writer; raises NoKey where nobody could read it.

    Without a writer nobody keeps the private half: what is sealed so is opened by its readers alone.
    """
    if not (to or standby):
        raise NoKey()
    pair = writer.pair if writer else KeyPair.new()
    key = ObjectKey(
        letter_id(pair.kem_public, pair.sign_public), organisation_id, _FIRST_EPOCH, secrets.token_bytes(32)
    )
    lookup = writer.lookup if writer else None
    session().add(
        LetterKey(object_id=key.object_id, lookup=lookup, kem_public=pair.kem_public, sign_public=pair.sign_public)
    )
    session().flush()
    own = [Holder("letter", key.object_id)] if writer else []
    grants.wrap(key, to=[*own, *to], standby=standby, by=_Letter(key.object_id, pair), basis=basis)
    return key


def come_back(writer: Writer, *, organisation_id: UUID) -> ObjectKey | None:
    """Return the key of the letter that a return code leads to at an organisation, None where it leads to none."""
    own = select(Grant).join(LetterKey, LetterKey.object_id == Grant.object_id).where(
        LetterKey.lookup == writer.lookup, Grant.holder_kind == "letter", Grant.holder_id == LetterKey.object_id,
        Grant.organisation_id == organisation_id,
    )
    grant = session().scalar(own.order_by(Grant.epoch.desc()).limit(1))
    if grant is None:
        return None
    trust().grant(grant)
    secret = writer.pair.unwrap(grant.wrapped, grant_info(grant), grant.suite)
    return ObjectKey(grant.object_id, grant.organisation_id, grant.epoch, secret)


def share_letter(
    key: ObjectKey, *, writer: Writer, to: Sequence[Holder] = (), standby: Sequence[Holder] = (), basis: str
) -> None:
    """Wrap a letter's key to more readers, in the name of its writer, who has come back."""
    grants.wrap(key, to=to, standby=standby, by=_Letter(key.object_id, writer.pair), basis=basis)


def lock_visit(content: bytes, *, visit: UUID, token: bytes, server_half: bytes) -> bytes:
    """Return what a visitor without an account is busy with, sealed under a secret that only the cookie completes."""
    return envelope.seal(_visit_key(token, server_half), visit, _FIRST_EPOCH, content, lengths("xinxia/1/visit", visit))


def unlock_visit(locked: bytes, *, visit: UUID, token: bytes, server_half: bytes) -> bytes:
    """Return what a visit holds; raises Damaged when cookie and row do not belong together."""
    if envelope.header(locked).key_id != visit:
        raise Damaged()
    return envelope.unseal(
        _visit_key(token, server_half), visit, _FIRST_EPOCH, locked, lengths("xinxia/1/visit", visit)
    )


def _visit_key(token: bytes, server_half: bytes) -> bytes:
    return codes.derive(token + server_half, "visit/1", 32)
