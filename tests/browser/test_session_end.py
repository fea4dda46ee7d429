"""Two minutes before a session ends the page says so; who lets it end signs in again on the same page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import update

from app.core import clock
from app.core.database import session
from app.identity.models import SignInSession
from tests.browser.browsing import Person
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]

IDLE = "20:00"
ALMOST = "18:01"


def sits_down(person: People, path: str) -> Person:
    """Let Hart, who does little else, open a page at a clock that the story moves."""
    hart = person("hart")
    hart.page.clock.install()
    hart.goes_to(path)
    return hart


def dialog(hart: Person) -> Locator:
    """Return the warning."""
    return hart.page.get_by_role("dialog", name=hart.says("Are you still there?"))


def leave_idle(site: Site) -> None:
    """Let Hart's sessions have been idle for longer than they live."""
    with site.world.database.transaction():
        session().execute(
            update(SignInSession)
            .where(SignInSession.account_id == site.world.people["hart"])
            .values(seen_at=clock.now() - timedelta(minutes=21))
        )


def test_the_warning_comes_two_minutes_before_and_staying_is_one_press(person: People) -> None:
    hart = sits_down(person, "/concerns/review")
    hart.page.clock.run_for("17:50")
    expect(dialog(hart)).to_be_hidden()
    hart.page.clock.run_for("00:11")
    expect(dialog(hart)).to_be_visible()
    expect(dialog(hart)).to_contain_text("1:5")
    with hart.page.expect_response("**/session") as kept:
        dialog(hart).get_by_role("button", name=hart.says("Stay signed in")).click()
    assert kept.value.json()["ends_in"] == 1200
    expect(dialog(hart)).to_be_hidden()
    hart.page.clock.run_for("17:00")
    expect(dialog(hart)).to_be_hidden()


def test_after_signing_in_again_the_same_page_stands_there(site: Site, person: People) -> None:
    hart = sits_down(person, "/concerns/review?after=")
    leave_idle(site)
    hart.page.clock.run_for(IDLE)
    expect(hart.page.get_by_label(hart.says("Password"))).to_be_visible()
    hart.signs_in("hart")
    assert hart.page.url.endswith("/concerns/review?after=")


def test_a_concern_half_written_is_there_after_signing_in_again(site: Site, person: People) -> None:
    hart = sits_down(person, f"/concerns/new/{site.world.students['ivo']}")
    words = hart.page.locator("[name=seen]")
    with hart.page.expect_response("**/draft"):
        words.press_sequentially("课间一个人。")
        hart.page.clock.run_for(10_000)
    hart.reads(hart.says("Saved %(time)s", time=""))
    leave_idle(site)
    hart.page.clock.run_for(IDLE)
    expect(hart.page.get_by_label(hart.says("Password"))).to_be_visible()
    hart.signs_in("hart")
    expect(words).to_have_value("课间一个人。")
    hart.reads("You began this before")
    hart.presses("Begin anew")
    hart.presses("Go on")
    hart.reads("The draft is gone. Nothing of it was kept.")
    expect(words).to_have_value("")


def test_who_goes_on_in_one_window_is_not_warned_in_the_other(person: People) -> None:
    hart = sits_down(person, "/concerns/review")
    hart.page.clock.run_for(ALMOST)
    expect(dialog(hart)).to_be_visible()
    hart.in_another_window("/classes")
    expect(dialog(hart)).to_be_hidden()


def test_who_is_writing_is_there(person: People) -> None:
    hart = sits_down(person, "/concerns/new")
    hart.page.clock.run_for("15:00")
    with hart.page.expect_response("**/session"):
        hart.page.locator("main [name=q]").press_sequentially("c")
    hart.page.clock.run_for("17:00")
    expect(dialog(hart)).to_be_hidden()


def test_without_an_answer_the_page_is_gone_and_not_behind_the_back_button(site: Site, person: People) -> None:
    hart = sits_down(person, "/concerns/review")
    leave_idle(site)
    hart.page.clock.run_for(IDLE)
    expect(hart.page.get_by_label(hart.says("Password"))).to_be_visible()
    hart.page.go_back()
    expect(hart.page.get_by_label(hart.says("Password"))).to_be_visible()
    hart.misses("Alert review")
