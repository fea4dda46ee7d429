"""Doing things with accounts: opening one, signing in and out, changing the password, ending access."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, update

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Refusal
from app.core.words import N_
from app.directory.models import Person
from app.directory.pinyin import reading
from app.directory.service import number_index
from app.identity import factor
from app.identity.models import Account, HalfSignIn, SignInSession
from app.identity.passwords import demand_good
from app.identity.queries import (
    HALF_LASTS,
    actor_for,
    district_id,
    find_account,
    in_demo_mode,
    is_open,
    is_over,
    live_half,
)
from app.identity.throttle import count_failure, demand_patience, forget
from app.vault import Damaged, KeyRing, groups, people
from app.vault.passwords import KdfCost, Stretched, stretch
from app.vault.people import Signer


class WrongSignIn(Refusal):
    """Name or password do not fit; which of them is not said, and costs the same."""

    status = 422
    words = N_("Name and password do not fit together.")


class WrongPassword(Refusal):
    """The present password was not given."""

    status = 422
    words = N_("This is not your password.")


class HalfSignInOver(Refusal):
    """Too much time went by between password and code."""

    status = 422
    words = N_("That took more than five minutes. Please sign in again.")


class CodeNeeded(Refusal):
    """The password was right, and the second step is missing."""

    status = 403
    words = N_("Type the six digits that your device shows now, or one of your backup codes.")


class AccountExists(Conflict):
    """One person, one account."""

    words = N_("This person has an account already.")


@dataclass(frozen=True)
class SignedIn:
    """A new session: the cookie's secret, which is kept nowhere else, and its row."""

    token: bytes = field(repr=False)
    row: SignInSession
    ring: KeyRing = field(repr=False)


@dataclass(frozen=True)
class HalfSignedIn:
    """The password was right and a code is asked for: the secret of a cookie that can take only the code."""

    token: bytes = field(repr=False)
    row: HalfSignIn


def enrol_directly(person: Person, *, password: str, signer: Signer, recovery_code: bytes | None = None) -> KeyRing:
    """Open a person's account with a first password and key, vouched for by the signer."""
    if session().get(Account, person.id) is not None:
        raise AccountExists()
    account = Account(
        id=person.id, state="active", demo=in_demo_mode(), created_at=clock.now(), recovery_due=False, factor_step=0
    )
    kek = choose_password(account, password, person)
    session().add(account)
    session().flush()
    ring = people.enrol(person.id, kek=kek, recovery_code=recovery_code, signer=signer)
    audit.record(
        audit.system("enrolment"), "account:opened", organisation=person.district_id, subject=("person", person.id)
    )
    return ring


def choose_password(account: Account, password: str, person: Person) -> bytes:
    """Take a new password into an account and return the key that wraps the person's own; raises Invalid."""
    demand_fitting(password, person)
    account.salt = secrets.token_bytes(16)
    account.cost_code = str(_present_cost())
    stretched = _stretch(password, account)
    account.verifier = stretched.verifier
    account.password_changed_at = clock.now()
    return stretched.kek


def demand_fitting(password: str, person: Person) -> None:
    """Raise PasswordTooShort or PasswordTooCommon, also for what others know of the person."""
    syllables = reading(person.name).replace(",", " ").split()
    demand_good(password, about=(person.name, person.number, "".join(syllables), *syllables))


@dataclass(frozen=True)
class Ahead:
    """What a password gave before the transaction began, for the account and the salt of that moment."""

    account_id: UUID
    salt: bytes = field(repr=False)
    cost_code: str
    stretched: Stretched

    def fits(self, account: Account) -> bool:
        """Say whether the account is still the one that was stretched for."""
        return (self.account_id, self.salt, self.cost_code) == (account.id, account.salt, account.cost_code)


