"""Doing things with accounts: opening one, signing in and out, changing the password, ending access."""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Refusal
from app.core.words import N_
from app.directory.models import Person
from app.directory.service import number_index
from app.identity.models import Account, SignInSession
from app.identity.passwords import demand_good
from app.identity.queries import find_account
from app.identity.throttle import count_failure, demand_patience, forget
from app.vault import Damaged, KeyRing, groups, people
from app.vault.passwords import KdfCost, Stretched, stretch
from app.vault.people import Signer


class WrongSignIn(Refusal):
    """Name or password do not fit; which of them is not said, and costs the same."""

    status = 422
    words = N_("Name and password do not fit together.")


class AccountExists(Conflict):
    """One person, one account."""

    words = N_("This person has an account already.")


@dataclass(frozen=True)
class SignedIn:
    """A new session: the cookie's secret, which is kept nowhere else, and its row."""

    token: bytes = field(repr=False)
    row: SignInSession


def enrol_directly(person: Person, *, password: str, signer: Signer, recovery_code: bytes | None = None) -> KeyRing:
    """Open a person's account with a first password and key, vouched for by the signer."""
    if session().get(Account, person.id) is not None:
        raise AccountExists()
    demand_good(password, about=(person.name, person.number))
    cost: KdfCost = session().info["kdf_cost"]
    account = Account(
        id=person.id, state="active", salt=secrets.token_bytes(16), cost_code=str(cost), verifier=b"",
        created_at=clock.now(), password_changed_at=clock.now(),
    )
    stretched = _stretch(password, account)
    account.verifier = stretched.verifier
    session().add(account)
    session().flush()
    ring = people.enrol(person.id, kek=stretched.kek, recovery_code=recovery_code, signer=signer)
    audit.record(
        audit.system("enrolment"), "account:opened", organisation=person.district_id, subject=("person", person.id)
    )
    return ring


def authenticate(*, login: str, password: str, source: str) -> tuple[Account, KeyRing]:
    """Return account and unlocked keys; raises WrongSignIn with the same work for a wrong name or password."""
    number = login.strip()[:64]
    demand_patience(number, source)
    account = find_account(number_index(number))
    stretched = _stretch(password[:1024], account or _nobody())
    known = account is not None and account.state == "active" and stretched.proves(account.verifier)
    if account is None or not known:
        count_failure(number, source)
        if account is not None:
            _record("sign_in:failed", account.id)
        raise WrongSignIn()
    forget(number, source)
    try:
        return account, people.unlock(account.id, kek=stretched.kek)
    except Damaged:
        raise WrongSignIn() from None


def begin_session(account: Account, ring: KeyRing) -> SignedIn:
    """Begin a session whose private key opens with the returned token only."""
    token, server_half = secrets.token_bytes(32), secrets.token_bytes(32)
    now = clock.now()
    session_id = session_id_of(token)
    row = SignInSession(
        id=session_id, account_id=account.id, server_half=server_half,
        wrapped=people.lock_into_session(ring, token=token, server_half=server_half, session_id=session_id),
        created_at=now, seen_at=now, verified_at=now,
    )
    session().add(row)
    session().flush()
    _record("sign_in:done", account.id)
    return SignedIn(token, row)


def session_id_of(token: bytes) -> bytes:
    """Return the id under which a session's row is found: a hash, so that the row does not hold the cookie."""
    return hashlib.sha256(b"sid" + token).digest()


def end_session(session_id: bytes, *, by: Actor) -> None:
    """End one session of the actor's own."""
    session().execute(
        delete(SignInSession).where(SignInSession.id == session_id, SignInSession.account_id == by.person_id)
    )
    _record("sign_in:ended", by.person_id)


def end_all_sessions(*, by: Actor) -> None:
    """End every session of the actor, on every machine."""
    session().execute(delete(SignInSession).where(SignInSession.account_id == by.person_id))
    _record("sign_in:ended_everywhere", by.person_id)


def confirm(*, password: str, by: Actor) -> None:
    """Take the password again as a fresh proof for a sensitive act; raises WrongSignIn."""
    account = session().get_one(Account, by.person_id)
    if not _stretch(password[:1024], account).proves(account.verifier):
        raise WrongSignIn()
    row = session().get(SignInSession, by.session_id)
    if row is not None:
        row.verified_at = clock.now()
    _record("sign_in:confirmed", by.person_id)


def change_password(*, old: str, new: str, by: Actor) -> None:
    """Wrap the actor's key under a new password and end their other sessions; no grant changes."""
    account = session().get_one(Account, by.person_id)
    if not _stretch(old[:1024], account).proves(account.verifier):
        raise WrongSignIn()
    demand_good(new, about=(by.name,))
    account.salt = secrets.token_bytes(16)
    account.cost_code = str(session().info["kdf_cost"])
    stretched = _stretch(new, account)
    account.verifier = stretched.verifier
    account.password_changed_at = clock.now()
    people.change_password(by.ring, kek=stretched.kek)
    session().execute(
        delete(SignInSession).where(
            SignInSession.account_id == by.person_id, SignInSession.id != (by.session_id or b"")
        )
    )
    _record("account:password_changed", by.person_id)


def close_account(person_id: UUID) -> None:
    """End a person's access in every process at the next request: no session, no wrap, no sign-in."""
    session().get_one(Account, person_id).state = "closed"
    session().execute(delete(SignInSession).where(SignInSession.account_id == person_id))
    groups.leave_all(person_id)
    _record("account:closed", person_id)


def _record(action: str, person_id: UUID) -> None:
    person = session().get_one(Person, person_id)
    audit.record(
        audit.system("identity"), action, organisation=person.district_id, subject=("person", person_id)
    )


def _stretch(password: str, account: Account) -> Stretched:
    return stretch(
        password, account.salt, vault.server_key().pepper(), account.id.bytes, KdfCost.read(account.cost_code)
    )


def _nobody() -> Account:
    """Return an account that nobody has, so that a wrong name costs what a wrong password costs."""
    cost: KdfCost = session().info["kdf_cost"]
    return Account(id=UUID(int=0), state="closed", salt=bytes(16), cost_code=str(cost), verifier=bytes(32))
