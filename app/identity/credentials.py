"""How a password is taken and checked: slowly, with the same work whoever it is for."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from app import audit, vault
from app.audit.body import Code
from app.core import clock
from app.core.database import session
from app.core.errors import Refusal
from app.core.words import N_
from app.directory.models import Person
from app.directory.pinyin import reading
from app.identity.models import Account
from app.identity.passwords import demand_good
from app.identity.throttle import count_failure, demand_patience, forget
from app.vault import KeyRing, people
from app.vault.passwords import KdfCost, Stretched, stretch

# A longer text is no password of anybody: stretching it whole would be work for nothing.
_MOST = 1024


class WrongPassword(Refusal):
    """The present password was not given."""

    status = 422
    words = N_("This is not your password.")


@dataclass(frozen=True)
class Chosen:
    """A new password of one person, stretched with a salt of its own."""

    person_id: UUID
    password: str = field(repr=False)
    salt: bytes = field(repr=False)
    cost_code: str
    stretched: Stretched


@dataclass(frozen=True)
class Typed:
    """A password that was typed for an account, stretched as that account stood then.

    `anew` is the same password at the present cost, where it was right and the account was made at another.
    """

    account_id: UUID
    salt: bytes = field(repr=False)
    cost_code: str
    stretched: Stretched
    anew: Chosen | None = None

    def proves(self, account: Account) -> bool:
        """Say whether this is the account's password; what was stretched for it as it stood before proves nothing."""
        right = self.stretched.proves(account.verifier)
        return right and (self.account_id, self.salt, self.cost_code) == (account.id, account.salt, account.cost_code)


def choosing(person_id: UUID, password: str) -> Callable[[], Chosen]:
    """Return the slow part of choosing a password, to be done when this transaction is over.

    On SQLite there is one writer: with Argon2 inside its transaction, everybody else's writing would wait.
    """
    salt, pepper, cost = secrets.token_bytes(16), vault.server_key().pepper(), present_cost()
    return lambda: Chosen(
        person_id, password, salt, str(cost), stretch(password[:_MOST], salt, pepper, person_id.bytes, cost)
    )


def checking(account: Account | None, password: str) -> Callable[[], Typed]:
    """Return the slow part of checking a password, with the same work when nobody has the account."""
    whose, pepper = account or nobody(), vault.server_key().pepper()
    account_id, salt, cost_code, verifier = whose.id, whose.salt, whose.cost_code, whose.verifier
    renew = choosing(account_id, password) if cost_code != str(present_cost()) else None

    def check() -> Typed:
        stretched = stretch(password[:_MOST], salt, pepper, account_id.bytes, KdfCost.read(cost_code))
        # Who guesses makes the same work for every account: a second run follows the right password alone.
        anew = renew() if renew is not None and stretched.proves(verifier) else None
        return Typed(account_id, salt, cost_code, stretched, anew)

    return check


def take_password(account: Account, chosen: Chosen, person: Person) -> bytes:
    """Take a new password into an account and return the key that wraps the person's own; raises Invalid."""
    demand_fitting(chosen.password, person)
    _take(account, chosen)
    account.password_changed_at = clock.now()
    return chosen.stretched.kek


def holds_of(account: Account) -> list[Code]:
    """Return for an event by what a person proves now who they are."""
    return [*holds_password(account), *audit.holding(account, "factor_sealed"), *audit.holding(account, "state")]


def holds_password(account: Account) -> list[Code]:
    """Return for an event which password counts now: an earlier one put back by SQL is found."""
    return audit.holding(account, "salt", "cost_code", "verifier")


def take_anew(account: Account, anew: Chosen, ring: KeyRing) -> None:
    """Bring an account that was made at another cost up to the present one."""
    _take(account, anew)
    people.change_password(ring, kek=anew.stretched.kek)


def _take(account: Account, chosen: Chosen) -> None:
    if chosen.person_id != account.id:
        raise ValueError("stretched for somebody else")
    account.salt, account.cost_code, account.verifier = chosen.salt, chosen.cost_code, chosen.stretched.verifier


def demand_fitting(password: str, person: Person) -> None:
    """Raise PasswordTooShort or PasswordTooCommon, also for what others know of the person."""
    syllables = reading(person.name).replace(",", " ").split()
    demand_good(password, about=(person.name, person.number, "".join(syllables), *syllables))


def demand_proof_patience(account: Account, *, source: str) -> None:
    """Raise TooManyAttempts while proofs of this account are held back for this source."""
    demand_patience(_proof_of(account), source)


def demand_password(account: Account, typed: Typed | None, *, source: str) -> None:
    """Raise WrongPassword, or TooManyAttempts, unless the account's password was typed."""
    demand_proof_patience(account, source=source)
    if typed is None or not typed.proves(account):
        raise WrongPassword(afterwards=count_failure(_proof_of(account), source))
    forget(_proof_of(account), source)


def _proof_of(account: Account) -> str:
    return f"proof {account.id}"


def present_cost() -> KdfCost:
    """Return what a password costs at this installation now."""
    cost: KdfCost = session().info["kdf_cost"]
    return cost


def nobody() -> Account:
    """Return an account that nobody has, so that a wrong name costs what a wrong password costs."""
    return Account(id=UUID(int=0), state="closed", salt=bytes(16), cost_code=str(present_cost()), verifier=bytes(32))
