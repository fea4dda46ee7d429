"""A child with a phone and no account: writes, loses the connection, comes back, reads the answer, writes again."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Error, Route, expect
from sqlalchemy import select

from app.core.database import session
from app.entrance.queries import letterbox_of
from app.letterbox.models import Letter
from app.letterbox.service import answering, boxes
from tests.browser.browsing import PHONE, Person
from tests.browser.conftest import Site
from tests.browser.looking import ALL, faults
from tests.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]
LANGUAGES = pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])

TEXT = "食堂的菜能不能热一点"
GRAVE = "我不想活了"
ANSWER = "谢谢你写信来。明天中午我在心灵屋。"
AWAY = "https://www.baidu.com/"


class Child:
    """Somebody in front of a phone, at the letterbox of a school."""

    def __init__(self, person: Person, address: str) -> None:
        self.person, self.page, self.address = person, person.page, address

    def opens(self, page: str = "") -> None:
        self.person.goes_to(f"/w/{self.address}{page}")

    def goes_on(self) -> None:
        """Press the button that leads on, and wait for the next page."""
        with self.page.expect_navigation():
            self.page.locator("main form button.x-button-main").first.click()

    def picks(self, *values: str) -> None:
        for value in values:
            self.page.locator(f"main input[value={value}]").check()
        self.goes_on()

    def skips(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("button[name=skip]").click()

    def writes(self, text: str = TEXT) -> Iterator[str]:
        """Answer every question up to the last look; each page is open when its name is given."""
        self.opens()
        yield "start"
        self.goes_on()
        yield "to"
        self.picks("room")
        yield "letter"
        self.page.locator("textarea").fill(text)
        self.goes_on()
        yield "who"
        self.skips()
        yield "wish"
        self.picks("answer")
        yield "without"
        self.skips()
        yield "safe"
        self.picks("yes")
        yield "check"

    def code(self) -> str:
        """Read the code from the card."""
        return re.sub(r"\D", "", self.page.locator(".x-keep-digits").inner_text())

    def keeps(self, code: str) -> None:
        self.page.locator("[name=last]").fill(code[-4:])
        self.goes_on()

    def comes_back(self, code: str) -> None:
        self.opens("/back")
        self.page.locator("[name=code]").fill(code)
        self.goes_on()


@pytest.fixture
def address(site: Site) -> str:
    """The public address of the school's letterbox."""
    with site.world.acting("lin") as lin:
        return (letterbox_of(site.world.school) or boxes.set_up(site.world.school, by=lin)).address_code


@pytest.fixture
def child(person: People, address: str) -> Callable[..., Child]:
    """A child with a new phone: `child(language="en")`."""
    return lambda **given: Child(person(viewport=PHONE, has_touch=True, **given), address)


def newest(site: Site) -> UUID:
    with site.world.database.transaction(writes=False):
        return session().scalars(select(Letter.id).order_by(Letter.received_at.desc())).first()  # type: ignore[return-value]


def how_many(site: Site) -> int:
    with site.world.database.transaction(writes=False):
        return len(session().scalars(select(Letter.id)).all())


def answers(site: Site, letter_id: UUID) -> None:
    """Let Lin answer."""
    with site.world.acting("lin") as lin:
        letter = session().get_one(Letter, letter_id)
        answering.take_up(letter, by=lin)
        answering.answer(letter, words=ANSWER, revision=letter.revision, by=lin)


