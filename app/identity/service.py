"""Accounts and their sessions: opening and closing, proving again who one is, changing the password."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete

from app import audit
from app.access import Actor
from app.audit.body import Code
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict
from app.core.words import N_
from app.directory.models import Person
from app.identity import factor
from app.identity.credentials import (
    Chosen,
    Typed,
    checking,
    choosing,
    demand_password,
    demand_proof_patience,
    holds_of,
    holds_password,
    take_password,
)
from app.identity.models import Account, HalfSignIn, SignInSession
from app.identity.queries import HALF_LASTS, in_demo_mode, is_over
from app.vault import KeyRing, groups, people
from app.vault.people import Signer


class AccountExists(Conflict):
    """One person, one account."""

    words = N_("This person has an account already.")


@dataclass(frozen=True)
class SignedIn:
    """A new session: the cookie's secret, which is kept nowhere else, and its row."""

    token: bytes = field(repr=False)
    row: SignInSession
    ring: KeyRing = field(repr=False)


def enrol_directly(person: Person, *, chosen: Chosen, signer: Signer, recovery_code: bytes | None = None) -> KeyRing:
    """Open a person's account with a first password and key, vouched for by the signer."""
    if session().get(Account, person.id) is not None:
        raise AccountExists()
    account = Account(
        id=person.id, state="active", demo=in_demo_mode(), created_at=clock.now(), recovery_due=False, factor_step=0
    )
    kek = take_password(account, chosen, person)
    session().add(account)
    session().flush()
    ring = people.enrol(person.id, kek=kek, recovery_code=recovery_code, signer=signer)
    audit.record(
        audit.system("enrolment"), "account:opened", organisation=person.district_id, subject=("person", person.id),
        holds=holds_of(account),
    )
    return ring


def begin_session(account: Account, ring: KeyRing) -> SignedIn:
    """Begin a session whose private key opens with the returned token only."""
    now = clock.now()
    token, session_id, server_half, wrapped = locked(ring, session_id_of)
    row = SignInSession(
        id=session_id, account_id=account.id, server_half=server_half, wrapped=wrapped, created_at=now, seen_at=now,
        verified_at=now,
    )
    session().add(row)
    session().flush()
    _record(audit.Somebody(account.id, via="page"), "sign_in:done", account.id)
    return SignedIn(token, row, ring)


def locked(ring: KeyRing, id_of: Callable[[bytes], bytes]) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a fresh token, the id it stands for, the server's half, and the private key wrapped under both."""
    token, server_half = secrets.token_bytes(32), secrets.token_bytes(32)
    row_id = id_of(token)
    wrapped = people.lock_into_session(ring, token=token, server_half=server_half, session_id=row_id)
    return token, row_id, server_half, wrapped


def session_id_of(token: bytes) -> bytes:
    """Return the id under which a session's row is found: a hash, so that the row does not hold the cookie."""
    return hashlib.sha256(b"sid" + token).digest()


def renew_session(*, by: Actor) -> SignedIn:
    """Give the actor's session another secret after a fresh proof; the old cookie opens nothing more."""
    before = session().get_one(SignInSession, by.session_id)
    token, session_id, server_half, wrapped = locked(by.ring, session_id_of)
    now = clock.now()
    row = SignInSession(
        id=session_id, account_id=before.account_id, server_half=server_half, wrapped=wrapped,
        created_at=before.created_at, seen_at=now, verified_at=now,
    )
    session().delete(before)
    session().add(row)
    session().flush()
    return SignedIn(token, row, by.ring)


def end_session(session_id: bytes, *, by: Actor) -> None:
    """End one session of the actor's own."""
    session().execute(
        delete(SignInSession).where(SignInSession.id == session_id, SignInSession.account_id == by.person_id)
    )
    _record(by, "sign_in:ended", by.person_id)


def end_all_sessions(*, by: Actor) -> None:
    """End every session of the actor, on every machine."""
    end_sessions_of(by.person_id)
    _record(by, "sign_in:ended_everywhere", by.person_id)


def end_sessions_of(person_id: UUID, *, but: bytes | None = None) -> None:
    """Delete a person's sessions, and what waits for a code, except one."""
    session().execute(
        delete(SignInSession).where(SignInSession.account_id == person_id, SignInSession.id != (but or b""))
    )
    session().execute(delete(HalfSignIn).where(HalfSignIn.account_id == person_id))


def forget_sessions() -> int:
    """Delete sessions that have ended by themselves; return how many."""
    session().execute(delete(HalfSignIn).where(HalfSignIn.created_at < clock.now() - HALF_LASTS))
    done = session().execute(delete(SignInSession).where(is_over()))
    return int(done.rowcount)  # type: ignore[attr-defined]


def confirming(account: Account, *, password: str, source: str) -> Callable[[], Typed] | None:
    """Return the slow part of a proof, None where it is the code that counts; raises TooManyAttempts."""
    if account.factor_since is not None:
        return None
    demand_proof_patience(account, source=source)
    return checking(account, password)


def confirm(*, typed: Typed | None, code: str | None, source: str, by: Actor) -> SignedIn:
    """Take a fresh proof for a sensitive act: the code where a second factor is enrolled, else the password."""
    account = session().get_one(Account, by.person_id)
    if account.factor_since is None:
        demand_password(account, typed, source=source)
    else:
        factor.check_code(account, code or "", source=source)
    renewed = renew_session(by=by)
    _record(by, "sign_in:confirmed", by.person_id)
    return renewed


@dataclass(frozen=True)
class PasswordChange:
    """The old password as it was typed and the new one, both stretched."""

    old: Typed
    new: Chosen


def changing_password(account: Account, *, old: str, new: str, source: str) -> Callable[[], PasswordChange]:
    """Return the slow part of changing a password, the same for a right old one and a wrong; raises TooManyAttempts."""
    demand_proof_patience(account, source=source)
    check, choose = checking(account, old), choosing(account.id, new)
    return lambda: PasswordChange(check(), choose())


def change_password(change: PasswordChange, *, source: str, by: Actor) -> None:
    """Wrap the actor's key under a new password and end their other sessions; no grant changes."""
    account = session().get_one(Account, by.person_id)
    demand_password(account, change.old, source=source)
    kek = take_password(account, change.new, session().get_one(Person, by.person_id))
    people.change_password(by.ring, kek=kek)
    end_sessions_of(by.person_id, but=by.session_id)
    _record(by, "account:password_changed", by.person_id, holds=holds_password(account))


def close_account(person_id: UUID, *, by: audit.Doer) -> None:
    """End a person's access in every process at the next request: no session, no wrap, no sign-in."""
    account = session().get(Account, person_id)
    if account is not None:
        account.state = "closed"
    end_sessions_of(person_id)
    groups.leave_all(person_id)
    _record(by, "account:closed", person_id, holds=audit.holding(account, "state") if account else None)


def _record(by: audit.Doer, action: str, person_id: UUID, **codes: Code) -> None:
    person = session().get_one(Person, person_id)
    audit.record(by, action, organisation=person.district_id, subject=("person", person_id), **codes)
