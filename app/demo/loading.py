"""Loads the sample district in one transaction: set up, imported by the product's own importers, enrolled, admitted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.access import Actor, PostKind
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.demo import cast
from app.directory import service as directory
from app.directory.contacts import settle_contacts
from app.directory.importing.planning import student_table
from app.directory.importing.staff import import_staff, staff_table
from app.directory.importing.students import import_students
from app.directory.models import Organisation, Person
from app.directory.queries import posts_held
from app.directory.rosters.columns import Table
from app.directory.rosters.staff import StaffRow, read_staff
from app.identity import keys
from app.identity.credentials import choosing
from app.identity.queries import actor_for
from app.identity.service import enrol_directly
from app.identity.setup import set_up
from app.vault import KeyRing
from app.vault.people import Signer

DATA = Path(__file__).parent / "data"
ROSTERS = {cast.PRIMARY: "roster_qinghe_primary.xlsx", cast.MIDDLE: "roster_linjiang_middle.xlsx"}
FOUNDED = timedelta(days=70)
"""How long ago the sample district was set up: long enough for a history, within one term."""

Tell = Callable[[str], None]


@dataclass
class District:
    """The sample district while it is loaded: everybody's keys are open."""

    id: UUID
    rings: dict[str, KeyRing]
    numbers: dict[str, UUID]

    def actor(self, number: str) -> Actor:
        """Return somebody by their staff number, with fresh caches and the posts of the moment."""
        ring = self.rings[number]
        return actor_for(ring.user_id, KeyRing(ring.user_id, ring.epoch, ring.pair), via="demo")

    def organisation(self, name: str) -> Organisation:
        """Return an organisation by its name."""
        return session().scalars(select(Organisation).where(Organisation.name == name)).one()


def load(tell: Tell) -> District:
    """Make the whole sample district but for what happened in it."""
    with clock.at(clock.now() - FOUNDED):
        tell("setting up the district")
        district = _set_up()
        _import_staff(district)
        tell("letting everybody enrol")
        _enrol_everybody(district)
        _found_and_admit(district)
        for school, file in ROSTERS.items():
            tell(f"importing {file}")
            _import_students(district, school, file)
        _found_and_admit(district)
    return district


def _set_up() -> District:
    rows = {row.number: row.name for row in _staff_rows()}
    made = set_up(
        district=cast.DISTRICT, number=cast.ADMINISTRATOR, name=rows[cast.ADMINISTRATOR], mail=None,
        chosen=choosing(new_id(), cast.PASSWORD)(),
    )
    district = District(
        made.district.id, {cast.ADMINISTRATOR: made.ring}, {cast.ADMINISTRATOR: made.administrator.id}
    )
    by = district.actor(cast.ADMINISTRATOR)
    for kind, name in (
        ("school", cast.PRIMARY), ("school", cast.MIDDLE), ("centre", cast.CENTRE), ("bureau", cast.BUREAU)
    ):
        directory.make_organisation(kind=kind, name=name, district_id=district.id, by=by)
    return district


def _staff_rows() -> list[StaffRow]:
    organisations = (cast.PRIMARY, cast.MIDDLE, cast.CENTRE, cast.BUREAU)
    return list(read_staff(_staff(), organisations=organisations).entries)


def _staff() -> Table:
    return staff_table((DATA / "staff.xlsx").read_bytes())


def _import_staff(district: District) -> None:
    import_staff(_staff(), by=district.actor(cast.ADMINISTRATOR))
    for row in _staff_rows():
        person = directory.find_person(district.id, row.number)
        assert person is not None
        district.numbers[row.number] = person.id


def _enrol_everybody(district: District) -> None:
    """Let the district's administrator vouch for the schools', and these for their colleagues."""
    for number in _in_order_of_vouching(district):
        person = session().get_one(Person, district.numbers[number])
        posts = posts_held(person.id, clock.now().date())
        voucher = _voucher_for(district, {post.organisation_id for post in posts})
        signer = Signer(
            "user", voucher.ring.pair, voucher.person_id, voucher.ring.epoch,
            vouches=any(post.kind is PostKind.SCHOOL_ADMIN for post in posts),
        )
        district.rings[number] = enrol_directly(person, chosen=choosing(person.id, cast.PASSWORD)(), signer=signer)


def _in_order_of_vouching(district: District) -> list[str]:
    administrators = {row.number for row in _staff_rows() if row.post == PostKind.SCHOOL_ADMIN}
    rest = [number for number in district.numbers if number not in administrators | district.rings.keys()]
    return [*sorted(administrators), *(number for number in rest if number not in cast.NOT_ENROLLED)]


def _voucher_for(district: District, organisation_ids: set[UUID]) -> Actor:
    for number in district.rings:
        actor = district.actor(number)
        if any(actor.at(organisation_id, PostKind.SCHOOL_ADMIN) for organisation_id in organisation_ids):
            return actor
    return district.actor(cast.ADMINISTRATOR)


def _found_and_admit(district: District) -> None:
    """Do what colleagues do one after another: found what is missing, admit who waits, share the contacts."""
    for number in district.rings:
        keys.found_missing(by=district.actor(number))
    for number in cast.ADMITTING:
        by = district.actor(number)
        for waiting in keys.waiting_for(by):
            keys.admit(waiting.person_id, waiting.group, by=by)
    for number in cast.ADMITTING:
        settle_contacts(by=district.actor(number))


def _import_students(district: District, school: str, file: str) -> None:
    by = district.actor(cast.ROSTERS_BY[school])
    table = student_table((DATA / file).read_bytes())
    import_students(table, school=district.organisation(school), by=by)
