"""Headless Chromium in front of real servers: one of each for all stories on a database, a profile for each person."""

import copy
import dataclasses
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import delete, update

from app.core.catalogues import DEFAULT_LANGUAGE
from app.core.database import session
from app.escalation.models import ConcernDraft
from app.identity.models import Account
from tests.browser.activity import happen
from tests.browser.browsing import DESKTOP, Person
from tests.databases import Installation, Server
from tests.serving import Served, serving
from tests.world import World

FAILED = pytest.StashKey[bool]()
CHROMIUM = os.environ.get("XINXIA_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


PATIENCE = 30_000
"""How many milliseconds a condition is waited for: a busy machine may take its time."""
LOCALES = {"zh_Hans_CN": "zh-CN", "en": "en-GB"}


@dataclass(frozen=True)
class Site:
    """A server that runs, what it keeps, and who is who there."""

    served: Served
    installation: Installation
    world: World


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(
    servers: Callable[[str], Server],
    database_kind: str,
    world_template: Callable[[str], tuple[Installation, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """One server for all the stories on this database, over a copy of the world."""
    template, found = world_template(database_kind)
    installation = servers(database_kind).copy(template, tmp_path_factory.mktemp("browser") / "home")
    world = dataclasses.replace(copy.deepcopy(found), database=installation.open())
    happen(world)
    with world.database.transaction():
        # The cast has no second step, as in the sample district: the server runs in demo mode, for demo accounts.
        session().execute(update(Account).values(demo=True))
    with serving(installation, DEMO="1", LOG_LEVEL="WARNING", PASSWORD_MEMORY_KIB="19456") as served:
        yield Site(served, installation, world)
    world.database.dispose()
    servers(database_kind).drop(installation)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    item.stash.setdefault(FAILED, False)
    item.stash[FAILED] |= bool(report.failed)
    return report


@pytest.fixture
def person(
    chromium: Browser, site: Site, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Person]]:
    """Somebody with a new browser profile: `person("lin")`, `person("gao", language="en")`, `person()` a stranger.

    At the end of the test nobody's browser may have complained, asked another host or met a failure. What they saw
    last when a test failed lies in its folder.
    """
    people: list[Person] = []
    # What another story left half-written would stand in this one's way.
    site.world.database.retrying(lambda: session().execute(delete(ConcernDraft)))

    def begin(name: str | None = None, *, language: str = DEFAULT_LANGUAGE, **given: Any) -> Person:
        usual = {"timezone_id": "Asia/Shanghai", "locale": LOCALES[language], "reduced_motion": "reduce"}
        context = chromium.new_context(**{"viewport": DESKTOP, **usual, **given})
        context.set_default_timeout(PATIENCE)
        people.append(Person(context, site.served.address, language))
        return people[-1].signs_in(name) if name else people[-1]

    yield begin
    for number, one in enumerate(people):
        if request.node.stash[FAILED]:
            one.page.screenshot(path=tmp_path / f"{number}.png", full_page=True)
        one.context.close()
    assert [trouble for one in people for trouble in one.troubles.found] == []
    assert site.served.logged == ""
