"""A slip that was printed and lost is taken back; its code is then one that never was."""

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.access import PostKind as K
from app.core.database import session
from app.identity.models import Account, Invitation
from app.vault import codes
from app.vault.models import Membership
from tests.identity.browsing import give_password, may_work, signed_in, stranger
from tests.identity.newcomers import CHOSEN, joined, newcomer, slip_for
from tests.queries import counted
from tests.world import World, password_of

pytestmark = pytest.mark.alike


def slip_of(world: World, name: str) -> UUID:
    """Return the id of the newest slip that was printed for somebody."""
    with world.database.transaction(writes=False):
        return session().scalars(
            select(Invitation.id).where(Invitation.person_id == world.people[name]).order_by(Invitation.id.desc())
        ).first()


def state_of(world: World, name: str) -> str:
    slip = slip_of(world, name)
    with world.database.transaction(writes=False):
        return session().get_one(Invitation, slip).state


def withdraw(app: Flask, by: str, slip: UUID):
    return signed_in(app, by).post(f"/people/invitations/{slip}/withdraw")


def tried(app: Flask, code: str) -> list[tuple[int, str, int]]:
    """Return what both doors of joining say to a code, and how many questions they ask the database."""
    browser, said = stranger(app), []
    doors = (("/join", {"code": code}), ("/join/password", {"code": code, "password": CHOSEN, "again": CHOSEN}))
    for path, data in doors:
        with counted(app.extensions["database"]) as statements:
            answer = browser.post(path, data=data)
        page = re.sub(r'csrf_token" value="[^"]+"|csrf-token" content="[^"]+"|data-now="\d+"', "", answer.text)
        page = re.sub(r'name="_once" value="[^"]+"', "", page)
        said.append((answer.status_code, page.replace(code, "CODE"), len(statements)))
    return said


