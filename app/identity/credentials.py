"""How a password is taken and checked: slowly, with the same work whoever it is for."""

import secrets
from uuid import UUID

from app import vault
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


class WrongPassword(Refusal):
    """The present password was not given."""

    status = 422
    words = N_("This is not your password.")


def choose_password(account: Account, password: str, person: Person) -> bytes:
    """Take a new password into an account and return the key that wraps the person's own; raises Invalid."""
    demand_fitting(password, person)
    account.salt = secrets.token_bytes(16)
    account.cost_code = str(present_cost())
    stretched = stretched_for(password, account)
    account.verifier = stretched.verifier
    account.password_changed_at = clock.now()
    return stretched.kek


def demand_fitting(password: str, person: Person) -> None:
    """Raise PasswordTooShort or PasswordTooCommon, also for what others know of the person."""
    syllables = reading(person.name).replace(",", " ").split()
    demand_good(password, about=(person.name, person.number, "".join(syllables), *syllables))


def demand_password(account: Account, password: str, *, source: str) -> None:
    """Raise WrongPassword, or TooManyAttempts, unless this is the account's password."""
    subject = f"proof {account.id}"
    demand_patience(subject, source)
    if not stretched_for(password[:1024], account).proves(account.verifier):
        raise WrongPassword(afterwards=count_failure(subject, source))
    forget(subject, source)


def stretch_anew(account: Account, password: str, ring: KeyRing) -> None:
    """Bring an account that was made at another cost up to the present one."""
    account.salt, account.cost_code = secrets.token_bytes(16), str(present_cost())
    stretched = stretched_for(password[:1024], account)
    account.verifier = stretched.verifier
    people.change_password(ring, kek=stretched.kek)


def present_cost() -> KdfCost:
    """Return what a password costs at this installation now."""
    cost: KdfCost = session().info["kdf_cost"]
    return cost


def stretched_for(password: str, account: Account) -> Stretched:
    """Return verifier and key that a password gives for an account."""
    return stretch(
        password, account.salt, vault.server_key().pepper(), account.id.bytes, KdfCost.read(account.cost_code)
    )


def nobody() -> Account:
    """Return an account that nobody has, so that a wrong name costs what a wrong password costs."""
    return Account(id=UUID(int=0), state="closed", salt=bytes(16), cost_code=str(present_cost()), verifier=bytes(32))
