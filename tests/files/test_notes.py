"""A process note is its author's alone: no colleague, no lead and no administrator holds a key to it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import vault
from app.core.database import session
from app.core.errors import Missing
from app.files import queries, service
from app.files.models import ProcessNote
from app.vault import NoKey
from tests.files import steps
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]


def test_lin_keeps_a_note_and_finds_it_again(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    lin.post(f"/files/{anas}/note", data={"text": "I was too quick today"})
    page = lin.post(f"/files/{anas}/note", data={"text": "I was too quick, again"}, follow_redirects=True)
    assert "I was too quick, again" in page.get_data(as_text=True)
    with world.acting("lin"):
        assert len(session().scalars(select(ProcessNote)).all()) == 1


def test_a_note_may_be_emptied(browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    lin.post(f"/files/{anas}/note", data={"text": "gone tomorrow"})
    page = lin.post(f"/files/{anas}/note", data={"text": ""}, follow_redirects=True).get_data(as_text=True)
    assert "gone tomorrow" not in page


def test_bo_finds_his_own_empty_note_in_the_same_file(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    browser_of("lin").post(f"/files/{anas}/note", data={"text": "my own thoughts"})
    steps.give_reason(world, "bo", anas)
    bo = browser_of("bo")
    assert "my own thoughts" not in bo.get(f"/files/{anas}/note").get_data(as_text=True)
    bo.post(f"/files/{anas}/note", data={"text": "his own thoughts"})
    assert "his own thoughts" not in browser_of("lin").get(f"/files/{anas}/note").get_data(as_text=True)


def test_nobody_but_the_author_holds_its_key(world: World, anas: UUID) -> None:
    with world.acting("lin") as lin:
        note_id = service.save_note(steps.file(anas), text="mine", by=lin).id
        assert vault.readers_of(note_id) == {world.people["lin"]}
    for who in set(world.people) - {"lin"}:
        with world.acting(who) as by, pytest.raises(NoKey):
            by.ring.open(note_id)


def test_the_room_that_takes_over_a_file_does_not_take_over_the_note(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    with world.acting("lin") as lin:
        service.save_note(steps.file(anas), text="my own thoughts", by=lin)
        service.hand_charge(steps.file(anas), to=world.people["bo"], by=lin)
    assert "my own thoughts" not in browser_of("bo").get(f"/files/{anas}/note").get_data(as_text=True)
    with world.acting("bo") as bo:
        assert queries.note_of(steps.file(anas), bo) is None


@pytest.mark.parametrize("who", ["bo", "tan", "cruz", "gao", "pia", "sam", "dee", "eve", "root"])
def test_who_does_not_read_the_file_keeps_no_note_of_it(world: World, anas: UUID, who: str) -> None:
    with world.acting(who) as by, pytest.raises(Missing):
        service.save_note(steps.file(anas), text="mine", by=by)
