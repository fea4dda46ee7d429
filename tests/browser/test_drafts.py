"""A session's record saves itself while it is written; nothing that was typed is lost or overtaken."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from app.core.database import session
from app.files import service
from app.files.models import FileEntry
from tests.browser.browsing import Person
from tests.browser.conftest import Site
from tests.files import steps

pytestmark = [pytest.mark.browser, pytest.mark.alike]
People = Callable[..., Person]

WORDS = "他说最近睡不着。"
MORE = "凌晨两点还醒着。"


@pytest.fixture
def draft(site: Site) -> Iterator[str]:
    """The path of a draft that Lin has begun, taken away afterwards."""
    file_id = steps.open_file(site.world, "lin", "rui")
    entry_id = steps.draft(site.world, "lin", file_id)
    yield f"/files/{file_id}/entries/{entry_id}"
    with site.world.acting("lin") as lin:
        entry = session().get(FileEntry, entry_id)
        if entry is not None and entry.state == "draft":
            service.discard_entry(entry, by=lin)


def at(lin: Person, draft: str) -> Person:
    """Let Lin open the draft at a clock that the story moves."""
    lin.page.clock.install()
    lin.goes_to(draft)
    return lin


def field(lin: Person, name: str = "concern") -> Locator:
    """Return one of the fields of the record."""
    return lin.page.locator(f"[name={name}]")


def test_leaving_a_field_saves_it_and_another_browser_shows_it(person: People, draft: str) -> None:
    lin = at(person("lin"), draft)
    with lin.page.expect_response(lambda answer: answer.url.endswith("/draft")) as saved:
        field(lin).fill(WORDS)
        field(lin, "observation").focus()
    told = saved.value.json()
    lin.reads(lin.says("Saved %(time)s", time=told["saved_at"]))
    elsewhere = person("lin")
    elsewhere.goes_to(draft)
    expect(field(elsewhere)).to_have_value(WORDS)


def test_ten_seconds_save_it_without_leaving_the_field(person: People, draft: str) -> None:
    lin = at(person("lin"), draft)
    field(lin).press_sequentially(WORDS)
    with lin.page.expect_response(lambda answer: answer.url.endswith("/draft")) as saved:
        lin.page.clock.run_for(10_000)
    assert saved.value.ok
    lin.page.reload()
    expect(field(lin)).to_have_value(WORDS)


def test_without_a_network_the_words_stay_and_are_saved_when_it_is_back(person: People, draft: str) -> None:
    lin = at(person("lin"), draft)
    lin.troubles.excuse("ERR_INTERNET_DISCONNECTED")
    field(lin).fill(WORDS)
    lin.context.set_offline(True)
    field(lin, "observation").focus()
    lin.reads("Not saved yet. Your words are still here; trying again.")
    expect(field(lin)).to_have_value(WORDS)
    lin.context.set_offline(False)
    with lin.page.expect_response(lambda answer: answer.url.endswith("/draft")) as saved:
        lin.page.clock.run_for(10_000)
    assert saved.value.ok
    lin.misses("Not saved yet. Your words are still here; trying again.")


def test_two_windows_do_not_overwrite_each_other(person: People, draft: str) -> None:
    lin = at(person("lin"), draft)
    lin.troubles.expected |= {409, 422}
    other = lin.in_another_window(draft)
    with other.page.expect_response(lambda answer: answer.url.endswith("/draft")):
        field(other).fill(WORDS)
        field(other, "observation").focus()
    field(lin).fill(MORE)
    field(lin, "observation").focus()
    lin.reads("Somebody changed this while you had it open. Your input is kept; compare and save again.")
    lin.presses("Save the draft")
    lin.reads("This was saved elsewhere meanwhile", WORDS)
    expect(field(lin)).to_have_value(MORE)
    lin.presses("Save the draft")
    lin.reads("The draft is saved.")
    expect(field(lin)).to_have_value(MORE)


def test_signing_waits_for_the_draft_that_is_on_its_way(person: People, draft: str) -> None:
    lin = person("lin")
    lin.goes_to(draft)
    held: list[Route] = []
    lin.page.route("**/draft", lambda route: held.append(route))
    with lin.page.expect_request("**/draft"):
        field(lin).fill(WORDS)
        field(lin, "observation").focus()
    field(lin, "observation").fill(MORE)
    lin.presses("Sign this entry")
    held[0].continue_()
    lin.reads("The entry is signed. From now on it stays as it is.", WORDS, MORE)
