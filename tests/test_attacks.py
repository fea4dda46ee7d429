"""The attack matrix, made from the application's own map of addresses: every door, method, person and record.

Who is refused is told exactly what is told of a record that is not there, at the same number of questions to the
database, and changes nothing but the trail, which keeps the refusal. Who is let in meets no failure, whatever is
sent. A new route is attacked by itself; one with a new kind of id fails until tests/attack_samples.py knows it.
"""

import copy
import dataclasses
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from app.access import Actor
from app.audit import system
from app.audit.models import TrailEvent
from app.core import clock
from app.core.database import Base, Database, session
from app.core.errors import Missing
from app.directory.models import Post
from app.identity.service import close_account
from tests.answers import difference
from tests.attack_samples import WORDS, Sample, prepare
from tests.databases import Installation, Server
from tests.queries import counted
from tests.world import STAFF, World, sign_in

# Open without an account. A page that joins them must be written down here.
PUBLIC = {
    "api-docs.openapi_json", "core.healthz", "core.language", "core.readyz", "core.theme", "identity.code",
    "identity.join", "identity.join_with_password", "identity.recover", "identity.set_up", "identity.sign_in", "static",
}
# What these refuse still costs less when there is nothing: the list only gets shorter.
COST_TELLS = {"hand_over:read", "concern:second_opinion"}
CAST = (*STAFF, "root")
HTTPS = {"base_url": "https://localhost"}
KEPT_BY_THE_TRAIL = {"trail_event", "trail_leaf", "trail_tree", "trail_checkpoint", "trail_horizon"}
NONSENSE_IN_FORMS: tuple[Any, ...] = ({}, {"xx": "1"}, {"version": "x", "people": "x", "text": "\0", "started_at": "x"})
NONSENSE_IN_JSON: tuple[Any, ...] = ({}, {"xx": 1}, [], "x", None, {"version": [], "people": {}, "text": 1})


@dataclass(frozen=True)
class Attacked:
    """An installation under attack: the cast, its application and the records whose ids an attacker knows."""

    world: World
    app: Flask
    samples: dict[str, Sample]

    def targets(self) -> list["Target"]:
        """Return every door with every method and every record, each once."""
        found: dict[tuple[str, str], Target] = {}
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for label, ids, path in self._filled(rule):
                    found.setdefault((method, path), Target(rule, method, label, path, ids))
        return list(found.values())

    def _filled(self, rule: Rule) -> Iterator[tuple[str, Sample, str]]:
        unknown = rule.arguments - WORDS.keys() - self.samples["ana"].keys()
        assert not unknown, f"{rule.rule}: tests/attack_samples.py does not know {unknown}"
        for label, sample in self.samples.items():
            for known in (0, 1) if rule.arguments & WORDS.keys() else (0,):
                ids = {name: WORDS[name][known] if name in WORDS else sample[name] for name in rule.arguments}
                built = rule.build(ids)
                assert built is not None
                yield label, ids, built[1]

    def browser(self, name: str | None = None) -> FlaskClient:
        """Return a browser, with somebody signed in or nobody."""
        self.app.config["WTF_CSRF_ENABLED"] = False
        client = self.app.test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        if name is not None:
            sign_in(client, name)
        return client

    def lets_in(self, actor: Actor, target: "Target") -> bool:
        """Say what the policy alone says of a person and a record, inside the open transaction."""
        if target.load is None:
            return bool(target.permission.allows(actor, None))
        found = target.found()
        return found is not None and bool(target.permission.allows(actor, found))

    def is_known(self, actor: Actor, target: "Target") -> bool:
        """Say whether another door lets this person in to the same record: then that it exists is no secret."""
        found = target.found()
        doors = [view for view in VIEWS.values() if getattr(view, "__load__", None) is target.load]
        return found is not None and any(view.__permission__.allows(actor, found) for view in doors)


    def known_wholes(self, actor: Actor) -> frozenset[Any]:
        """Return the ids of those records with parts to which any door lets this person in."""
        single = [t for t in self.targets() if len(t.rule.arguments) == 1 and not t.is_public and t.load is not None]
        return frozenset(value for t in single if self.lets_in(actor, t) for value in t.ids.values())