def stretching(*, login: str, password: str, source: str) -> Callable[[], Ahead]:
    """Return the slow part of a sign-in, to be done when this transaction is over; raises TooManyAttempts.

    On SQLite there is one writer: with Argon2 inside its transaction, a few people signing in, or one who guesses,
    would hold up everybody else.
    """
    number = login.strip()[:64]
    demand_patience(number, source)
    account = find_account(number_index(number)) or _nobody()
    account_id, salt, cost, pepper = account.id, account.salt, account.cost_code, vault.server_key().pepper()
    return lambda: Ahead(
        account_id, salt, cost, stretch(password[:1024], salt, pepper, account_id.bytes, KdfCost.read(cost))
    )


def authenticate(
    *, login: str, password: str, source: str, ahead: Ahead | None = None
) -> tuple[Account, KeyRing]:
    """Return account and unlocked keys; raises WrongSignIn with the same work for a wrong name or password."""
    number = login.strip()[:64]
    demand_patience(number, source)
    account = find_account(number_index(number))
    whose = account or _nobody()
    stretched = ahead.stretched if ahead and ahead.fits(whose) else _stretch(password[:1024], whose)
    known = is_open(account) and account is not None and stretched.proves(account.verifier)
    if account is None or not known:
        again = count_failure(number, source)
        _record_failure(account)
        raise WrongSignIn(afterwards=again)
    forget(number, source)
    try:
        ring = people.unlock(account.id, kek=stretched.kek)
    except Damaged:
        raise WrongSignIn() from None
    if account.cost_code != str(_present_cost()):
        _stretch_anew(account, password, ring)
    return account, ring


def _record_failure(account: Account | None) -> None:
    """Keep a failed sign-in; one with a name that nobody has leaves an event of the same size."""
    district = district_id()
    if district is not None:
        subject = ("person", account.id) if account else None
        audit.record(audit.system("identity"), "sign_in:failed", organisation=district, subject=subject)


def _stretch_anew(account: Account, password: str, ring: KeyRing) -> None:
    """Bring an account that was made at another cost up to the present one."""
    account.salt, account.cost_code = secrets.token_bytes(16), str(_present_cost())
    stretched = _stretch(password[:1024], account)
    account.verifier = stretched.verifier
    people.change_password(ring, kek=stretched.kek)


def begin(account: Account, ring: KeyRing) -> SignedIn | HalfSignedIn:
    """Begin a session, or ask for the code first where a second factor is enrolled."""
    return begin_session(account, ring) if account.factor_since is None else _begin_half(account, ring)


def begin_session(account: Account, ring: KeyRing) -> SignedIn:
    """Begin a session whose private key opens with the returned token only."""
    now = clock.now()
    token, session_id, server_half, wrapped = _locked(ring, session_id_of)
    row = SignInSession(
        id=session_id, account_id=account.id, server_half=server_half, wrapped=wrapped, created_at=now, seen_at=now,
        verified_at=now,
    )
    session().add(row)
    session().flush()
    _record("sign_in:done", account.id)
    return SignedIn(token, row, ring)


def _begin_half(account: Account, ring: KeyRing) -> HalfSignedIn:
    token, half_id, server_half, wrapped = _locked(ring, half_id_of)
    row = HalfSignIn(
        id=half_id, account_id=account.id, server_half=server_half, wrapped=wrapped, created_at=clock.now()
    )
    session().add(row)
    session().flush()
    return HalfSignedIn(token, row)


def finish_half(token: bytes, *, code: str, source: str) -> SignedIn:
    """Take the code and begin the session; raises HalfSignInOver, WrongCode or TooManyAttempts."""
    row = live_half(half_id_of(token))
    if row is None:
        raise HalfSignInOver()
    account = session().get_one(Account, row.account_id)
    ring = people.unlock_session(
        row.account_id, token=token, server_half=row.server_half, session_id=row.id, wrapped=row.wrapped
    )
    factor.check_code(account, code, source=source)
    session().delete(row)
    return begin_session(account, ring)