@LANGUAGES
def test_a_lost_connection_loses_neither_letter_nor_code(
    site: Site, child: Callable[..., Child], language: str
) -> None:
    before, one = how_many(site), child(language=language)
    assert list(one.writes())[-1] == "check"
    one.person.troubles.excuse("net::ERR")

    def arrives_and_is_not_heard_of(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    one.page.route("**/send", arrives_and_is_not_heard_of)
    with one.page.expect_event("requestfailed"):
        one.page.locator("main form button.x-button-main").click()
    one.page.close()
    one.page = one.person.page = one.person.context.new_page()
    one.opens()
    one.person.reads("A letter was sent from here, and its code was not kept yet")
    one.person.follows("Show my code")
    code = one.code()
    one.page.reload()
    assert one.code() == code
    one.keeps(code)
    one.person.reads("Your letter has arrived")
    one.person.misses(code)
    assert how_many(site) == before + 1
    answers(site, newest(site))
    at_home = child(language=language)
    at_home.comes_back(code)
    at_home.person.reads(TEXT, ANSWER, "really from the school", "new")
    at_home.page.locator("textarea").fill("谢谢老师")
    with at_home.page.expect_navigation():
        at_home.person.presses("Send this too")
    expect(at_home.page.locator(".x-said")).to_have_count(3)
    at_home.person.reads("谢谢老师", "not read yet")
    answers(site, newest(site))
    at_home.page.reload()
    expect(at_home.page.locator(".x-said")).to_have_count(4)


@LANGUAGES
def test_everything_can_be_done_without_script(site: Site, child: Callable[..., Child], language: str) -> None:
    one = child(language=language, java_script_enabled=False)
    assert list(one.writes())[-1] == "check"
    one.goes_on()
    code = one.code()
    words = one.page.locator(".x-words").inner_text()
    one.page.locator("[name=printed]").check()
    one.goes_on()
    one.person.reads("Your letter has arrived")
    with one.page.expect_navigation():
        one.person.presses("Close this page")
    assert one.person.path == "/w/"
    answers(site, newest(site))
    one.comes_back(words)
    one.person.reads(ANSWER)
    with one.page.expect_navigation():
        one.person.presses("Leave this page quickly")
    assert one.person.path == "/w/"
    one.person.troubles.expected.add(410)
    one.opens("/thread")
    one.person.misses(ANSWER)
    one.person.reads("This page has been closed")
    one.comes_back(code)
    one.person.reads(ANSWER)


@LANGUAGES
def test_nothing_serious_on_any_page_of_a_child(site: Site, child: Callable[..., Child], language: str) -> None:
    one = child(language=language)
    one.person.troubles.expected |= {404, 410, 422}
    found = [fault for kind in one.writes(GRAVE) for fault in looks(one, kind)]
    one.goes_on()
    code = one.code()
    found += looks(one, "code")
    one.opens()
    found += looks(one, "start with a code to keep")
    one.opens("/code")
    one.keeps("1")
    found += looks(one, "code refused")
    one.keeps(code)
    found += looks(one, "done")
    answers(site, newest(site))
    one.comes_back("1234")
    found += looks(one, "back refused")
    one.comes_back(code)
    found += looks(one, "thread")
    for page in ("/safe", "/back", "/check"):
        one.opens(page)
        found += looks(one, page)
    for path in ("/w/nowhere", "/w/"):
        one.person.goes_to(path)
        found += looks(one, path)
    assert "\n".join(found) == ""


_TOO_SMALL = """() => [...document.querySelectorAll("a, button, summary, label.x-choice")].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width && box.height < 43.9 && !one.closest(".x-skip, .x-summary, dialog") && !one.matches(".x-skip");
}).map(one => one.outerHTML.slice(0, 120))"""


def looks(one: Child, kind: str) -> list[str]:
    """Name what is wrong with the page, what a thumb cannot hit, and a title that tells something."""
    found = list(faults(one.page, kind, ALL))
    one.page.set_viewport_size(PHONE)
    found += [f"{kind} is too small: {html}" for html in one.page.evaluate(_TOO_SMALL)]
    if one.page.title() != one.person.says("Page"):
        found.append(f"{kind}: {one.page.title()}")
    if one.page.locator("h1").count() != 1:
        found.append(f"{kind}: {one.page.locator('h1').count()} headings of the first rank")
    return found


def test_a_card_with_the_code_alone_is_printed(child: Callable[..., Child]) -> None:
    one = child()
    list(one.writes())
    one.goes_on()
    one.page.emulate_media(media="print")
    expect(one.page.locator(".x-keep-card")).to_be_visible()
    for hidden in ("header", "footer", "[name=last]", ".x-head"):
        expect(one.page.locator(hidden).first).to_be_hidden()


def test_the_card_is_saved_as_a_picture(child: Callable[..., Child], tmp_path: Path) -> None:
    one = child()
    list(one.writes())
    one.goes_on()
    with one.page.expect_download() as saved:
        one.person.presses("Save as a picture")
    assert saved.value.suggested_filename == "card.png"
    saved.value.save_as(tmp_path / "card.png")
    content = (tmp_path / "card.png").read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) > 5_000


