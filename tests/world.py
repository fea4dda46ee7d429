"""The cast: two schools, a guidance centre, and the people whose stories the tests tell.

Lin is counsellor and keeps Ana's file; her colleague Bo opens it only with a reason. Cruz has Ana's class, Moss
another of the same grade, and Gao heads that grade; Hart heads the next one. Pia is the principal, Sam the school's
administrator. Tan is the counsellor of the other school, Quill teaches there. Dee is the centre, Eve audits, Root
administers the district.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from app import audit
from app.access import Actor, PostKind
from app.core.database import Database, session
from app.core.ids import new_id
from app.directory import service as directory
from app.directory.importing.register import Place, Register
from app.directory.models import Organisation, Post
from app.directory.pinyin import reading
from app.identity import keys
from app.identity.credentials import choosing
from app.identity.queries import actor_for
from app.identity.service import enrol_directly
from app.identity.setup import set_up
from app.vault import KeyRing
from app.vault.keypairs import KeyPair
from app.vault.people import Signer

K = PostKind
STAFF = {
    # name: (kind, organisation, grade, class)
    "sam": (K.SCHOOL_ADMIN, "school", None, None),
    "lin": (K.COUNSELLOR, "school", None, None),
    "bo": (K.COUNSELLOR, "school", None, None),
    "pia": (K.LEAD, "school", None, None),
    "gao": (K.HEAD_OF_GRADE, "school", "四年级", None),
    "hart": (K.HEAD_OF_GRADE, "school", "五年级", None),
    "cruz": (K.CLASS_TEACHER, "school", "四年级", "1班"),
    "moss": (K.CLASS_TEACHER, "school", "四年级", "2班"),
    "nora": (K.CLASS_TEACHER, "school", "五年级", "1班"),
    "sol": (K.SUBJECT_TEACHER, "school", None, None),
    "uma": (K.SCHOOL_ADMIN, "other_school", None, None),
    "tan": (K.COUNSELLOR, "other_school", None, None),
    "quill": (K.CLASS_TEACHER, "other_school", "四年级", "1班"),
    "dee": (K.CENTRE_COUNSELLOR, "centre", None, None),
    "dora": (K.CENTRE_HEAD, "centre", None, None),
    "eve": (K.AUDITOR, "bureau", None, None),
}
STUDENTS = {
    # name: (school, grade, class, name as the directory keeps it)
    "ana": ("school", "四年级", "1班", "陈子涵"),
    "rui": ("school", "四年级", "1班", "王瑞"),
    "zoe": ("school", "四年级", "2班", "周芷若"),
    "ivo": ("school", "五年级", "1班", "李一诺"),
    "kai": ("other_school", "四年级", "1班", "赵凯"),
}
ORGANISATIONS = {
    "school": ("school", "青禾小学"),
    "other_school": ("school", "临江中学"),
    "centre": ("centre", "区指导中心"),
    "bureau": ("bureau", "区教育局"),
}


def password_of(name: str) -> str:
    """Return the password of one of the cast."""
    return f"seven paper boats for {name}"


@dataclass(frozen=True)
class World:
    """Who is who; `database` is the test's own copy."""

    database: Database
    district: UUID
    organisations: dict[str, UUID]
    grades: dict[tuple[str, str], UUID]
    classes: dict[tuple[str, str, str], UUID]
    people: dict[str, UUID]
    students: dict[str, UUID]
    _seeds: dict[str, tuple[int, bytes]] = field(repr=False)

    @property
    def school(self) -> UUID:
        """The school of most stories."""
        return self.organisations["school"]

    def actor(self, name: str) -> Actor:
        """Return somebody with open keys, inside the transaction at hand."""
        epoch, seed = self._seeds[name]
        return actor_for(self.people[name], KeyRing(self.people[name], epoch, KeyPair.from_seed(seed)), via="page")

    @contextmanager
    def acting(self, name: str) -> Iterator[Actor]:
        """Open a transaction in which somebody acts."""
        with self.database.transaction():
            yield self.actor(name)

    def end_posts(self, name: str, last_day: date) -> None:
        """Let somebody's posts have ended on a day, inside the transaction at hand."""
        from sqlalchemy import select

        for post in session().scalars(select(Post).where(Post.person_id == self.people[name])):
            post.ends_on = last_day
            post.make_mark()

    def events(self, action: str | None = None) -> list[Any]:
        """Return what the trail keeps, in order, in a transaction of its own."""
        from sqlalchemy import select

        from app.audit.models import TrailEvent

        with self.database.transaction(writes=False):
            rows = session().scalars(select(TrailEvent).order_by(TrailEvent.id)).all()
            for row in rows:
                session().expunge(row)
        return [row for row in rows if action is None or row.action == action]


