"""The personal recovery code: printed by its owner, it opens the same key as the password, and nothing else does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from app import audit
from app.access import Actor
from app.core.database import session
from app.core.errors import Invalid
from app.core.words import N_
from app.directory.models import Person
from app.directory.service import number_index
from app.identity import offers
from app.identity.credentials import Chosen, choosing, holds_password, nobody, take_password
from app.identity.models import Account
from app.identity.queries import find_account, is_open
from app.identity.service import end_sessions_of
from app.identity.throttle import count_failure, demand_patience, forget
from app.vault import Damaged, KeyRing, MistypedCode, codes, people


class WrongRecovery(Invalid):
    """Number and recovery code do not fit; which of them is not said."""

    words = N_("Staff number and recovery code do not fit together. A code works once; the newest one counts.")


@dataclass(frozen=True)
class Offer:
    """A code that was shown and opens nothing before its owner typed its end; `token` brings it back."""

    code: str = field(repr=False)
    token: str = field(repr=False)


def offer(*, by: Actor, token: str | None = None) -> Offer:
    """Return a new code to show, or the one that was shown before with this token."""
    secret = offers.shown_before("recovery", token, by=by)
    if secret is None:
        secret = codes.read_code(codes.new_code(codes.RECOVERY_BITS))
    return Offer(codes.write_code(secret), offers.sealed("recovery", secret, by=by))


def keep(*, token: str, typed: str, by: Actor) -> None:
    """Wrap the person's key under a code that was shown, once its last group was typed; raises NotConfirmed, TooOld."""
    secret = offers.opened("recovery", token, by=by)
    offers.demand_last_group(codes.write_code(secret), typed)
    people.change_recovery_code(by.ring, recovery_code=secret)
    session().get_one(Account, by.person_id).recovery_due = False
    audit.record(by, "recovery:code_made", organisation=by.district_id, subject=("person", by.person_id))


def recovering(*, login: str, password: str, source: str) -> Callable[[], Chosen]:
    """Return the slow part of a recovery, the same whatever will be found wrong; raises TooManyAttempts."""
    number = login.strip()[:64]
    demand_patience(_what(number), source)
    return choosing((find_account(number_index(number)) or nobody()).id, password)


def recover(chosen: Chosen, *, login: str, code: str, source: str) -> None:
    """Take a new password for the key that a recovery code opens; the code is spent, every session ends.

    Raises WrongRecovery with the same work whatever was wrong, TooManyAttempts, and Invalid for the password.
    """
    number = login.strip()[:64]
    demand_patience(_what(number), source)
    account = find_account(number_index(number))
    ring = _opened(account, code)
    if account is None or ring is None or not is_open(account) or chosen.person_id != account.id:
        raise WrongRecovery(afterwards=count_failure(_what(number), source))
    person = session().get_one(Person, account.id)
    people.change_password(ring, kek=take_password(account, chosen, person))
    people.spend_recovery_code(account.id)
    account.recovery_due = True
    end_sessions_of(account.id)
    forget(_what(number), source)
    by = audit.Somebody(person.id, via="page")
    audit.record(
        by, "account:recovered", organisation=person.district_id, subject=("person", person.id),
        holds=holds_password(account),
    )


def _what(number: str) -> str:
    return f"recovery {number}"


def _opened(account: Account | None, code: str) -> KeyRing | None:
    try:
        return people.unlock_with_code(account.id if account else UUID(int=0), recovery_code=codes.read_code(code))
    except (Damaged, MistypedCode):
        return None
