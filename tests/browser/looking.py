"""What axe finds on the page that is open, on every screen and in every light that is asked for."""

from collections.abc import Iterator, Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.browsing import DESKTOP, PHONE

Look = tuple[dict[str, int], str]
"""A screen, and "light" or "dark"."""

TWO: Sequence[Look] = [(DESKTOP, "light"), (PHONE, "dark")]
ALL: Sequence[Look] = [*TWO, (DESKTOP, "dark"), (PHONE, "light")]

# What can change with the screen or the light; the rest of the page stays the same and is looked at once.
_OF_LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
_RUN = "options => axe.run(document, {resultTypes: ['violations'], ...options}).then(found => found.violations)"


def faults(page: Page, kind: str, looks: Sequence[Look] = TWO) -> Iterator[str]:
    """Name what is serious on the page, in each look, and what makes it wider than the screen."""
    page.evaluate(AXE_SCRIPT)
    for number, (screen, light) in enumerate(looks):
        page.set_viewport_size(screen)
        page.emulate_media(color_scheme=light)
        where = f"{kind} {screen['width']} {light}"
        options: dict[str, Any] = {"runOnly": _OF_LOOKS} if number else {}
        for found in page.evaluate(_RUN, options):
            if found["impact"] in ("serious", "critical"):
                yield f"{where}: {found['id']}: " + "; ".join(node["html"][:160] for node in found["nodes"][:3])
        if page.evaluate("document.documentElement.scrollWidth") > screen["width"]:
            yield f"{where}: wider than the screen"
    page.set_viewport_size(looks[0][0])
    page.emulate_media(color_scheme=looks[0][1])