def sign_in(client: FlaskClient, name: str) -> None:
    """Sign one of the cast in through the page."""
    answer = client.post(
        "/sign-in", data={"login": f"T-{name}", "password": password_of(name)}, base_url="https://localhost"
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)


def build(database: Database) -> World:
    """Set the district up and let everybody enrol, found and be admitted as real people would."""
    with database.transaction():
        done = set_up(
            district="临江区", number="T-root", name="Root", mail=None, chosen=choosing(new_id(), password_of("root"))()
        )
        root = actor_for(done.administrator.id, done.ring, via="page")
        world = World(database, done.district.id, {}, {}, {}, {"root": done.administrator.id}, {}, {})
        _in_office_since_2020(done.administrator.id)
        _keep_seed(world, "root", done.ring)
        for name, (kind, words) in ORGANISATIONS.items():
            made = directory.make_organisation(kind=kind, name=words, district_id=done.district.id, by=root)
            world.organisations[name] = made.id
        for name in STAFF:
            _employ(world, name)
        for name in STAFF:
            _enrol(world, name)
        for name in STAFF:
            keys.found_missing(by=world.actor(name))
        for name in STAFF:
            by = world.actor(name)
            for waiting in keys.waiting_for(by):
                keys.admit(waiting.person_id, waiting.group, by=by)
        for place in ("school", "other_school"):
            _fill(world, place, by=world.actor("sam" if place == "school" else "uma"))
    return world


def _in_office_since_2020(person_id: UUID) -> None:
    """Let posts be as old as everybody else's, so that a story may happen before the day on which it is told."""
    from sqlalchemy import select

    for post in session().scalars(select(Post).where(Post.person_id == person_id)):
        post.starts_on = date(2020, 9, 1)
        post.make_mark()


def _employ(world: World, name: str) -> None:
    kind, place, grade_label, class_label = STAFF[name]
    by = audit.system("test")
    person = directory.add_person(
        district_id=world.district, number=f"T-{name}", name=name.capitalize(), mail=None, by=by
    )
    world.people[name] = person.id
    organisation = world.organisations[place]
    grade_id = class_id = None
    if grade_label:
        grade = directory.ensure_grade(school_id=organisation, label=grade_label)
        world.grades[place, grade_label] = grade_id = grade.id
        if class_label:
            made = directory.ensure_class(grade=grade, label=class_label)
            world.classes[place, grade_label, class_label] = class_id = made.id
    directory.give_post(
        person_id=person.id, kind=kind, organisation_id=organisation, grade_id=grade_id, class_id=class_id,
        starts_on=date(2020, 9, 1), by=by,
    )


def _enrol(world: World, name: str) -> None:
    from app.directory.models import Person

    kind = STAFF[name][0]
    root = world.actor("root")
    signer = Signer("user", root.ring.pair, root.person_id, root.ring.epoch, vouches=kind is K.SCHOOL_ADMIN)
    person = session().get_one(Person, world.people[name])
    chosen = choosing(person.id, password_of(name))()
    _keep_seed(world, name, enrol_directly(person, chosen=chosen, signer=signer))


def _keep_seed(world: World, name: str, ring: KeyRing) -> None:
    world._seeds[name] = (ring.epoch, ring.pair.seed())


def _fill(world: World, place: str, *, by: Actor) -> None:
    register = Register(session().get_one(Organisation, world.organisations[place]), by=by)
    for index, (name, (where, grade_label, class_label, words)) in enumerate(STUDENTS.items()):
        if where == place:
            facts = {"born": "2016-05-04", "guardian": f"{words}的母亲", "phones": ["19900001402"]}
            world.students[name] = new_id()
            register.put(
                world.students[name],
                Place(
                    world.classes[where, grade_label, class_label], f"G{index:08}", words, reading(words),
                    date(2023, 9, 1), None, facts,
                ),
            )
    register.seal()
