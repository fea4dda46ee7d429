"""Everything an attack needs: every door, method and record there is, and what the policy says of each person."""

import copy
import dataclasses
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from app.access import Actor
from app.audit.models import TrailEvent
from app.core import clock
from app.core.database import Base, Database, session
from app.core.errors import Missing
from app.directory.models import Post
from app.identity.models import SignInSession
from tests.answers import difference
from tests.attack_samples import WORDS, Sample, prepare
from tests.databases import Installation
from tests.queries import counted
from tests.world import STAFF, World, sign_in

# Open without an account. A page that joins them must be written down here.
PUBLIC = {
    "api-docs.openapi_json", "core.healthz", "core.language", "core.readyz", "core.theme", "feeds.calendar",
    "identity.code", "identity.join", "identity.join_with_password", "identity.recover", "identity.set_up",
    "identity.sign_in",
    "letters_out.away", "letters_out.back", "letters_out.begin", "letters_out.call_off", "letters_out.check",
    "letters_out.choose_time", "letters_out.code",
    "letters_out.done", "letters_out.keep", "letters_out.leave", "letters_out.more", "letters_out.onward",
    "letters_out.question", "letters_out.safe", "letters_out.send", "letters_out.start", "letters_out.thread",
    "letters_out.worker", "static",
    "times_out.about", "times_out.another", "times_out.back", "times_out.begin", "times_out.calendar",
    "times_out.check", "times_out.code", "times_out.done", "times_out.keep", "times_out.move", "times_out.name",
    "times_out.off", "times_out.own", "times_out.passes", "times_out.send", "times_out.start", "times_out.take",
    "times_out.when",
}
CAST = (*STAFF, "root")
HTTPS = {"base_url": "https://localhost"}
_USED = SignInSession.__table__.c.seen_at
KEPT_BY_THE_TRAIL = {"trail_event", "trail_leaf", "trail_tree", "trail_checkpoint", "trail_horizon"}
VIEWS: dict[str, Any] = {}


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


def prepared(installation: Installation, world: World) -> dict[str, Sample]:
    """Make the records that an attacker knows, in an installation that nobody has open."""
    database = installation.open()
    samples = prepare(dataclasses.replace(copy.deepcopy(world), database=database))
    database.dispose()
    return samples


@contextmanager
def under_attack(installation: Installation, world: World, samples: dict[str, Sample]) -> Iterator[Attacked]:
    """Open an installation of one's own to attack."""
    app = create_app(installation.settings())
    _be_quick(app.database.engine, app.database.is_sqlite)
    VIEWS.update({name: _inner(view) for name, view in app.view_functions.items()})
    try:
        yield Attacked(dataclasses.replace(copy.deepcopy(world), database=app.database), app, samples)
    finally:
        app.database.dispose()


def _inner(view: Any) -> Any:
    return view.func if isinstance(view, functools.partial) else view


def _be_quick(engine: Engine, is_sqlite: bool) -> None:
    """Thousands of refusals are written here; none of them has to survive a power cut."""
    if is_sqlite:
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))


def everything(database: Database) -> dict[str, list[str]]:
    """Return every row of every table but the trail's, and but when a session was used."""
    with database.transaction(writes=False):
        return {
            table.name: sorted(
                repr(row) for row in session().execute(select(*(c for c in table.columns if c is not _USED)))
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


def let_in(attacked: Attacked, name: str) -> list[Target]:
    """Return every other door: those that the policy opens to somebody, and those that are open to all."""
    closed = {(target.method, target.path) for target in refused(attacked, name)}
    return [target for target in attacked.targets() if (target.method, target.path) not in closed]


def told(attacked: Attacked, browser: FlaskClient, closed: dict[Target, Knowledge]) -> list[str]:
    """Knock at closed doors; return what the answers tell beyond what is told, at the same cost, of what is missing."""
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
        elif len(statements) != cost and not known.record:
            wrong.append(f"{target} asks {len(statements)} questions instead of {cost}")
    return wrong
