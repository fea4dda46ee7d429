"""axe finds nothing serious on any page that anybody can reach: on a desk and on a phone, by day and by night."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.browsing import DESKTOP, PHONE, Person
from tests.browser.walking import walk
from tests.world import STUDENTS

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]

ALL = {"resultTypes": ["violations"]}
# What can change with the screen or the light; the rest of the page stays the same.
OF_LOOKS = ALL | {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]}
LOOKS = [(DESKTOP, "light", ALL), (DESKTOP, "dark", OF_LOOKS), (PHONE, "dark", OF_LOOKS), (PHONE, "light", OF_LOOKS)]


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
