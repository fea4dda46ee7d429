"""The overview: sections that several people write, none of whom overwrites another unaware."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.files import steps
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]


def test_what_was_written_is_there_again(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    page = lin.post(
        f"/files/{anas}/overview", data={"version": "1", "family": "lives with her grandmother"}, follow_redirects=True
    ).get_data(as_text=True)
    assert "lives with her grandmother" in page
    assert len(world.events("file:overview_changed")) == 1


def test_a_stale_change_keeps_what_was_typed_and_shows_what_was_saved(browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    lin.post(f"/files/{anas}/overview", data={"version": "1", "family": "her grandmother", "school": "the same"})
    stale = lin.post(f"/files/{anas}/overview", data={"version": "1", "family": "her aunt", "school": "the same"})
    page = stale.get_data(as_text=True)
    assert stale.status_code == 422
    for words in ("her grandmother", "her aunt"):
        assert page.count(words) == 1
    assert page.count("the same") == 1
    version = page.split('name="version" value="')[1].split('"')[0]
    again = lin.post(f"/files/{anas}/overview", data={"version": version, "family": "her aunt"}, follow_redirects=True)
    assert "her aunt" in again.get_data(as_text=True)


def test_bo_reads_it_with_a_reason_and_does_not_change_it(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    browser_of("lin").post(f"/files/{anas}/overview", data={"version": "1", "family": "her grandmother"})
    steps.give_reason(world, "bo", anas)
    bo = browser_of("bo")
    page = bo.get(f"/files/{anas}/overview").get_data(as_text=True)
    assert "her grandmother" in page
    assert "<textarea" not in page
    assert bo.post(f"/files/{anas}/overview", data={"version": "2", "family": "x"}).status_code == 404


@pytest.mark.parametrize("wrong", [
    {"family": "x" * 20_001}, {"income": "3000"}, {"in_charge_id": "1"}, {"version": "one"}, {"version": ""},
])
def test_what_has_no_place_there_is_refused(browser_of: BrowserOf, anas: UUID, wrong: dict[str, str]) -> None:
    lin = browser_of("lin")
    kept = {"version": "1", "strengths": "she draws"}
    answer = lin.post(f"/files/{anas}/overview", data=kept | wrong)
    assert answer.status_code == 422
    assert "she draws" in answer.get_data(as_text=True)
    assert "she draws" not in lin.get(f"/files/{anas}/overview").get_data(as_text=True)