@dataclass(frozen=True, eq=False)
class Target:
    """One door, opened by one method, for one record."""

    rule: Rule
    method: str
    label: str
    path: str
    ids: Sample

    def found(self) -> Any:
        """Return the record behind the door, inside the open transaction."""
        try:
            return self.load(**self.ids) if self.load is not None else None
        except Missing:
            return None

    @property
    def is_public(self) -> bool:
        return self.rule.endpoint in PUBLIC

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def permission(self) -> Any:
        return VIEWS[self.rule.endpoint].__permission__

    @property
    def load(self) -> Callable[..., Any] | None:
        found: Callable[..., Any] | None = VIEWS[self.rule.endpoint].__load__
        return found

    def sent(self, browser: FlaskClient, body: Any = None) -> TestResponse:
        """Knock at the door."""
        given: dict[str, Any] = {}
        if self.method != "GET":
            given = {"json": {} if body is None else body} if self.is_api else {"data": body or {}}
        return browser.open(self.path, method=self.method, buffered=True, **HTTPS, **given)

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.label})"


VIEWS: dict[str, Any] = {}


class Undoing(Database):
    """A database in which nothing stays: each request finds everything as it was."""

    class Undone(Exception):
        """Ends a transaction that went well."""

    @contextmanager
    def transaction(self, *, writes: bool = True) -> Iterator[Session]:
        try:
            with super().transaction(writes=writes) as opened:
                yield opened
                raise self.Undone
        except self.Undone:
            pass


@pytest.fixture(scope="session")
def attacked_template(
    servers: Callable[[str], Server], world_template: Callable[[str], tuple[Installation, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[Installation, World, dict[str, Sample]]]:
    """The world with its records, made once per kind of database; to be copied, never opened."""
    made: dict[str, tuple[Installation, World, dict[str, Sample]]] = {}

    def find(kind: str) -> tuple[Installation, World, dict[str, Sample]]:
        if kind not in made:
            template, world = world_template(kind)
            installation = servers(kind).copy(template, tmp_path_factory.mktemp("attacked") / "home")
            database = installation.open()
            samples = prepare(dataclasses.replace(copy.deepcopy(world), database=database))
            database.dispose()
            made[kind] = installation, world, samples
        return made[kind]

    return find


@pytest.fixture
def attacked(
    server: Server, database_kind: str, attacked_template: Callable[[str], Any], tmp_path: Path
) -> Iterator[Attacked]:
    """A copy of its own to attack."""
    template, world, samples = attacked_template(database_kind)
    installation = server.copy(template, tmp_path / "home")
    app = create_app(installation.settings())
    _be_quick(app.database.engine, database_kind)
    VIEWS.update({name: _inner(view) for name, view in app.view_functions.items()})
    yield Attacked(dataclasses.replace(copy.deepcopy(world), database=app.database), app, samples)
    app.database.dispose()
    server.drop(installation)


def _inner(view: Any) -> Any:
    return view.func if isinstance(view, functools.partial) else view


def _be_quick(engine: Engine, kind: str) -> None:
    """Thousands of refusals are written here; none of them has to survive a power cut."""
    if kind == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))


def everything(database: Database) -> dict[str, list[str]]:
    """Return every row of every table but the trail's, and but when a session was last used."""
    with database.transaction(writes=False):
        return {
            table.name: sorted(
                repr(row) for row in session().execute(select(*(c for c in table.columns if c.name != "seen_at")))
            )
            for table in Base.metadata.sorted_tables
            if table.name not in KEPT_BY_THE_TRAIL
        }


def refusals(database: Database) -> tuple[int, int]:
    """Return how many events the trail keeps, and how many of them are refusals."""
    with database.transaction(writes=False):
        of_all = session().scalar(select(func.count()).select_from(TrailEvent)) or 0
        refused = select(func.count()).where(TrailEvent.action == "access:refused")
        return of_all, session().scalar(refused) or 0


def demote(world: World, name: str) -> None:
    """End every post of somebody who is signed in."""
    with world.database.transaction():
        yesterday = clock.now().date().replace(year=2021)
        session().execute(update(Post).where(Post.person_id == world.people[name]).values(ends_on=yesterday))


@dataclass(frozen=True)
class Knowledge:
    """What somebody who is refused may know all the same: that the record is there, and the one it is a part of."""

    record: bool
    whole: frozenset[Any]


