"""A counsellor at a desk: from Today into a session that is written, ended and signed, with the next time booked."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from app.appointments import service
from app.appointments.service import Wish
from app.core import clock
from tests.browser.browsing import Person
from tests.browser.conftest import Site
from tests.browser.looking import TWO, faults
from tests.files import steps

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]

AGREED = "写睡眠日记，周五带来"
SAID = "她说同桌已经和好了。"


def comes_by(site: Site, student: str, counsellor: str) -> str:
    """Let somebody come by just now, in whose file Lin wrote what was agreed; return the path of the booking."""
    world = site.world
    file_id = steps.open_file(world, "lin", student)
    entry_id = steps.draft(world, "lin", file_id, {"concern": "x", "homework": AGREED, "effect_after": 4})
    with world.acting("lin") as by:
        steps.service.sign_entry(steps.entry(entry_id), revision=1, by=by)
    with world.acting(counsellor) as by:
        now = clock.now().replace(second=0, microsecond=0)
        wish = Wish(world.school, now, "walk_in", None, world.people[counsellor], world.students[student], minutes=30)
        return f"/appointments/{service.walk_in(wish, by=by).id}"


def times_in(card: Locator) -> int:
    """Return the how-manieth time a card says that it is."""
    return int(re.findall(r"(?:第|no\.) (\d+)", card.inner_text())[0])


@pytest.mark.parametrize(("language", "student", "counsellor"), [("zh_Hans_CN", "zoe", "lin"), ("en", "ivo", "bo")])
def test_from_today_to_a_signed_entry(
    site: Site, person: People, language: str, student: str, counsellor: str
) -> None:
    booking = comes_by(site, student, counsellor)
    lin = person(counsellor, language=language)
    card = lin.page.locator(".x-module-next")
    expect(card).to_contain_text(lin.says("Coming next"))
    expect(card).not_to_contain_text(AGREED)
    number = times_in(card)
    found = list(faults(lin.page, "today", TWO))
    lin.presses("Start the session")
    if counsellor == "bo":
        lin.writes("Why do you open it?", "Lin is ill today")
        found += faults(lin.page, "why", TWO)
        lin.presses("Start the session")
    lin.reads("Last time", AGREED)
    expect(lin.page.locator("time[data-since]")).to_be_visible()
    found += faults(lin.page, "session", TWO)

    field = lin.page.locator("[name=concern]")
    with lin.page.expect_response(lambda answer: answer.url.endswith("/draft")) as saved:
        field.fill(SAID)
        lin.page.locator("[name=effect_before]").focus()
    assert saved.value.ok
    lin.goes_to("/")
    expect(card).to_contain_text(lin.says("Your session goes on"))
    lin.follows("Go on with the session")
    expect(field).to_have_value(SAID)
    lin.page.locator("select[name=template]").select_option("soap")
    lin.presses("Use these headings")
    expect(field).to_have_value(SAID)
    lin.reads("S: what the student says")
    lin.page.locator("[name=effect_before]").fill("3")
    lin.page.locator("[name=effect_after]").fill("6")
    lin.presses("End the session")

    lin.reads("When do they come next?")
    found += faults(lin.page, "end", TWO)
    chosen = lin.page.locator("[name=slot]").nth(1)
    when = chosen.locator("xpath=ancestor::label").inner_text().split("–")[0]
    chosen.check()
    lin.presses("End the session")
    lin.reads("The session has ended, and the next time is booked.")
    expect(card.locator(".x-coming")).to_contain_text(when.strip()[-5:])
    # What other stories of the same minute signed for the student counts as well.
    assert times_in(card) > number

    lin.goes_to(booking)
    lin.reads("Came")
    lin.follows("To the record")
    lin.reads(SAID, "3 → 6")
    expect(lin.page.locator(".x-seal").first).to_have_text(lin.says("signed"))
    lin.goes_by("Appointments")
    for part in ("Day", "Week", "As a list"):
        lin.follows(part)
        found += faults(lin.page, part, TWO)
    assert "\n".join(found) == ""


def test_arrow_keys_turn_the_days_and_go_along_them(person: People) -> None:
    lin = person("lin")
    lin.goes_by("Appointments")
    shown = lin.page.locator("#f-day").input_value()
    lin.page.keyboard.press("ArrowRight")
    expect(lin.page.locator("#f-day")).not_to_have_value(shown)
    lin.page.keyboard.press("ArrowLeft")
    expect(lin.page.locator("#f-day")).to_have_value(shown)
    links = lin.page.locator("[data-arrows] a")
    links.first.focus()
    lin.page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    lin.page.keyboard.press("ArrowUp")
    expect(links.first).to_be_focused()
    lin.page.locator("#f-day").focus()
    lin.page.keyboard.press("ArrowRight")
    expect(lin.page.locator("#f-day")).to_be_focused()
