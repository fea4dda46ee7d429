"""A restricted file does not exist for those who are not named: not by answer, not by cost, not by what it blocks."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import vault
from app.core.errors import Missing
from app.files import policy, queries, service
from app.vault import NoKey
from tests.answers import difference
from tests.files import steps
from tests.queries import counted
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
DOORS = (
    ("GET", "/files/{file}"), ("GET", "/files/{file}/reason"), ("POST", "/files/{file}/reason"),
    ("GET", "/files/{file}/overview"), ("POST", "/files/{file}/overview"), ("GET", "/files/{file}/note"),
    ("POST", "/files/{file}/note"), ("GET", "/files/{file}/documents"), ("POST", "/files/{file}/documents"),
    ("GET", "/files/{file}/viewers"), ("GET", "/files/{file}/print"), ("GET", "/files/{file}/restrict"),
    ("POST", "/files/{file}/restrict"), ("POST", "/files/{file}/charge"), ("POST", "/files/{file}/entries"),
    ("GET", "/files/{file}/entries/{entry}"), ("POST", "/files/{file}/entries/{entry}"),
    ("POST", "/files/{file}/entries/{entry}/draft"), ("POST", "/files/{file}/entries/{entry}/addenda"),
    ("POST", "/files/{file}/entries/{entry}/discard"),
    ("GET", "/api/v1/files/{file}"), ("PUT", "/api/v1/files/{file}/overview"),
    ("GET", "/api/v1/files/{file}/entries"), ("POST", "/api/v1/files/{file}/reasons"),
    ("GET", "/api/v1/files/{file}/entries/{entry}"), ("PUT", "/api/v1/files/{file}/entries/{entry}"),
)


@pytest.mark.parametrize(("method", "door"), DOORS)
def test_bo_cannot_tell_that_ruis_file_exists(
    world: World, app: Flask, browser_of: BrowserOf, ruis: UUID, method: str, door: str
) -> None:
    signed = steps.signed(world, "lin", ruis)
    bo = browser_of("bo")
    answers, asked = [], []
    for file_id, entry_id in ((ruis, signed), (ruis, uuid4()), (uuid4(), uuid4()), (uuid4(), signed)):
        address = door.format(file=file_id, entry=entry_id)
        with counted(app.database) as statements:
            answer = bo.open(address, method=method, base_url="https://localhost")
        assert answer.status_code == 404, address
        answers.append(answer)
        asked.append(len(statements))
    assert [difference(answers[0], answer) for answer in answers] == [""] * len(answers)
    assert len(set(asked)) == 1, asked


def test_the_trail_keeps_the_same_of_both_refusals(world: World, browser_of: BrowserOf, ruis: UUID) -> None:
    bo = browser_of("bo")
    for file_id in (ruis, uuid4()):
        bo.get(f"/files/{file_id}")
    first, second = world.events("access:refused")
    assert first.subject_id is None
    assert (first.organisation_id, first.action, first.subject_id) == (
        second.organisation_id, second.action, second.subject_id,
    )
    assert ruis.hex.encode() not in first.body


def test_ruis_file_is_in_no_list_of_bos(world: World, browser_of: BrowserOf, ruis: UUID) -> None:
    steps.open_file(world, "bo", "zoe")
    page = browser_of("bo").get("/files").get_data(as_text=True)
    assert "周芷若" in page
    assert "王瑞" not in page
    assert str(ruis) not in browser_of("bo").get("/api/v1/files").get_data(as_text=True)


def test_bo_opens_a_file_for_rui_as_if_there_were_none(world: World, browser_of: BrowserOf, ruis: UUID) -> None:
    """Were he told that there is one already, or refused, he would know."""
    bo = browser_of("bo")
    rui = f"/students/{world.students['rui']}"
    assert f'action="{rui}/file"' in bo.get(rui).get_data(as_text=True)
    page = bo.post(f"{rui}/file", follow_redirects=True)
    assert page.status_code == 200
    assert str(ruis) not in page.request.path
    assert str(ruis) not in page.get_data(as_text=True)
    assert "限定查阅" not in page.get_data(as_text=True).split('class="x-aside"')[0]


def test_lin_knows_of_both_files_and_is_led_from_one_to_the_other(
    world: World, browser_of: BrowserOf, ruis: UUID
) -> None:
    bos = steps.open_file(world, "bo", "rui")
    assert bos != ruis
    lin = browser_of("lin")
    assert f'href="/files/{bos}"' in lin.get(f"/files/{ruis}").get_data(as_text=True)
    opened = lin.post(f"/students/{world.students['rui']}/file")
    assert opened.location == f"/files/{ruis}"


def test_the_room_keeps_one_file_of_a_student(world: World, ruis: UUID) -> None:
    first = steps.open_file(world, "bo", "rui")
    assert steps.open_file(world, "bo", "rui") == first


def test_the_key_went_with_the_restriction(world: World, ruis: UUID) -> None:
    steps.signed(world, "lin", ruis)
    with world.acting("bo") as bo:
        entry = queries.entries_of(steps.file(ruis))[0]
        for object_id in (ruis, entry.id):
            with pytest.raises(NoKey):
                bo.ring.open(object_id)
        assert vault.readers_of(ruis) == {world.people["lin"]}


def test_a_reason_given_before_opens_nothing_afterwards(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    steps.restrict(world, "lin", anas, "lin")
    assert browser_of("bo").get(f"/files/{anas}").status_code == 404
    assert "陈子涵" not in browser_of("bo").get("/files").get_data(as_text=True)


def test_bos_own_draft_is_out_of_his_reach_too(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    entry_id = steps.draft(world, "bo", anas, {"concern": "half a sentence"})
    steps.restrict(world, "lin", anas, "lin")
    bo = browser_of("bo")
    assert bo.get(f"/files/{anas}/entries/{entry_id}").status_code == 404
    assert "陈子涵" not in bo.get("/files").get_data(as_text=True)


def test_named_colleagues_keep_reading_without_a_reason(world: World, browser_of: BrowserOf, ruis: UUID) -> None:
    steps.restrict(world, "lin", ruis, "bo")
    bo = browser_of("bo")
    assert bo.get(f"/files/{ruis}").status_code == 200
    assert "王瑞" in bo.get("/files").get_data(as_text=True)
    assert "王瑞" in browser_of("lin").get("/files").get_data(as_text=True)


def test_naming_others_takes_the_file_from_those_no_longer_named(world: World, ruis: UUID) -> None:
    steps.restrict(world, "lin", ruis, "bo")
    steps.restrict(world, "lin", ruis, "lin")
    with world.acting("bo") as bo:
        assert not policy.READ.allows(bo, steps.file(ruis))
        assert vault.readers_of(ruis) == {world.people["lin"]}


@pytest.mark.parametrize("who", ["tan", "cruz", "pia", "dee", "sam"])
def test_only_colleagues_of_the_room_can_be_named(world: World, browser_of: BrowserOf, anas: UUID, who: str) -> None:
    with world.acting("lin") as lin, pytest.raises(service.NotAColleague):
        service.restrict(steps.file(anas), to=[world.people[who]], by=lin)
    page = browser_of("lin").post(f"/files/{anas}/restrict", data={"people": str(world.people[who])})
    assert page.status_code == 422
    with world.acting("bo") as bo:
        assert bo.ring.reaches([anas])


def test_nobody_but_who_is_in_charge_restricts(world: World, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    for who in set(world.people) - {"lin"}:
        with world.acting(who) as by, pytest.raises(Missing):
            service.restrict(steps.file(anas), to=[world.people["bo"]], by=by)


def test_the_rooms_recovery_card_keeps_opening_it(world: World, anas: UUID) -> None:
    from app.vault import recovery_cards, taken_away

    code = bytes(range(32))
    with world.acting("lin") as lin:
        recovery_cards.make_card(world.school, code=code, by=lin.ring)
    steps.restrict(world, "lin", anas, "lin")
    with world.acting("bo") as bo:
        card = recovery_cards.find_card(code)
        assert card is not None
        recovery_cards.take_over_from_card(card, recovery_cards.card_pair(code), to=bo.ring)
        assert bo.ring.reaches([anas])
        taken_away()


def test_a_voided_card_opens_no_restricted_file(world: World, anas: UUID) -> None:
    from app.vault import recovery_cards, taken_away

    code = bytes(range(32))
    with world.acting("lin") as lin:
        recovery_cards.make_card(world.school, code=code, by=lin.ring)
    steps.restrict(world, "lin", anas, "lin")
    with world.acting("bo") as bo:
        recovery_cards.void_cards(world.school)
        card = recovery_cards.find_card(code)
        assert card is not None
        recovery_cards.take_over_from_card(card, recovery_cards.card_pair(code), to=bo.ring)
        assert not bo.ring.reaches([anas])
        taken_away()


def test_restricting_asks_again_who_it_is(world: World, app: Flask, browser_of: BrowserOf, anas: UUID) -> None:
    from datetime import timedelta

    from app.core import clock

    lin = browser_of("lin")
    with clock.at(clock.now() + timedelta(minutes=11)):
        asked = lin.post(f"/files/{anas}/restrict", data={"people": str(world.people["lin"])})
        assert asked.status_code in (303, 307)
        assert asked.location.startswith("/confirm")
    assert not world.events("file:restricted")
