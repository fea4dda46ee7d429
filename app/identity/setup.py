"""The first minutes of an installation: a district, its root key, and the first administrator."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import event, exists, select

from app import audit, vault
from app.access import PostKind
from app.core.address import ServingRefused
from app.core.database import savepoint, session
from app.core.errors import Conflict, Invalid, Missing
from app.core.ids import new_id
from app.core.words import N_
from app.directory import service as directory
from app.directory.models import Organisation, Person
from app.identity.credentials import Chosen, choosing
from app.identity.models import Account
from app.identity.queries import in_demo_mode
from app.identity.service import SignedIn, begin_session, enrol_directly
from app.identity.throttle import count_failure, demand_patience
from app.vault import KeyRing, MistypedCode, codes
from app.vault.keypairs import KeyPair
from app.vault.opening import pin_root
from app.vault.people import Signer

# 80 bits in four groups: typed once, from a console, where attempts are counted.
_CODE_BYTES = 10


class SetUpDone(Conflict):
    """There is a district already."""

    words = N_("This installation has been set up already.")


class RootThere(Conflict):
    """A root key is pinned that belongs to no district here."""

    words = N_("A root key of another installation lies where the settings say. Move that file away and set up again.")


class WrongSetUpCode(Invalid):
    """Not the code that the server printed."""

    words = N_("This is not the code that the server printed when it started.")


@dataclass(frozen=True)
class SetUp:
    """The new district and its first administrator, whose keys are open."""

    district: Organisation
    administrator: Person
    ring: KeyRing


@dataclass(frozen=True)
class FirstAdministrator:
    """What the set-up page asks for."""

    district: str
    number: str
    name: str = field(repr=False)
    mail: str | None = field(default=None, repr=False)


def is_set_up() -> bool:
    """Say whether there is a district."""
    return bool(session().scalar(select(exists().where(Organisation.kind == "district"))))


def may_be_set_up() -> bool:
    """Say whether the set-up page is there: for real work, and before there is a district."""
    return not in_demo_mode() and not is_set_up()


def set_up_code() -> str:
    """Return the code that guards the set-up page: it follows from the server's key and is kept nowhere."""
    return codes.write_code(_secret())


def _secret() -> bytes:
    return vault.server_mac(b"set-up code")[:_CODE_BYTES]


def set_up(
    *, district: str, number: str, name: str, mail: str | None, chosen: Chosen, recovery_code: bytes | None = None
) -> SetUp:
    """Make the district and its first administrator, whose key the root key vouches for.

    The root key signs this once; its public half is pinned outside the database, its private half is forgotten.
    """
    if is_set_up():
        raise SetUpDone()
    made = directory.make_district(name=district)
    by = audit.system("set-up")
    person = directory.add_person(
        district_id=made.id, number=number, name=name, mail=mail, by=by, person_id=chosen.person_id
    )
    directory.give_post(person_id=person.id, kind=PostKind.DISTRICT_ADMIN, organisation_id=made.id, by=by)
    root = KeyPair.new()
    signer = Signer("root", root, vouches=True)
    ring = enrol_directly(person, chosen=chosen, signer=signer, recovery_code=recovery_code)
    _pin(session().info["root_public_file"], root.sign_public)
    return SetUp(made, person, ring)


def _pin(path: Path, public: bytes) -> None:
    """Pin the root key last of all, and take it back when the district is not committed after all."""
    try:
        pin_root(path, public)
    except FileExistsError:
        raise RootThere() from None

    def unpin(*_: object) -> None:
        path.unlink(missing_ok=True)

    opened = session()
    event.listen(opened, "after_rollback", unpin, once=True)
    event.listen(opened, "after_commit", lambda _: event.remove(opened, "after_rollback", unpin), once=True)


def setting_up(*, password: str, source: str) -> Callable[[], Chosen]:
    """Return the slow part of setting up, for a person who is still to be; raises Missing and TooManyAttempts."""
    _demand_patience(source)
    return choosing(new_id(), password)


def set_up_by_page(first: FirstAdministrator, chosen: Chosen, *, code: str, source: str) -> SignedIn:
    """Set the installation up for who reads its console, and sign that person in.

    Raises Missing when it is set up already, WrongSetUpCode, TooManyAttempts, and Invalid for the password.
    """
    _demand_patience(source)
    if not _is_code(code):
        raise WrongSetUpCode(afterwards=count_failure("set-up", source))
    # The page that shows a refusal commits the counted attempt, and must not commit half a district with it.
    with savepoint():
        done = set_up(
            district=first.district, number=first.number, name=first.name, mail=first.mail, chosen=chosen
        )
    account = session().get_one(Account, done.administrator.id)
    account.recovery_due = True
    return begin_session(account, done.ring)


def _demand_patience(source: str) -> None:
    if not may_be_set_up():
        raise Missing()
    demand_patience("set-up", source)


def _is_code(typed: str) -> bool:
    try:
        return hmac.compare_digest(codes.read_code(typed), _secret())
    except MistypedCode:
        return False


def before_serving() -> str | None:
    """Return what the console has to say before the first request; raises ServingRefused.

    A database of real work never runs in demo mode, where the second factor is free, and the sample district,
    whose passwords everybody knows, never outside it.
    """
    demo = in_demo_mode()
    if not demo and _has_accounts(demo=True):
        raise ServingRefused(
            "this database holds the sample district, whose passwords everybody knows; "
            "serve it with XINXIA_DEMO=1, or name an empty folder in XINXIA_HOME"
        )
    if demo and _has_accounts(demo=False):
        raise ServingRefused("this database is in real use; serve it with XINXIA_DEMO=0")
    if may_be_set_up():
        return f"To set this installation up, open /set-up there and type the code {set_up_code()}"
    return None


def _has_accounts(*, demo: bool) -> bool:
    return bool(session().scalar(select(exists().where(Account.demo.is_(demo)))))
