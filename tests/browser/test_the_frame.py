"""What stands around every page: the language switch keeps the page, signing out leaves nothing behind."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import Person
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]


def test_the_language_switch_keeps_the_page_and_its_place(site: Site, person: People) -> None:
    lin = person("lin")
    for path in ("/concerns/room?part=others", f"/concerns/new/{site.world.students['ana']}", "/account"):
        lin.goes_to(path)
        lin.presses("English")
        expect(lin.page.locator("html")).to_have_attribute("lang", "en")
        assert lin.page.url.endswith(path)
        lin.presses("中文")
        expect(lin.page.locator("html")).to_have_attribute("lang", "zh-CN")
        assert lin.page.url.endswith(path)


def test_the_language_can_be_changed_before_signing_in_and_keeps_where_one_was_going(person: People) -> None:
    lin = person()
    lin.goes_to("/concerns/room")
    lin.presses("English")
    lin.language = "en"
    lin.reads("Sign in", "Staff number")
    lin.signs_in("lin")
    assert lin.path == "/concerns/room"


def test_light_and_dark_are_a_choice_that_stays(person: People) -> None:
    lin = person("lin", color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = lin.page.evaluate(paper)
    lin.page.locator(".x-menu > summary").click()
    lin.presses("Dark")
    expect(lin.page.locator("html")).to_have_attribute("data-theme", "dark")
    lin.goes_to("/files")
    assert lin.page.evaluate(paper) != light
    lin.page.locator(".x-menu > summary").click()
    lin.presses("Light")
    expect(lin.page.locator("html")).to_have_attribute("data-theme", "light")
    assert lin.page.evaluate(paper) == light


def test_after_signing_out_the_back_button_shows_nothing(person: People) -> None:
    gao = person("gao")
    gao.goes_by("Alert review")
    gao.page.locator("main .x-card-who a").first.click()
    gao.reads("What was seen")
    gao.signs_out()
    for _step in range(3):
        gao.page.go_back()
        expect(gao.page.get_by_label(gao.says("Password"))).to_be_visible()
        gao.misses("What was seen", "Alert review")


def test_signing_out_in_one_window_ends_the_other(person: People) -> None:
    gao = person("gao")
    other = gao.in_another_window("/concerns/review")
    gao.signs_out()
    other.page.reload()
    expect(other.page.get_by_label(gao.says("Password"))).to_be_visible()


def test_somebody_else_at_the_same_browser_does_not_come_to_the_page_of_the_one_before(person: People) -> None:
    """Cruz signs in where Gao was signed out on a page of hers: it looks like missing."""
    gao = person("gao")
    gao.troubles.expected.add(404)
    gao.goes_by("Alert review")
    gao.page.locator("main .x-card-who a").first.click()
    concern = gao.path
    gao.signs_out()
    gao.goes_to(concern)
    gao.signs_in("hart")
    assert gao.path == concern
    gao.reads("There is nothing here")
