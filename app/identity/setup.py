"""The first minutes of an installation: a district, its root key, and the first administrator."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from app import audit
from app.access import PostKind
from app.core.database import session
from app.core.errors import Conflict
from app.core.words import N_
from app.directory import service as directory
from app.directory.models import Organisation, Person
from app.identity.service import enrol_directly
from app.vault import KeyRing
from app.vault.keypairs import KeyPair
from app.vault.opening import pin_root
from app.vault.people import Signer


class SetUpDone(Conflict):
    """There is a district already."""

    words = N_("This installation has been set up already.")


@dataclass(frozen=True)
class SetUp:
    """The new district and its first administrator, whose keys are open."""

    district: Organisation
    administrator: Person
    ring: KeyRing


def is_set_up() -> bool:
    """Say whether there is a district."""
    return bool(session().scalar(select(exists().where(Organisation.kind == "district"))))


def set_up(
    *, district: str, number: str, name: str, mail: str | None, password: str, recovery_code: bytes | None = None
) -> SetUp:
    """Make the district and its first administrator, whose key the root key vouches for.

    The root key signs this once; its public half is pinned outside the database, its private half is forgotten.
    """
    if is_set_up():
        raise SetUpDone()
    made = directory.make_district(name=district)
    by = audit.system("set-up")
    person = directory.add_person(district_id=made.id, number=number, name=name, mail=mail, by=by)
    directory.give_post(person_id=person.id, kind=PostKind.DISTRICT_ADMIN, organisation_id=made.id, by=by)
    root = KeyPair.new()
    signer = Signer("root", root, vouches=True)
    ring = enrol_directly(person, password=password, signer=signer, recovery_code=recovery_code)
    # Last of all, when nothing else can fail any more: without the commit the pin belongs to no district.
    pin_root(session().info["root_public_file"], root.sign_public)
    return SetUp(made, person, ring)
