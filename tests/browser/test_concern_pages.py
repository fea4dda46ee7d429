"""A concern's pages are quick: the act that is due stands in the first screen, and readers are named as one types."""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Locator, expect

from app.escalation import service
from tests.browser.activity import SEEN
from tests.browser.browsing import PHONE, Person
from tests.browser.conftest import Site
from tests.escalation.telling import EVERYDAY, IN_DANGER, LOW_MOOD, Story

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]


def opens(someone: Person, story: Story) -> None:
    """Open the page of a story's concern."""
    someone.goes_to(f"/concerns/{story.id}")


def in_the_first_screen(someone: Person, act: Locator) -> bool:
    """Say whether something stands in the first screen, whole, before anybody scrolls."""
    box, screen = act.bounding_box(), someone.page.viewport_size
    assert box is not None and screen is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= screen["height"]


def raised(site: Site, name: str = "cruz", *, about: str = "ana", **answers: object) -> Story:
    """Let somebody raise a concern with a long account."""
    return Story(site.world).raised(name, {**LOW_MOOD, **answers, "seen": SEEN * 4, "done": SEEN}, about=about)


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_head_of_grade_confirms_and_passes_on_without_scrolling(
    site: Site, person: People, language: str
) -> None:
    story = raised(site)
    gao = person("gao", language=language)
    opens(gao, story)
    confirm = gao.page.get_by_role("button", name=gao.says("Confirm that I have it"))
    assert in_the_first_screen(gao, confirm)
    confirm.click()
    gao.reads("Confirmed. The reporter is told.")
    passing = gao.page.locator("#deed-pass_on").get_by_role("button")
    assert in_the_first_screen(gao, passing)


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_counsellor_accepts_and_assesses_without_scrolling(site: Site, person: People, language: str) -> None:
    story = raised(site, **{key: IN_DANGER[key] for key in ("safe_now", "families", "plan", "means")})
    lin = person("lin", language=language)
    opens(lin, story)
    accept = lin.page.get_by_role("button", name=lin.says("Accept and open the file"))
    assert in_the_first_screen(lin, accept)
    accept.click()
    lin.reads("You have accepted this concern; the file is open.")
    assert in_the_first_screen(lin, lin.page.locator("#deed-assess").get_by_role("button"))


def test_on_a_phone_the_act_that_is_due_stands_in_the_first_screen_too(site: Site, person: People) -> None:
    story = raised(site)
    gao = person("gao", viewport=PHONE)
    opens(gao, story)
    assert in_the_first_screen(gao, gao.page.get_by_role("button", name=gao.says("Confirm that I have it")))


def test_a_question_stands_open_for_its_answer(site: Site, person: People) -> None:
    story = raised(site)
    story.does("gao", service.ask, question="家里知道吗？")
    cruz = person("cruz")
    opens(cruz, story)
    assert in_the_first_screen(cruz, cruz.page.locator("#deed-answer textarea"))


def test_from_the_list_every_deed_is_one_step_away(site: Site, person: People) -> None:
    story = raised(site)
    gao = person("gao")
    gao.goes_by("Alert review")
    card = gao.page.locator(".x-card", has=gao.page.locator(f"a[href='/concerns/{story.id}']"))
    card.get_by_role("link", name=gao.says("Ask the reporter")).click()
    expect(gao.page.locator("#deed-ask textarea")).to_be_visible()
    expect(gao.page.locator("#deed-pass_on textarea")).to_be_hidden()


def test_what_is_missing_is_said_where_it_is_missing_and_nothing_typed_is_lost(site: Site, person: People) -> None:
    story = raised(site, about="zoe", name="moss")
    story.does("gao", service.pass_on)
    story.does("lin", service.accept)
    lin = person("lin")
    lin.troubles.expected.add(422)
    opens(lin, story)
    assess = lin.opens("Assess the level")
    lin.writes("Why this level?", "睡眠差两周", within=assess)
    assess.get_by_role("button").click()
    expect(assess.get_by_role("alert")).to_be_focused()
    expect(assess.get_by_label(lin.says("Why this level?"))).to_have_value("睡眠差两周")
    assess.get_by_role("alert").get_by_role("link").click()
    expect(assess.get_by_label(lin.says("Red: immediate danger"))).to_be_focused()


def test_the_readers_are_named_again_at_every_answer_and_no_word_leaves_the_form(site: Site, person: People) -> None:
    cruz = person("cruz")
    cruz.goes_to(f"/concerns/new/{site.world.students['ana']}")
    readers = cruz.page.locator("#readers")
    expect(readers).to_contain_text("Gao")
    cruz.writes("What did you see or hear?", SEEN)
    part = cruz.opens("Is somebody here part of it?")
    with cruz.page.expect_request("**/readers") as asked:
        part.get_by_label("Gao").check()
    expect(readers).not_to_contain_text("Gao")
    expect(readers).to_contain_text("Lin")
    cruz.reads("Whom you named as part of it is left out: they get neither key nor notice.")
    sent = parse_qs(asked.value.post_data or "")
    assert sent["excluded"] == [str(site.world.people["gao"])]
    assert "seen" not in sent and "_once" not in sent
    expect(cruz.page.locator("[name=seen]")).to_have_value(SEEN)
    part.get_by_label("Gao").uncheck()
    expect(readers).to_contain_text("Gao")


def test_without_script_who_is_named_is_left_out_all_the_same(site: Site, person: People) -> None:
    cruz = person("cruz", java_script_enabled=False)
    cruz.goes_to(f"/concerns/new/{site.world.students['rui']}")
    fill_in(cruz)
    cruz.opens("Is somebody here part of it?").get_by_label("Gao").check()
    cruz.presses("Send this concern")
    cruz.reads("Your concern is on its way", "Lin")
    cruz.misses("Gao")


def test_a_concern_takes_a_teacher_seven_taps_and_one_sentence_on_the_phone(site: Site, person: People) -> None:
    """Navigation, student, four answers and sending; the rest is optional and folded away."""
    cruz = person("cruz", viewport=PHONE, has_touch=True)
    cruz.goes_by("Raise a concern")
    cruz.follows("陈子涵")
    fill_in(cruz)
    assert cruz.page.evaluate("document.documentElement.scrollHeight") < 2.5 * PHONE["height"]
    cruz.presses("Send this concern")
    cruz.reads("Your concern is on its way", "Gao")


def fill_in(cruz: Person) -> None:
    """Give the four answers and the sentence without which a concern is none."""
    cruz.chooses("Is the student safe right now?", "Yes")
    cruz.writes("What did you see or hear?", EVERYDAY["seen"])
    cruz.chooses("What is it about?", "Getting on with others")
    cruz.chooses("For how long?", "A few days")
    cruz.chooses("How soon is help needed?", "Today")
