"""Fixtures that every test may ask for: a real database of each kind, and the world with its cast."""

import copy
import dataclasses
import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import create_app
from app.core.database import Database
from app.core.requests import Application
from tests.databases import KINDS, Installation, Server, migrated, running
from tests.kept import CompiledOnce, keep_addresses, keep_statements

Templates = Callable[[str], Installation]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[*KINDS, "both"], default="both", help="which database to test on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = KINDS if chosen == "both" else [chosen]
        marked = metafunc.definition.get_closest_marker
        alike = marked("alike") is not None and marked("unlike") is None
        metafunc.parametrize("database_kind", kinds[:1] if alike else kinds, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what one set of parameters, marked alike, would say again on the second database."""
    again = {item for item in items if config.getoption("--database") == "both" and _was_said_before(item)}
    items[:] = [item for item in items if item not in again]
    config.hook.pytest_deselected(items=list(again))


def _was_said_before(item: pytest.Item) -> bool:
    kind = getattr(item, "callspec", None) and item.callspec.params.get("database_kind")
    return kind == KINDS[1] and item.get_closest_marker("alike") is not None and not item.get_closest_marker("unlike")


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[str], Server]]:
    """Each kind of database, started when the first test asks for it."""
    started: dict[str, Server] = {}
    with ExitStack() as stack:

        def start(kind: str) -> Server:
            if kind not in started:
                started[kind] = stack.enter_context(running(kind))
            return started[kind]

        yield start


@pytest.fixture
def server(servers: Callable[[str], Server], database_kind: str) -> Server:
    """The place where this test's installations are made."""
    return servers(database_kind)


@pytest.fixture(scope="session")
def migrated_template(
    servers: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory
) -> Templates:
    """Every table and no row, once per kind of database; to be copied, never opened."""
    made: dict[str, Installation] = {}

    def find(kind: str) -> Installation:
        if kind not in made:
            made[kind] = migrated(servers(kind), tmp_path_factory.mktemp("template") / "home")
        return made[kind]

    return find


@pytest.fixture(scope="session")
def world_template(
    servers: Callable[[str], Server],
    migrated_template: Templates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[Installation, Any]]:
    """The cast at work, built once per kind of database: an installation to copy, and who is who in it."""
    made: dict[str, tuple[Installation, Any]] = {}

    def find(kind: str) -> tuple[Installation, Any]:
        if kind not in made:
            home = tmp_path_factory.mktemp("world") / "home"
            installation = servers(kind).copy(migrated_template(kind), home)
            database = installation.open()
            built = importlib.import_module("tests.world").build(database)
            database.dispose()
            made[kind] = installation, dataclasses.replace(built, database=None)
        return made[kind]

    return find


@pytest.fixture
def installation(
    server: Server, database_kind: str, migrated_template: Templates, tmp_path: Path
) -> Iterator[Installation]:
    """An installation with every table and no row."""
    made = server.copy(migrated_template(database_kind), tmp_path / "home")
    yield made
    server.drop(made)


@pytest.fixture
def database(installation: Installation) -> Iterator[Database]:
    """A database with every table and no row, on SQLite and on PostgreSQL."""
    opened = installation.open()
    yield opened
    opened.dispose()


@pytest.fixture
def world_installation(
    server: Server,
    database_kind: str,
    world_template: Callable[[str], tuple[Installation, Any]],
    tmp_path: Path,
) -> Iterator[Installation]:
    """This test's own copy of the installation in which the cast works."""
    made = server.copy(world_template(database_kind)[0], tmp_path / "world")
    yield made
    server.drop(made)


@pytest.fixture
def world(
    world_installation: Installation,
    database_kind: str,
    world_template: Callable[[str], tuple[Installation, Any]],
) -> Iterator[Any]:
    """The cast (tests/world.py) with a database of its own, as `world.database`."""
    opened = world_installation.open()
    with _every_key_that_is_taken_away_is_on_the_trail():
        yield dataclasses.replace(copy.deepcopy(world_template(database_kind)[1]), database=opened)
    opened.dispose()


@contextmanager
def _every_key_that_is_taken_away_is_on_the_trail() -> Iterator[None]:
    """Let no deed of a story end with a key that it took away and no event spoke of."""

    def look(opened: Session) -> None:
        assert opened.in_nested_transaction() or not opened.info.get("taken_away"), opened.info["taken_away"]

    event.listen(Session, "before_commit", look)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", look)


COMPILED = CompiledOnce()
keep_addresses()
keep_statements()


@pytest.fixture
def app_with(world_installation: Installation) -> Iterator[Callable[..., Flask]]:
    """Another process of the same installation, with other settings: `app_with(second_factor="required")`."""
    started: list[Application] = []

    def start(**changes: Any) -> Flask:
        started.append(create_app(world_installation.settings(**changes)))
        started[-1].jinja_env.bytecode_cache = COMPILED
        return started[-1]

    yield start
    for one in started:
        one.database.dispose()


@pytest.fixture
def app(app_with: Callable[..., Flask]) -> Flask:
    """The application over this test's own copy of the world."""
    return app_with()


@pytest.fixture
def browser_of(app: Flask) -> Callable[[str], FlaskClient]:
    """A browser in which one of the cast is signed in: `browser_of("lin").get("/files")`."""

    def open_for(name: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        app.config["WTF_CSRF_ENABLED"] = False
        importlib.import_module("tests.world").sign_in(client, name)
        return client

    return open_for


@pytest.fixture(scope="session")
def attacked_template(
    servers: Callable[[str], Server],
    world_template: Callable[[str], tuple[Installation, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[Installation, Any, Any]]:
    """The world with the records an attacker knows (tests/attacking.py), made once per kind of database."""
    made: dict[str, tuple[Installation, Any, Any]] = {}

    def find(kind: str) -> tuple[Installation, Any, Any]:
        if kind not in made:
            template, world = world_template(kind)
            installation = servers(kind).copy(template, tmp_path_factory.mktemp("attacked") / "home")
            samples = importlib.import_module("tests.attacking").prepared(installation, world)
            made[kind] = installation, world, samples
        return made[kind]

    return find


@pytest.fixture
def attacked(
    server: Server,
    database_kind: str,
    attacked_template: Callable[[str], tuple[Installation, Any, Any]],
    tmp_path: Path,
) -> Iterator[Any]:
    """This test's own copy to attack, with its application."""
    template, world, samples = attacked_template(database_kind)
    installation = server.copy(template, tmp_path / "attacked")
    with importlib.import_module("tests.attacking").under_attack(installation, world, samples) as opened:
        yield opened
    server.drop(installation)
