"""Sam closes the account of somebody who leaves: at once, everywhere, and until a new slip."""

from datetime import date

import pytest
from flask import Flask

from app.access import PostKind
from app.core.database import session
from app.directory import service as directory
from app.identity import keys
from app.identity.models import Invitation
from tests.identity.browsing import may_work, signed_in, stranger
from tests.identity.newcomers import joined, slip_for
from tests.world import World


def close(browser: object, world: World, name: str) -> int:
    return browser.post(f"/people/{world.people[name]}/account/close").status_code  # type: ignore[attr-defined]


def test_closed_it_opens_nothing_in_any_process(app: Flask, world: World) -> None:
    sam, lin = signed_in(app, "sam"), signed_in(app, "lin")
    assert may_work(lin)
    page = sam.get(f"/people/{world.people['lin']}").get_data(as_text=True)
    assert f"/people/{world.people['lin']}/account/close" in page
    assert "Lin" in sam.get(f"/people/{world.people['lin']}/account/close").get_data(as_text=True)
    assert close(sam, world, "lin") == 303
    assert not may_work(lin)
    [event] = world.events("account:closed")
    assert (event.person_id, event.subject_id) == (world.people["sam"], world.people["lin"])
    with world.acting("bo") as bo:
        assert keys.waiting_for(bo) == [], "nobody waits behind a closed account"
    assert close(sam, world, "lin") == 404, "closed is closed"


def test_its_open_slips_are_void_and_a_new_one_opens_it_again(app: Flask, world: World) -> None:
    old = slip_for(world, "lin", by="sam")
    sam = signed_in(app, "sam")
    assert close(sam, world, "lin") == 303
    with world.database.transaction(writes=False):
        assert {row.state for row in session().query(Invitation).all()} == {"void"}
    assert stranger(app).post("/join", data={"code": old}).status_code == 422
    assert "account closed" in sam.get("/people/invitations").get_data(as_text=True)
    joined(app, slip_for(world, "lin", by="sam"))
    with world.acting("bo") as bo:
        assert {one.person_id for one in keys.waiting_for(bo)} == {world.people["lin"]}


@pytest.mark.parametrize(("name", "whose"), [
    ("sam", "sam"), ("root", "root"), ("sam", "tan"), ("sam", "root"), ("sam", "dee"), ("uma", "lin"), ("lin", "bo"),
    ("pia", "cruz"), ("dora", "dee"), ("eve", "lin"),
])
def test_who_may_not_close_it_sees_no_page(app: Flask, world: World, name: str, whose: str) -> None:
    browser = signed_in(app, name)
    assert browser.get(f"/people/{world.people[whose]}/account/close").status_code == 404
    assert close(browser, world, whose) == 404
    assert world.events("account:closed") == []


def test_who_works_at_two_schools_is_closed_by_neither_but_by_the_district(app: Flask, world: World) -> None:
    with world.database.transaction():
        directory.give_post(
            person_id=world.people["sol"], kind=PostKind.SUBJECT_TEACHER,
            organisation_id=world.organisations["other_school"], starts_on=date(2020, 9, 1), by=world.actor("uma"),
        )
    for name in ("sam", "uma"):
        assert close(signed_in(app, name), world, "sol") == 404
    assert close(signed_in(app, "root"), world, "sol") == 303


def test_who_has_left_is_closed_where_they_worked_last(app: Flask, world: World) -> None:
    with world.database.transaction():
        world.end_posts("cruz", date(2024, 7, 1))
    assert close(signed_in(app, "uma"), world, "cruz") == 404
    assert close(signed_in(app, "sam"), world, "cruz") == 303
