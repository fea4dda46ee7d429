"""axe finds nothing serious on any page that anybody can reach: on a desk and on a phone, by day and by night."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.browsing import DESKTOP, PHONE, Person
from tests.browser.conftest import Site
from tests.browser.walking import walk
from tests.directory.rosters.lists import SAMPLES
from tests.files import steps
from tests.world import STUDENTS

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]

ALL = {"resultTypes": ["violations"]}
# What can change with the screen or the light; the rest of the page stays the same.
OF_LOOKS = ALL | {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]}
LOOKS = [(DESKTOP, "light", ALL), (DESKTOP, "dark", OF_LOOKS), (PHONE, "dark", OF_LOOKS), (PHONE, "light", OF_LOOKS)]
DIRTY = SAMPLES / "roster_dirty.xlsx"


def faults(page: Page, kind: str) -> Iterator[str]:
    """Name what is wrong with the page that is open, in every look."""
    for screen, light, rules in LOOKS:
        page.set_viewport_size(screen)
        page.emulate_media(color_scheme=light)
        where = f"{kind} {screen['width']} {light}"
        for found in Axe().run(page, options=rules).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                yield f"{where}: {found['id']}: " + "; ".join(node["html"][:160] for node in found["nodes"][:3])
        if page.evaluate("document.documentElement.scrollWidth") > screen["width"]:
            yield f"{where}: wider than the screen"
    page.set_viewport_size(DESKTOP)
    if page.locator("h1").count() != 1 and not page.locator(".x-print").count():
        yield f"{kind}: {page.locator('h1').count()} headings of the first rank"
    if any(words in page.title() for *_place, words in STUDENTS.values()):
        yield f"{kind}: a name in the title"


@pytest.mark.parametrize("name", ["cruz", "gao", "lin", "pia", "sam", "dee", "eve", "root"])
def test_nothing_serious_on_any_page(person: People, name: str) -> None:
    someone = person(name)
    found = {kind: list(faults(someone.page, kind)) for kind in walk(someone, "/")}
    assert len(found) > 3
    assert "\n".join(fault for kind in found.values() for fault in kind) == ""


def test_nothing_serious_before_signing_in(person: People) -> None:
    someone = person()
    assert "\n".join(fault for kind in walk(someone, "/sign-in") for fault in faults(someone.page, kind)) == ""


def test_nothing_serious_on_pages_that_only_forms_lead_to(site: Site, person: People) -> None:
    cruz, sam, bo = person("cruz"), person("sam"), person("bo")
    for someone in (cruz, bo):
        someone.troubles.expected |= {404, 422}
    found = []
    for someone, arrive in ((cruz, searches), (cruz, sends_nothing), (cruz, finds_nothing), (sam, uploads), (bo, asks)):
        arrive(site, someone)
        found += faults(someone.page, arrive.__name__)
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
