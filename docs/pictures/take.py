"""Takes the README's pictures from a running sample district: python docs/pictures/take.py http://127.0.0.1:8000"""

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
PASSWORD = "four-quiet-herons"


def follow(*selectors: str) -> Callable[[Page], None]:
    """Return a way through links and buttons, the first of each."""

    def go(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()
            page.wait_for_load_state()

    return go


PICTURES = (
    # name, who, width, height, where, and on from there
    ("today", "T00031", 1366, 768, "/", follow()),
    ("concern", "T00031", 1366, 900, "/concerns/room", follow("main table a[href*='/concerns/']")),
    ("history", "T00031", 1366, 900, "/files", follow("main a[href^='/files/']:not([href*='/entries/'])")),
    ("review", "T00028", 1366, 768, "/concerns/review", follow()),
    ("hand-over", "T00092", 1366, 900, "/concerns/centre", follow("main table a[href*='/hand-overs/']")),
    ("letterbox-phone", "T00031", 390, 844, "/letters/box", follow("main a[href^='/w/']")),
    ("write-phone", "T00022", 390, 844, "/concerns/new", follow("main .x-chip")),
)


def main(base: str) -> None:
    """Sign each person in and take the pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, number, width, height, path, onward in PICTURES:
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            page.goto(f"{base}/sign-in")
            page.fill("[name=login]", number)
            page.fill("[name=password]", PASSWORD)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_load_state()
            page.goto(base + path)
            onward(page)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