def refused(attacked: Attacked, name: str) -> dict[Target, Knowledge]:
    """Return the doors that the policy keeps closed to somebody, and what they know of what is behind."""
    with attacked.app.test_request_context(), attacked.world.database.transaction(writes=False):
        actor = g.actor = attacked.world.actor(name)
        closed = [
            target for target in attacked.targets() if not target.is_public and not attacked.lets_in(actor, target)
        ]
        wholes = attacked.known_wholes(actor)
        return {
            target: Knowledge(attacked.is_known(actor, target), wholes & set(target.ids.values())) for target in closed
        }


def test_every_public_page_is_known_and_every_other_is_guarded(attacked: Attacked) -> None:
    public = {name for name, view in VIEWS.items() if getattr(view, "__public__", False)}
    assert public | {"static", "api-docs.openapi_json"} == PUBLIC
    assert all(hasattr(view, "__permission__") for name, view in VIEWS.items() if name not in PUBLIC)


@pytest.mark.parametrize("name", [*CAST, "demoted lin", "demoted gao"])
def test_who_is_refused_learns_nothing_and_changes_nothing(attacked: Attacked, name: str) -> None:
    person = name.removeprefix("demoted ")
    browser = attacked.browser(person)
    if name != person:
        demote(attacked.world, person)
    closed = refused(attacked, person)
    before, trail_before = everything(attacked.app.database), refusals(attacked.app.database)
    wrong: list[str] = []
    missing: dict[Any, TestResponse] = {}
    costs: dict[Any, int] = {}
    for target, known in closed.items():
        with counted(attacked.app.database) as statements:
            answer = target.sent(browser)
        door = (target.rule.rule, target.method)
        model = missing.setdefault(door, answer)
        cost = costs.setdefault((door, known.whole), len(statements))
        if answer.status_code != 404:
            wrong.append(f"{target} answers {answer.status_code}")
        elif (seen := difference(model, answer)) != "":
            wrong.append(f"{target} tells more than of what is missing: {seen}")
        elif len(statements) != cost and not known.record and target.permission.name not in COST_TELLS:
            wrong.append(f"{target} asks {len(statements)} questions instead of {cost}")
    assert not wrong, "\n".join(wrong)
    assert everything(attacked.app.database) == before
    assert refusals(attacked.app.database) == tuple(count + len(closed) for count in trail_before)


@pytest.mark.parametrize("name", [None, "closed bo"])
def test_who_has_no_account_is_sent_to_the_sign_in(attacked: Attacked, name: str | None) -> None:
    browser = attacked.browser(name and name.removeprefix("closed "))
    if name is not None:
        with attacked.world.database.transaction():
            close_account(attacked.world.people["bo"], by=system("test"))
    before, trail_before = everything(attacked.app.database), refusals(attacked.app.database)
    for target in attacked.targets():
        if target.is_public:
            continue
        answer = target.sent(browser)
        if target.is_api:
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), target
        else:
            assert answer.status_code in (303, 307), target
            where = urlsplit(answer.location)
            assert where.path == "/sign-in", target
            assert parse_qs(where.query).get("next", [target.path]) == [target.path]
    assert everything(attacked.app.database) == before
    assert refusals(attacked.app.database) == trail_before


@pytest.mark.parametrize("name", CAST)
def test_who_is_let_in_meets_no_failure_whatever_is_sent(attacked: Attacked, name: str) -> None:
    browser = attacked.browser(name)
    closed = {(target.method, target.path) for target in refused(attacked, name)}
    attacked.app.database.__class__ = Undoing
    wrong = []
    for target in attacked.targets():
        if (target.method, target.path) in closed:
            continue
        nonsense = NONSENSE_IN_JSON if target.is_api else NONSENSE_IN_FORMS
        for body in nonsense if target.method != "GET" else (None,):
            answer = target.sent(browser, body)
            if answer.status_code >= 500:
                wrong.append(f"{target} with {body!r} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("query", [
    "after=x", "after=%00", "after=W10", "part=%27", "after=" + "9" * 40, "sort=x", "next=//x",
])
def test_nonsense_in_an_address_fails_nowhere(attacked: Attacked, query: str) -> None:
    attacked.app.database.__class__ = Undoing
    for name in ("lin", "gao", "sam", "root", "eve", "dee", "pia"):
        browser = attacked.browser(name)
        for target in attacked.targets():
            if target.method == "GET" and target.label == "ana":
                answer = browser.get(f"{target.path}?{query}", **HTTPS)
                assert answer.status_code < 500, (target, query)