@pytest.mark.unlike
def test_sam_withdraws_a_lost_slip_and_its_finder_learns_nothing(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    code = slip_for(world, "yan", by="sam")
    sam = signed_in(app, "sam")
    page = sam.get("/people/invitations").text
    assert "Withdraw the slip" in page and f"/people/invitations/{slip_of(world, 'yan')}/withdraw" in page
    answer = sam.post(f"/people/invitations/{slip_of(world, 'yan')}/withdraw")
    assert answer.headers["Location"] == "/people/invitations"
    page = sam.get("/people/invitations").text
    assert "The slip is withdrawn" in page and "Withdraw the slip" not in page and "handed out" not in page
    assert tried(app, code) == tried(app, codes.new_code(codes.INVITATION_BITS))
    with world.database.transaction(writes=False):
        assert session().get(Account, world.people["yan"]) is None
        assert not session().scalars(select(Membership).where(Membership.holder_kind == "slip")).all()


def test_it_is_on_the_trail_in_words(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    slip_for(world, "yan", by="sam")
    withdraw(app, "sam", slip_of(world, "yan"))
    (event,) = world.events("invitation:withdrawn")
    assert (event.person_id, event.subject_id) == (world.people["sam"], world.people["yan"])
    assert app.extensions["event_words"]["invitation:withdrawn"] == "withdrew a slip"


def test_a_new_slip_can_be_printed_and_joins(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    slip_for(world, "yan", by="sam")
    withdraw(app, "sam", slip_of(world, "yan"))
    joined(app, slip_for(world, "yan", by="sam"))


def test_a_lost_slip_for_a_new_login_leaves_the_old_login_as_it_was(app: Flask, world: World) -> None:
    lin, code = signed_in(app, "lin"), slip_for(world, "lin", by="sam")
    assert "Withdraw the slip" in signed_in(app, "sam").get("/people/invitations").text
    withdraw(app, "sam", slip_of(world, "lin"))
    assert stranger(app).post("/join", data={"code": code}).status_code == 422
    assert may_work(lin) and give_password(stranger(app), "lin", password_of("lin")).status_code == 303


@pytest.mark.unlike
def test_pressed_twice_it_says_that_it_was_done(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    slip_for(world, "yan", by="sam")
    sam, path = signed_in(app, "sam"), f"/people/invitations/{slip_of(world, 'yan')}/withdraw"
    once = {"_once": uuid4().hex}
    assert [sam.post(path, data=once).status_code for _ in range(2)] == [303, 303]
    assert len(world.events("invitation:withdrawn")) == 1
    assert "it was withdrawn before" not in sam.get("/people/invitations").text
    sam.post(path, data={"_once": uuid4().hex})
    assert "it was withdrawn before" in sam.get("/people/invitations").text
    assert len(world.events("invitation:withdrawn")) == 1


@pytest.mark.unlike
def test_from_an_old_page_the_newer_slip_is_left_alone(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    slip_for(world, "yan", by="sam")
    old = slip_of(world, "yan")
    newer = slip_for(world, "yan", by="sam")
    sam = signed_in(app, "sam")
    sam.post(f"/people/invitations/{old}/withdraw")
    assert "replaced by a newer one" in sam.get("/people/invitations").text
    joined(app, newer)


def test_a_slip_that_somebody_used_is_not_withdrawn_and_sam_is_told_what_to_do(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    joined(app, slip_for(world, "yan", by="sam"))
    sam = signed_in(app, "sam")
    sam.post(f"/people/invitations/{slip_of(world, 'yan')}/withdraw")
    assert "close their account now" in sam.get("/people/invitations").text
    assert state_of(world, "yan") == "used" and not world.events("invitation:withdrawn")


@pytest.mark.parametrize("name", ["uma", "root", "lin", "pia", "gao", "cruz", "tan", "dee", "dora", "eve"])
def test_nobody_else_withdraws_a_slip_of_the_school(app: Flask, world: World, name: str) -> None:
    newcomer(world, "yan")
    slip_for(world, "yan", by="sam")
    browser = signed_in(app, name)
    for path in ("/people/invitations", "/api/v1/invitations"):
        there, missing = (browser.post(f"{path}/{one}/withdraw") for one in (slip_of(world, "yan"), uuid4()))
        assert there.status_code == missing.status_code == 404
    assert state_of(world, "yan") == "open" and not world.events("invitation:withdrawn")


def test_the_district_withdraws_those_it_printed_and_sam_does_not(app: Flask, world: World) -> None:
    newcomer(world, "yan", K.SCHOOL_ADMIN)
    slip_for(world, "yan", by="root")
    assert withdraw(app, "sam", slip_of(world, "yan")).status_code == 404
    assert withdraw(app, "root", slip_of(world, "yan")).status_code == 303
    assert state_of(world, "yan") == "void"


def test_a_stranger_is_asked_to_sign_in(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    slip_for(world, "yan", by="sam")
    answer = stranger(app).post(f"/people/invitations/{slip_of(world, 'yan')}/withdraw")
    assert answer.headers["Location"].startswith("/sign-in")
    assert state_of(world, "yan") == "open"


def test_a_program_withdraws_too(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    slip_for(world, "yan", by="sam")
    sam = signed_in(app, "sam")
    (yan,) = [one for one in sam.get("/api/v1/invitations").json if one["name"] == "Yan"]
    assert yan["invitation_id"] == str(slip_of(world, "yan"))
    path = f"/api/v1/invitations/{yan['invitation_id']}/withdraw"
    assert sam.post(path).status_code == 204
    again = sam.post(path)
    assert (again.status_code, again.json["code"]) == (409, "SlipOver")
    (yan,) = [one for one in sam.get("/api/v1/invitations").json if one["name"] == "Yan"]
    assert yan["invited_until"] is None and yan["invitation_id"] is None
    assert world.events("invitation:withdrawn")[-1].via == "api"


@pytest.mark.unlike
@pytest.mark.parametrize("first", ["withdraw", "join"])
def test_of_withdrawing_and_joining_one_counts(app: Flask, world: World, first: str) -> None:
    newcomer(world, "yan")
    code = slip_for(world, "yan", by="sam")
    slip, sam, yan = slip_of(world, "yan"), signed_in(app, "sam"), stranger(app)

    def join() -> int:
        data = {"code": code, "password": CHOSEN, "again": CHOSEN}
        return yan.post("/join/password", data=data).status_code

    if first == "withdraw":
        sam.post(f"/people/invitations/{slip}/withdraw")
        assert join() == 422 and state_of(world, "yan") == "void"
    else:
        assert join() == 303
        sam.post(f"/people/invitations/{slip}/withdraw")
        assert state_of(world, "yan") == "used"
        assert give_password(stranger(app), "yan", CHOSEN).status_code == 303
