"""The second factor: six digits from a device, and ten codes on paper for the day on which it is lost."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select, update

from app import audit, vault
from app.access import Actor, PostKind
from app.audit.body import Code
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid, Refusal
from app.core.ids import new_id
from app.core.words import N_
from app.directory.models import Person
from app.identity import offers
from app.identity.models import Account, BackupCode
from app.identity.throttle import ALLOWED_CODES, EVERYWHERE, count_failure, demand_patience, forget
from app.vault import MistypedCode, codes, totp

ISSUER = "Xinxia"
BACKUP_CODES = 10
# 40 bits: they are kept as keyed hashes, and typed only where attempts are counted.
_BACKUP_BITS = 40
# Who reads or opens doors for many: 6-assurance.md, V6.3.3.
NEEDING = (
    PostKind.COUNSELLOR,
    PostKind.CENTRE_COUNSELLOR,
    PostKind.CENTRE_HEAD,
    PostKind.SCHOOL_ADMIN,
    PostKind.DISTRICT_ADMIN,
    PostKind.AUDITOR,
)


class WrongCode(Invalid):
    """A code that does not fit, came too late, or was used before; which of them is not said."""

    words = N_("This code does not fit, or it was used already. Please wait for the next one.")


class FactorNeeded(Refusal):
    """A person of this post cannot be without a second factor."""

    status = 409
    words = N_("Your post needs the second step. You can set it up with another device, but not remove it.")


@dataclass(frozen=True)
class Offer:
    """A secret that was shown and does not count before its first code; `token` brings it back with the form."""

    secret: bytes = field(repr=False)
    token: str = field(repr=False)
    address: str = field(repr=False)

    @property
    def typed(self) -> str:
        """The secret as people type it."""
        return totp.typed_secret(self.secret)


def is_needed(actor: Actor) -> bool:
    """Say whether this person's posts ask for a second factor here; in demo mode it is free."""
    return bool(session().info.get("second_factor", "optional") == "required" and actor.holds(*NEEDING))


def offer(*, by: Actor, token: str | None = None) -> Offer:
    """Return a new secret to show, or the one that was shown before with this token."""
    secret = offers.shown_before("factor", token, by=by) or totp.new_secret()
    number = session().get_one(Person, by.person_id).number
    address = totp.address_of(secret, account=number, issuer=ISSUER)
    return Offer(secret, offers.sealed("factor", secret, by=by), address)


def enrol(*, token: str, code: str, by: Actor) -> list[str]:
    """Take the first code of a secret that was shown, and return ten backup codes; raises WrongCode, TooOld."""
    secret = offers.opened("factor", token, by=by)
    step = totp.matching_step(secret, code, clock.now())
    if step is None:
        raise WrongCode()
    account = session().get_one(Account, by.person_id)
    vault.write_server(account, "factor_sealed", secret.hex())
    account.factor_since, account.factor_step = clock.now(), step
    _record("factor:enrolled", by, holds=audit.holding(account, "factor_sealed"))
    return renew_backup_codes(by=by)


def remove(*, by: Actor) -> None:
    """Go back to the password alone; raises FactorNeeded where the post asks for a second factor."""
    if is_needed(by):
        raise FactorNeeded()
    account = session().get_one(Account, by.person_id)
    clear(account)
    _record("factor:removed", by, holds=audit.holding(account, "factor_sealed"))


def clear(account: Account) -> None:
    """Forget an account's second factor and its backup codes."""
    account.factor_sealed = account.factor_since = None
    account.factor_step = 0
    session().execute(delete(BackupCode).where(BackupCode.account_id == account.id))


def renew_backup_codes(*, by: Actor) -> list[str]:
    """Return ten new backup codes to be shown once; the old ones are void."""
    session().execute(delete(BackupCode).where(BackupCode.account_id == by.person_id))
    made = [codes.new_code(_BACKUP_BITS) for _ in range(BACKUP_CODES)]
    session().add_all(
        BackupCode(id=new_id(), account_id=by.person_id, digest=_digest(by.person_id, code), used_at=None)
        for code in made
    )
    session().flush()
    _record("factor:codes_made", by)
    return made


def check_code(account: Account, code: str, *, source: str) -> None:
    """Take a code of the device or a backup code, once; raises WrongCode, TooManyAttempts."""
    subject = f"code {account.id}"
    demand_patience(subject, source)
    demand_patience(subject, EVERYWHERE, allowed=ALLOWED_CODES)
    if not (_take_step(account, code) or _take_backup_code(account, code)):
        raise WrongCode(afterwards=count_failure(subject, source, EVERYWHERE))
    forget(subject, source)


def _take_step(account: Account, code: str) -> bool:
    """Take a device's code by moving the last used step forward: of two at once only one finds it behind."""
    secret = bytes.fromhex(vault.read_server(account, "factor_sealed"))
    step = totp.matching_step(secret, code, clock.now())
    if step is None:
        return False
    taken = session().execute(
        update(Account)
        .where(Account.id == account.id, Account.factor_step < step)
        .values(factor_step=step)
        .execution_options(synchronize_session="fetch")
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _take_backup_code(account: Account, code: str) -> bool:
    try:
        typed = codes.read_code(code)
    except MistypedCode:
        return False
    message = _message(account.id, typed)
    rows = session().scalars(
        select(BackupCode).where(BackupCode.account_id == account.id, BackupCode.used_at.is_(None))
    ).all()
    fitting = [row.id for row in rows if vault.server_key().verify_mac(message, row.digest)]
    taken = session().execute(
        update(BackupCode)
        .where(BackupCode.id.in_(fitting), BackupCode.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _digest(person_id: UUID, code: str) -> bytes:
    return vault.server_mac(_message(person_id, codes.read_code(code)))


def _message(person_id: UUID, code: bytes) -> bytes:
    return b"backup code" + person_id.bytes + code


def _record(action: str, by: Actor, **codes: Code) -> None:
    audit.record(by, action, organisation=by.district_id, subject=("person", by.person_id), **codes)
