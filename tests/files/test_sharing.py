"""Handing over the charge, releasing entries to the next tier, and knowing who looked."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app import vault
from app.core import clock
from app.core.errors import Missing
from app.files import policy, service
from tests.files import steps
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]


def test_lin_hands_anas_file_to_bo(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin, bo = browser_of("lin"), browser_of("bo")
    assert "Bo" in lin.get(f"/files/{anas}/charge").get_data(as_text=True)
    assert lin.post(f"/files/{anas}/charge", data={"person": str(world.people["bo"])}).location == "/files"
    assert bo.get(f"/files/{anas}").status_code == 200
    assert lin.get(f"/files/{anas}").status_code == 404
    assert lin.get(f"/files/{anas}/reason").status_code == 200
    assert [event.subject_id for event in world.events("file:charge_handed")] == [anas]


@pytest.mark.parametrize("to", ["tan", "cruz", "pia", "dee", "root", "sam"])
def test_a_file_is_handed_to_colleagues_of_the_room_only(
    world: World, browser_of: BrowserOf, anas: UUID, to: str
) -> None:
    lin = browser_of("lin")
    assert lin.post(f"/files/{anas}/charge", data={"person": str(world.people[to])}).status_code == 422
    assert lin.get(f"/files/{anas}").status_code == 200
    with world.acting("lin") as by, pytest.raises(service.NotAColleague):
        service.hand_charge(steps.file(anas), to=world.people[to], by=by)


def test_only_who_is_in_charge_hands_it_over(world: World, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    for who in set(world.people) - {"lin"}:
        with world.acting(who) as by, pytest.raises(Missing):
            service.hand_charge(steps.file(anas), to=world.people["bo"], by=by)


def test_a_restricted_file_comes_with_its_key(world: World, browser_of: BrowserOf, ruis: UUID) -> None:
    browser_of("lin").post(f"/files/{ruis}/charge", data={"person": str(world.people["bo"])})
    assert browser_of("bo").get(f"/files/{ruis}").status_code == 200
    assert browser_of("lin").get(f"/files/{ruis}").status_code == 200  # she stays named


def test_when_lin_has_left_bo_takes_her_files_over(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    with world.database.transaction():
        world.end_posts("lin", clock.now().date() - timedelta(days=1))
    assert browser_of("lin").get(f"/files/{anas}").status_code == 404
    assert browser_of("bo").post(f"/files/{anas}/charge", data={"person": str(world.people["bo"])}).status_code == 303
    with world.acting("bo") as bo:
        assert steps.file(anas).in_charge_id == world.people["bo"]
        assert policy.EDIT.allows(bo, steps.file(anas))


def test_without_a_reason_he_takes_nothing_over(world: World, anas: UUID) -> None:
    with world.acting("bo") as bo:
        world.end_posts("lin", date(2021, 1, 1))
        with pytest.raises(Missing):
            service.hand_charge(steps.file(anas), to=world.people["bo"], by=bo)


def test_a_released_entry_is_read_at_the_centre_and_nothing_else(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    released, kept = (steps.signed(world, "lin", anas, words) for words in ("for the centre", "for the room"))
    centre = release(world, anas, released)
    dee = browser_of("dee")
    page = dee.get(f"/files/{anas}/entries/{released}").get_data(as_text=True)
    assert "for the centre" in page
    assert "陈子涵" not in page
    for door in (f"/files/{anas}/entries/{kept}", f"/files/{anas}", f"/files/{anas}/documents"):
        assert dee.get(door).status_code == 404
    with world.acting("lin") as lin:
        service.withdraw_release(steps.entry(released), holder=centre, by=lin)
    assert dee.get(f"/files/{anas}/entries/{released}").status_code == 404


def release(world: World, file_id: UUID, entry_id: UUID) -> vault.Holder:
    with world.acting("lin") as lin:
        group = vault.find_group(world.organisations["centre"], "centre")
        assert group is not None
        centre = vault.group(group.id)
        service.release(steps.entry(entry_id), to=centre, by=lin, basis="handed:over")
        return centre


def test_a_draft_is_never_released(world: World, anas: UUID) -> None:
    draft = steps.draft(world, "lin", anas, {"concern": "half"})
    with pytest.raises(Missing):
        release(world, anas, draft)


def test_who_viewed_names_everybody_who_opened_a_part(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas)
    release(world, anas, entry_id)
    steps.give_reason(world, "bo", anas)
    browser_of("bo").get(f"/files/{anas}/entries/{entry_id}")
    browser_of("dee").get(f"/files/{anas}/entries/{entry_id}")
    browser_of("bo").get(f"/files/{anas}/overview")
    page = browser_of("lin").get(f"/files/{anas}/viewers").get_data(as_text=True)
    assert page.count("阅读了一条辅导记录") == 2
    for name in ("Bo", "Dee"):
        assert f"<strong>{name}</strong>" in page


@pytest.mark.parametrize("who", ["tan", "cruz", "gao", "pia", "sam", "dee", "eve", "root"])
def test_who_viewed_is_for_who_is_in_charge(world: World, browser_of: BrowserOf, anas: UUID, who: str) -> None:
    steps.give_reason(world, "bo", anas)
    assert browser_of("bo").get(f"/files/{anas}/viewers").status_code == 404
    assert browser_of(who).get(f"/files/{anas}/viewers").status_code == 404


def test_a_redirect_shows_nothing_and_is_no_look(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    browser_of("lin").post(f"/files/{anas}/note", data={"text": "mine"})
    assert not world.events("note:viewed")


def test_paper_says_who_printed_what_when_and_which_copy(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas, "I cannot sleep before tests.")
    steps.add(world, "lin", entry_id, "and on Friday she slept")
    steps.draft(world, "lin", anas, {"concern": "half a sentence"})
    lin = browser_of("lin")
    for copy in ("1", "2"):
        page = lin.get(f"/files/{anas}/print").get_data(as_text=True)
        for words in ("青禾小学", "Lin", f"第 {copy} 份", "陈子涵", "I cannot sleep", "on Friday she slept"):
            assert words in page, words
        assert "half a sentence" not in page
    assert len(world.events("file:printed")) == 2


def test_paper_shows_the_part_that_was_chosen(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas, "I cannot sleep before tests.")
    steps.add(world, "lin", entry_id, "and on Friday she slept")
    lin = browser_of("lin")
    only = lin.get(f"/files/{anas}/print?part=additions").get_data(as_text=True)
    assert "on Friday she slept" in only
    assert "I cannot sleep" not in only
    assert lin.get(f"/files/{anas}?part=nonsense").status_code == 200


def test_printing_asks_again_who_it_is_and_is_for_who_is_in_charge(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    steps.give_reason(world, "bo", anas)
    assert browser_of("bo").get(f"/files/{anas}/print").status_code == 404
    lin = browser_of("lin")
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert lin.get(f"/files/{anas}/print").location.startswith("/confirm")
    assert not world.events("file:printed")