def _locked(ring: KeyRing, id_of: Callable[[bytes], bytes]) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a fresh token, the id it stands for, the server's half, and the private key wrapped under both."""
    token, server_half = secrets.token_bytes(32), secrets.token_bytes(32)
    row_id = id_of(token)
    wrapped = people.lock_into_session(ring, token=token, server_half=server_half, session_id=row_id)
    return token, row_id, server_half, wrapped


def session_id_of(token: bytes) -> bytes:
    """Return the id under which a session's row is found: a hash, so that the row does not hold the cookie."""
    return hashlib.sha256(b"sid" + token).digest()


def half_id_of(token: bytes) -> bytes:
    """Return the id of a sign-in that waits for its code; it can never be a session's."""
    return hashlib.sha256(b"half" + token).digest()


def renew_session(*, by: Actor) -> SignedIn:
    """Give the actor's session another secret after a fresh proof; the old cookie opens nothing more."""
    before = session().get_one(SignInSession, by.session_id)
    token, session_id, server_half, wrapped = _locked(by.ring, session_id_of)
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
    _record("sign_in:ended", by.person_id)


def end_all_sessions(*, by: Actor) -> None:
    """End every session of the actor, on every machine."""
    end_sessions_of(by.person_id)
    _record("sign_in:ended_everywhere", by.person_id)


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


def confirm(*, password: str | None, code: str | None, source: str, by: Actor) -> SignedIn:
    """Take a fresh proof for a sensitive act: the code where a second factor is enrolled, else the password."""
    account = session().get_one(Account, by.person_id)
    if account.factor_since is None:
        _demand_password(account, password or "", source=source)
    else:
        factor.check_code(account, code or "", source=source)
    renewed = renew_session(by=by)
    _record("sign_in:confirmed", by.person_id)
    return renewed


def change_password(*, old: str, new: str, source: str, by: Actor) -> None:
    """Wrap the actor's key under a new password and end their other sessions; no grant changes."""
    account = session().get_one(Account, by.person_id)
    _demand_password(account, old, source=source)
    kek = choose_password(account, new, session().get_one(Person, by.person_id))
    people.change_password(by.ring, kek=kek)
    end_sessions_of(by.person_id, but=by.session_id)
    _record("account:password_changed", by.person_id)


def _demand_password(account: Account, password: str, *, source: str) -> None:
    subject = f"proof {account.id}"
    demand_patience(subject, source)
    if not _stretch(password[:1024], account).proves(account.verifier):
        raise WrongPassword(afterwards=count_failure(subject, source))
    forget(subject, source)


def close_account(person_id: UUID) -> None:
    """End a person's access in every process at the next request: no session, no wrap, no sign-in."""
    session().execute(update(Account).where(Account.id == person_id).values(state="closed"))
    end_sessions_of(person_id)
    groups.leave_all(person_id)
    _record("account:closed", person_id)


def act_as(*, login: str, password: str, via: str, code: str | None = None) -> Actor:
    """Return somebody as the actor of a command; raises WrongSignIn, WrongCode, CodeNeeded."""
    account, ring = authenticate(login=login, password=password, source=via)
    if account.factor_since is not None:
        if code is None:
            raise CodeNeeded()
        factor.check_code(account, code, source=via)
    return actor_for(account.id, ring, via=via)


def _record(action: str, person_id: UUID) -> None:
    person = session().get_one(Person, person_id)
    audit.record(
        audit.system("identity"), action, organisation=person.district_id, subject=("person", person_id)
    )


def _present_cost() -> KdfCost:
    cost: KdfCost = session().info["kdf_cost"]
    return cost


def _stretch(password: str, account: Account) -> Stretched:
    return stretch(
        password, account.salt, vault.server_key().pepper(), account.id.bytes, KdfCost.read(account.cost_code)
    )


def _nobody() -> Account:
    """Return an account that nobody has, so that a wrong name costs what a wrong password costs."""
    return Account(id=UUID(int=0), state="closed", salt=bytes(16), cost_code=str(_present_cost()), verifier=bytes(32))
