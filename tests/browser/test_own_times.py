"""A student with a phone and no account books a time: with a card, and without one; everything works without script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.appointments.own import address_of, printed
from tests.browser.browsing import PHONE, Person
from tests.browser.conftest import Site
from tests.browser.looking import faults

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]


class Student:
    """Somebody in front of a phone, at the public address of a school."""

    def __init__(self, person: Person, address: str) -> None:
        self.person, self.page, self.address = person, person.page, address

    def opens(self, step: str = "") -> None:
        """Open a page by its address."""
        self.person.goes_to(f"/w/{self.address}/time{step}")

    def goes_on(self) -> None:
        """Press the button that leads on, and wait for the next page."""
        with self.page.expect_navigation():
            self.page.locator("main form button.x-button-main").first.click()

    def presses(self, words: str) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.person.presses(words)

    def chooses_time(self, which: int) -> None:
        """Choose one of the free times."""
        self.page.locator("main input[name=slot]").nth(which).check()
        self.goes_on()

    def sends(self, fold: str, choice: int | None = None) -> None:
        """Press the button in a fold, after choosing a time there if it asks for one."""
        opened = self.person.opens(fold)
        if choice is not None:
            opened.locator("input[name=slot]").nth(choice).check()
        with self.page.expect_navigation():
            opened.locator("button").click()


@pytest.mark.parametrize(("language", "name"), [("zh_Hans_CN", "ana"), ("en", "rui")])
def test_a_time_is_booked_moved_and_called_off_without_script(
    site: Site, person: People, language: str, name: str
) -> None:
    address, card = address_of(site.world), printed(site.world)[name]
    one = Student(person(viewport=PHONE, has_touch=True, java_script_enabled=False, language=language), address)
    one.person.goes_to(f"/w/{address}")
    one.person.follows("Book a time")
    one.person.follows("I have a card or a code")
    one.page.locator("[name=code]").fill(card)
    one.goes_on()
    one.person.reads("When would you like to come?")
    one.chooses_time(3)
    one.presses("I do not want to answer")
    one.person.reads("Nothing is booked yet. You can change everything.")
    one.presses("Book this time")
    one.person.reads("Your time is booked")
    one.person.follows("Show my times")
    before = one.page.locator("main h2").first.inner_text()
    one.sends("Move to another time", 1)
    assert one.page.locator("main h2").first.inner_text() != before
    shown = one.person.opens("A pass to show your teacher").locator(".x-keep-digits").inner_text()
    one.sends("I cannot come")
    one.presses("Leave this page quickly")
    assert one.person.path == "/w/"
    one.opens("/pass")
    one.page.locator("[name=code]").fill(shown)
    one.goes_on()
    one.person.reads("Not valid. The time may have been moved or is over.")


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_without_a_card_a_name_is_enough_and_every_page_can_be_read(
    site: Site, person: People, language: str
) -> None:
    one = Student(person(viewport=PHONE, has_touch=True, language=language), address_of(site.world))
    found: list[str] = []

    def look(kind: str) -> None:
        found.extend(faults(one.page, kind))

    one.opens()
    look("start")
    one.presses("I have no card")
    one.page.locator("[name=name]").fill("周芷若")
    one.page.locator("[name=class_name]").fill("四(2)班")
    look("name")
    one.goes_on()
    look("when")
    one.chooses_time(5)
    look("about")
    one.page.locator("main input[name=about]").first.check()
    one.goes_on()
    one.person.reads("周芷若")
    look("check")
    one.goes_on()
    code = re.sub(r"\D", "", one.page.locator(".x-keep-digits").inner_text())
    look("code")
    one.page.locator("[name=last]").fill(code[-4:])
    one.goes_on()
    one.person.reads("Your time is asked for")
    look("done")
    one.presses("Close this page")
    one.opens("/in")
    one.page.locator("[name=code]").fill(code)
    one.goes_on()
    look("own")
    expect(one.page.locator("main h2")).to_have_count(1)
    one.person.misses("周芷若")
    one.sends("I cannot come")
    assert found == []
