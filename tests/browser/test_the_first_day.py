"""From an empty installation to a counselling room of two, in real browsers and as for real work.

Zhou sets the district up by the console's code; she invites the school's administrator, who invites two counsellors.
Each prints a recovery code and sets up a second step; the first founds the room and admits the second by six words.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.core import clock
from app.identity import setup
from app.vault import totp
from tests.browser.browsing import DESKTOP, PHONE, Person
from tests.browser.looking import faults
from tests.databases import Installation, Server
from tests.identity.browsing import STEP, secret_on
from tests.serving import Served, serving

pytestmark = pytest.mark.browser
PASSWORD = "three quiet herons by the reservoir, "
LOOKED_AT = "en"
Begin = Callable[..., Person]


@pytest.fixture
def served(
    server: Server, database_kind: str, migrated_template: Callable[[str], Installation], tmp_path: Path
) -> Iterator[tuple[Served, str]]:
    """A server on its first day, and the code that it printed."""
    installation = server.copy(migrated_template(database_kind), tmp_path / "first")
    database = installation.open()
    with database.transaction(writes=False):
        code = setup.set_up_code()
    database.dispose()
    with serving(installation, LOG_LEVEL="WARNING", PASSWORD_MEMORY_KIB="19456") as answering:
        yield answering, code
        assert answering.logged == ""
    server.drop(installation)


@pytest.fixture
def begin(chromium: Browser, served: tuple[Served, str]) -> Iterator[Begin]:
    """Somebody with a new browser."""
    people: list[Person] = []

    def start(language: str, screen: dict[str, int] = DESKTOP) -> Person:
        context = chromium.new_context(viewport=screen, timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
        people.append(Person(context, served[0].address, language))
        return people[-1]

    yield start
    for one in people:
        one.context.close()
    assert [trouble for one in people for trouble in one.troubles.found] == []


def looks_sound(who: Person) -> None:
    """Let axe look at the page, in one of the languages: what is wrong with it is wrong in the other too."""
    screen = who.page.viewport_size
    if who.language == LOOKED_AT and screen is not None:
        assert list(faults(who.page, who.path, [({**screen}, "light")])) == []


def confirms_the_recovery_code(who: Person) -> None:
    who.reads("Your recovery code")
    looks_sound(who)
    who.writes("The last group on your paper", who.page.locator(".x-big-code span").last.inner_text())
    who.presses("I have it on paper")


def sets_up_the_second_step(who: Person) -> bytes:
    who.reads("Scan this picture with the app")
    looks_sound(who)
    secret = secret_on(who.page.content())
    who.writes("Code", totp.code_at(secret, clock.now()))
    who.presses("Confirm the code")
    expect(who.page.locator(".x-codes li")).to_have_count(10)
    looks_sound(who)
    who.follows("I keep them, go on")
    who.reads_heading()
    return secret


def adds(who: Person, number: str, name: str, post: str, place: str | None = None) -> None:
    who.goes_to("/people/new")
    who.writes("Staff number", number)
    who.writes("Full name", name)
    who.page.locator("[name=kind]").select_option(post)
    if place:
        who.page.locator("[name=organisation]").select_option(label=place)
    who.presses("Add them with this post")
    who.reads(name)


def prints_slips(who: Person) -> dict[str, str]:
    """Print a slip for everybody without one, and return the codes by name."""
    who.goes_to("/people/invitations")
    looks_sound(who)
    who.presses("Make the slips and print them")
    expect(who.page.locator(".x-slip").first).to_be_visible()
    looks_sound(who)
    return {
        slip.locator("h2").inner_text().split()[0]: "-".join(slip.locator(".x-slip-code span").all_inner_texts())
        for slip in who.page.locator(".x-slip").all()
    }


def joins(who: Person, code: str, name: str) -> None:
    """Open the address of the picture: the code stands behind the #, and leaves the address at once."""
    who.goes_to(f"/join#{code}")
    expect(who.page.get_by_label(who.says("Code on the slip"))).to_have_value(code)
    assert "#" not in who.page.url
    looks_sound(who)
    who.presses("Go on")
    who.reads(name)
    looks_sound(who)
    for label in ("Password", "Password once more"):
        who.page.get_by_label(who.says(label), exact=True).fill(PASSWORD + name)
    who.presses("Open my account")
    confirms_the_recovery_code(who)


def words_of(who: Person) -> list[str]:
    return who.page.locator(".x-words").first.locator("span").all_inner_texts()


def test_the_first_day(served: tuple[Served, str], begin: Begin) -> None:
    the_first_day(served, begin, "zh_Hans_CN")


@pytest.mark.alike
def test_the_first_day_in_english_looks_sound(served: tuple[Served, str], begin: Begin) -> None:
    the_first_day(served, begin, "en")


def the_first_day(served: tuple[Served, str], begin: Begin, language: str) -> None:
    """Go from the console's code to two counsellors who hold the room's key."""
    zhou = begin(language)
    zhou.goes_to("/")
    assert zhou.path == "/set-up"
    looks_sound(zhou)
    asked = {"Set-up code": served[1], "Name of the district": "临江区", "Your name": "周区"}
    for label, text in (asked | {"Your staff number": "A001"}).items():
        zhou.writes(label, text)
    for label in ("Password", "Password once more"):
        zhou.page.get_by_label(zhou.says(label), exact=True).fill(PASSWORD + "周区")
    zhou.presses("Make the district")
    confirms_the_recovery_code(zhou)
    sets_up_the_second_step(zhou)

    zhou.goes_to("/schools")
    zhou.page.locator("[name=kind]").select_option("school")
    zhou.page.locator("main [name=name]").fill("新城小学")
    zhou.presses("Add it")
    adds(zhou, "B001", "沈管", "school_admin", "新城小学")

    shen = begin(language)
    joins(shen, prints_slips(zhou)["沈管"], "沈管")
    sets_up_the_second_step(shen)
    adds(shen, "C001", "林晓", "counsellor")
    adds(shen, "C002", "薄言", "counsellor")
    slips = prints_slips(shen)

    lin, bo = begin(language, PHONE), begin(language, PHONE)
    joins(lin, slips["林晓"], "林晓")
    secret = sets_up_the_second_step(lin)
    joins(bo, slips["薄言"], "薄言")
    sets_up_the_second_step(bo)

    lin.goes_by("Keys and admissions")
    bo.goes_to("/account")
    assert words_of(lin) == words_of(bo) and len(words_of(bo)) == 6
    looks_sound(bo)
    lin.presses("The words agree, admit")
    lin.reads("Your colleague is admitted.", "Nobody waits.")
    looks_sound(lin)
    bo.goes_by("Keys and admissions")
    bo.reads("Counselling room")

    lin.signs_out()
    lin.writes("Staff number", "c001")
    lin.writes("Password", PASSWORD + "林晓")
    lin.presses("Sign in")
    lin.reads("Second step")
    looks_sound(lin)
    # The code of the enrolment counts no more; the next one counts already.
    lin.writes("Code", totp.code_at(secret, clock.now() + STEP))
    lin.presses("Sign in")
    expect(lin.page.locator(".x-menu")).to_be_visible()
