"""Signing in, in one step or two: the password, then the code where a second factor is enrolled."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from app import audit
from app.access import Actor
from app.audit.body import Code
from app.core import clock
from app.core.database import session
from app.core.errors import Refusal
from app.core.words import N_
from app.directory.service import number_index
from app.identity import factor
from app.identity.credentials import Typed, checking, holds_password, nobody, take_anew
from app.identity.models import Account, HalfSignIn
from app.identity.queries import actor_for, district_id, find_account, is_open, live_half
from app.identity.service import SignedIn, begin_session, locked
from app.identity.throttle import count_failure, demand_patience, forget
from app.vault import Damaged, KeyRing, people


class WrongSignIn(Refusal):
    """Name or password do not fit; which of them is not said, and costs the same."""

    status = 422
    words = N_("Name and password do not fit together.")


class HalfSignInOver(Refusal):
    """Too much time went by between password and code."""

    status = 422
    words = N_("That took more than five minutes. Please sign in again.")


class CodeNeeded(Refusal):
    """The password was right, and the second step is missing."""

    status = 403
    words = N_("Type the six digits that your device shows now, or one of your backup codes.")


@dataclass(frozen=True)
class HalfSignedIn:
    """The password was right and a code is asked for: the secret of a cookie that can take only the code."""

    token: bytes = field(repr=False)
    row: HalfSignIn


def stretching(*, login: str, password: str, source: str) -> Callable[[], Typed]:
    """Return the slow part of a sign-in, to be done when this transaction is over; raises TooManyAttempts."""
    number = login.strip()[:64]
    demand_patience(number, source)
    return checking(find_account(number_index(number)), password)


def authenticate(typed: Typed, *, login: str, source: str) -> tuple[Account, KeyRing]:
    """Return account and unlocked keys; raises WrongSignIn with the same work for a wrong name or password."""
    number = login.strip()[:64]
    demand_patience(number, source)
    account = find_account(number_index(number))
    proved = typed.proves(account or nobody())
    if account is None or not is_open(account) or not proved:
        again = count_failure(number, source)
        _record_failure(account)
        raise WrongSignIn(afterwards=again)
    forget(number, source)
    try:
        ring = people.unlock(account.id, kek=typed.stretched.kek)
    except Damaged:
        raise WrongSignIn() from None
    if typed.anew is not None:
        take_anew(account, typed.anew, ring)
        _record(account, "account:password_kept", holds=holds_password(account))
    return account, ring


def _record_failure(account: Account | None) -> None:
    """Keep a failed sign-in; one with a name that nobody has leaves an event of the same size."""
    _record(account, "sign_in:failed")


def _record(account: Account | None, action: str, **codes: Code) -> None:
    district = district_id()
    if district is not None:
        subject = ("person", account.id) if account else None
        audit.record(audit.system("identity"), action, organisation=district, subject=subject, **codes)


def begin(account: Account, ring: KeyRing) -> SignedIn | HalfSignedIn:
    """Begin a session, or ask for the code first where a second factor is enrolled."""
    return begin_session(account, ring) if account.factor_since is None else _begin_half(account, ring)


def _begin_half(account: Account, ring: KeyRing) -> HalfSignedIn:
    token, half_id, server_half, wrapped = locked(ring, half_id_of)
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


def half_id_of(token: bytes) -> bytes:
    """Return the id of a sign-in that waits for its code; it can never be a session's."""
    return hashlib.sha256(b"half" + token).digest()


def act_as(typed: Typed, *, login: str, via: str, code: str | None = None) -> Actor:
    """Return somebody as the actor of a command; raises WrongSignIn, WrongCode, CodeNeeded."""
    account, ring = authenticate(typed, login=login, source=via)
    if account.factor_since is not None:
        if code is None:
            raise CodeNeeded()
        factor.check_code(account, code, source=via)
    return actor_for(account.id, ring, via=via)