def test_leaving_quickly_ends_the_visit_and_back_shows_nothing(child: Callable[..., Child]) -> None:
    one = child()
    for name in one.writes():
        if name == "who":
            break
    elsewhere(one)
    with one.page.expect_request("**/leave"):
        one.person.presses("Leave this page quickly")
    one.page.wait_for_url(AWAY)
    one.person.troubles.expected.add(410)
    one.page.go_back()
    one.person.misses(TEXT)
    one.opens()
    one.person.misses("A letter was begun here and not sent.")


def test_three_times_shift_leaves_too(child: Callable[..., Child]) -> None:
    one = child()
    one.opens("/safe")
    elsewhere(one)
    for _time in range(3):
        one.page.keyboard.press("Shift")
    one.page.wait_for_url(AWAY)


def elsewhere(one: Child) -> None:
    """Let the page that one leaves to be there without a network, and no trouble."""
    one.person.troubles.elsewhere.add(AWAY)
    one.page.route(f"{AWAY}**", lambda route: route.fulfill(body="<title>-</title>", content_type="text/html"))


def test_what_is_half_written_is_kept_when_the_browser_is_closed_by_mistake(child: Callable[..., Child]) -> None:
    one = child()
    for name in one.writes():
        if name == "letter":
            break
    one.page.locator("textarea").fill(TEXT)
    with one.page.expect_response("**/keep"):
        one.page.locator("textarea").blur()
    expect(one.page.locator(".x-saved")).to_contain_text(":")
    one.page.close()
    one.page = one.person.page = one.person.context.new_page()
    one.opens()
    one.person.follows("Go on writing")
    expect(one.page.locator("textarea")).to_have_value(TEXT)


def test_the_page_warns_before_it_forgets_and_one_press_keeps_it(child: Callable[..., Child]) -> None:
    one = child()
    one.page.clock.install()
    for name in one.writes():
        if name == "wish":
            break
    dialog = one.page.get_by_role("dialog", name=one.person.says("Are you still there?"))
    one.page.clock.run_for("27:30")
    expect(dialog).to_be_hidden()
    one.page.clock.run_for("00:45")
    expect(dialog).to_be_visible()
    with one.page.expect_response("**/keep") as kept:
        dialog.get_by_role("button", name=one.person.says("I am still here")).click()
    assert kept.value.json()["ends_in"] > 1790
    expect(dialog).to_be_hidden()


@LANGUAGES
def test_the_safety_page_opens_when_nothing_answers_any_more(
    site: Site, chromium: Browser, address: str, language: str
) -> None:
    context = chromium.new_context(viewport=PHONE)
    with serving(site.installation, DEMO="1", LOG_LEVEL="WARNING", PASSWORD_MEMORY_KIB="19456") as served:
        one = Child(Person(context, served.address, language), address)
        one.opens("/safe")
        expect(one.page.locator("[data-when-kept]")).to_be_visible()
    one.person.troubles.excuse("net::ERR")
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        context.new_page().goto(f"{served.address}/w/{address}")
    answer = one.page.goto(f"{served.address}/w/{address}/safe")
    assert answer is not None and answer.from_service_worker
    one.person.reads("Help now", "Call somebody now")
    expect(one.page.locator("main a[href='tel:12356']")).to_be_visible()
    assert one.page.locator("main a.x-button").first.evaluate("one => getComputedStyle(one).minHeight") == "48px"
    context.close()
