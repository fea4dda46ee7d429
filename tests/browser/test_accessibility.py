"""axe finds nothing serious on any page that anybody can reach: on a desk and on a phone, by day and by night."""

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import Person
from tests.browser.conftest import Site
from tests.browser.looking import ALL, TWO, Look, faults
from tests.browser.walking import walk
from tests.directory.rosters.lists import SAMPLES
from tests.files import steps
from tests.world import STUDENTS

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]

DIRTY = SAMPLES / "roster_dirty.xlsx"
CAST = ["cruz", "gao", "lin", "pia", "sam", "dee", "eve", "root"]


def told(page: Page, kind: str, looks: Sequence[Look]) -> Iterator[str]:
    """Name what is wrong with the page that is open: what axe finds, its headings, a name in its title."""
    yield from faults(page, kind, looks)
    if page.locator("h1").count() != 1 and not page.locator(".x-print").count():
        yield f"{kind}: {page.locator('h1').count()} headings of the first rank"
    if any(words in page.title() for *_place, words in STUDENTS.values()):
        yield f"{kind}: a name in the title"


def walked(someone: Person, looks: Sequence[Look]) -> dict[str, list[str]]:
    """Return what is wrong with each kind of page that somebody can reach."""
    return {kind: list(told(someone.page, kind, looks)) for kind in walk(someone, "/")}


@pytest.mark.parametrize("name", CAST)
def test_nothing_serious_on_any_page(person: People, name: str) -> None:
    found = walked(person(name), TWO)
    assert len(found) > 3
    assert "\n".join(fault for kind in found.values() for fault in kind) == ""


@pytest.mark.soak
@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("name", CAST)
def test_nothing_serious_in_any_look_and_language(person: People, name: str, language: str) -> None:
    found = walked(person(name, language=language), ALL)
    assert "\n".join(fault for kind in found.values() for fault in kind) == ""


def test_nothing_serious_before_signing_in(person: People) -> None:
    someone = person()
    found = [fault for kind in walk(someone, "/sign-in") for fault in told(someone.page, kind, TWO)]
    assert "\n".join(found) == ""


def test_nothing_serious_on_pages_that_only_forms_lead_to(site: Site, person: People) -> None:
    cruz, sam, bo = person("cruz"), person("sam"), person("bo")
    for someone in (cruz, bo):
        someone.troubles.expected |= {404, 422}
    found = []
    for someone, arrive in ((cruz, searches), (cruz, sends_nothing), (cruz, finds_nothing), (sam, uploads), (bo, asks)):
        arrive(site, someone)
        found += told(someone.page, arrive.__name__, TWO)
    assert "\n".join(found) == ""


def searches(_site: Site, cruz: Person) -> None:
    """Look a student up by pinyin."""
    cruz.page.locator("#search").fill("chen")
    cruz.page.locator("#search").press("Enter")
    cruz.reads("陈子涵")


def sends_nothing(site: Site, cruz: Person) -> None:
    """Send a concern without a word: the page says what is missing."""
    cruz.goes_to(f"/concerns/new/{site.world.students['ana']}")
    cruz.presses("Send this concern")
    expect(cruz.page.get_by_role("alert")).to_be_focused()


def finds_nothing(_site: Site, cruz: Person) -> None:
    """Go where nothing is."""
    cruz.goes_to("/nowhere")
    cruz.reads("There is nothing here")


def uploads(_site: Site, sam: Person) -> None:
    """Choose a list full of faults, and look at what it would change."""
    sam.goes_by("Rosters")
    sam.page.locator("[type=file]").set_input_files(DIRTY)
    sam.page.locator("form:has([type=file]) [type=submit]").click()
    expect(sam.page).to_have_url(re.compile("/columns$"))
    sam.page.locator("main form [type=submit]").first.click()
    expect(sam.page).to_have_url(re.compile("/rosters/uploads/[^/]+$"))


def asks(site: Site, bo: Person) -> None:
    """Open a colleague's file: the page asks for a reason."""
    file_id = steps.open_file(site.world, "lin", "zoe")
    bo.goes_to(f"/files/{file_id}/reason")
    bo.reads("Why do you open it?")
