"""Keys are off until somebody wants them and can be chosen; the cover hides everything at one press."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import Person

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]


def chooses_keys(lin: Person, **keys: str) -> None:
    """Switch the keys on, and choose others."""
    lin.page.locator(".x-menu > summary").click()
    lin.presses("Keyboard")
    dialog = lin.page.get_by_role("dialog", name=lin.says("Keyboard"))
    dialog.get_by_label(lin.says("Use the keys below on this computer")).check()
    for name, key in keys.items():
        dialog.locator(f"[name={name}]").fill(key)
    dialog.get_by_role("button", name=lin.says("Keep")).click()
    lin.page.wait_for_function("document.cookie.includes('keys=')")


def test_no_key_does_anything_until_they_are_switched_on(person: People) -> None:
    lin = person("lin")
    for key in ("/", "g", "c", "`"):
        lin.page.keyboard.press(key)
    assert lin.path == "/"
    expect(lin.page.locator("#search")).not_to_be_focused()
    expect(lin.page.locator("[data-cover-screen]")).to_be_hidden()


def test_search_and_pages_are_a_key_away(person: People) -> None:
    lin = person("lin")
    chooses_keys(lin)
    lin.page.keyboard.press("/")
    expect(lin.page.locator("#search")).to_be_focused()
    lin.page.keyboard.type("g c")
    assert lin.path == "/", "letters that are typed stay letters"
    lin.page.locator("#search").blur()
    lin.page.keyboard.press("g")
    lin.page.keyboard.press("c")
    expect(lin.page).to_have_url(re.compile("/concerns/room$"))
    lin.page.keyboard.press("g")
    lin.page.keyboard.press("s")
    expect(lin.page).to_have_url(re.compile("/files$"))


def test_keys_can_be_others(person: People) -> None:
    lin = person("lin")
    chooses_keys(lin, search="s", go="x", cover="q")
    lin.page.keyboard.press("s")
    expect(lin.page.locator("#search")).to_be_focused()
    lin.page.locator("#search").blur()
    lin.page.keyboard.press("q")
    expect(lin.page.locator("[data-cover-screen]")).to_be_visible()


def test_the_cover_hides_everything_and_gives_it_back(person: People) -> None:
    lin = person("lin")
    lin.goes_by("Concerns of the room")
    title = lin.page.title()
    lin.presses("Cover the screen")
    expect(lin.page.locator("main")).to_be_hidden()
    expect(lin.page.locator(".x-nav")).to_be_hidden()
    assert lin.page.title() == lin.says("Timetable")
    expect(lin.page.get_by_role("button", name=lin.says("Show again"))).to_be_focused()
    lin.presses("Show again")
    expect(lin.page.locator("main")).to_be_visible()
    assert lin.page.title() == title


def test_who_is_writing_covers_the_screen_with_escape_twice(person: People) -> None:
    lin = person("lin")
    chooses_keys(lin)
    lin.goes_to("/concerns/new")
    words = lin.page.locator("main [name=q]")
    words.fill("czh")
    words.press("`")
    expect(words).to_have_value("czh`")
    words.press("Escape")
    expect(lin.page.locator("main")).to_be_visible()
    words.press("Escape")
    expect(lin.page.locator("main")).to_be_hidden()
