"""A talk offered in a letter: its writer chooses a time and stays unknown, and its readers alone know what for."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments.errors import SlotTaken
from app.appointments.models import Appointment
from app.appointments.service.reasons import read_reason
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Stale
from app.entrance.models import Letterbox
from app.letterbox.service import breaking, talks
from tests.appointments.telling import TUESDAY_MORNING, booked, claims, implied, noon
from tests.letterbox.conftest import GRAVE, Post, Posted, come_back, letter_of
from tests.letterbox.test_child_pages import Child, answered, letters
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with clock.at(TUESDAY_MORNING):
        yield


def offered(world: World, posted: Posted, name: str = "lin") -> None:
    with world.acting(name) as by:
        letter = letter_of(posted)
        talks.offer_talk(letter, revision=letter.revision, by=by)


def chosen(world: World, posted: Posted, day: int = 13) -> UUID:
    with world.database.transaction():
        return talks.choose(come_back(world, posted), room_id=world.school, starts_at=noon(day)).id


def test_a_time_is_chosen_once_and_can_be_called_off_and_chosen_anew(world: World, post: Post) -> None:
    posted = post()
    with pytest.raises(talks.NothingOffered):
        chosen(world, posted)
    offered(world, posted)
    with pytest.raises(talks.OfferedAlready):
        offered(world, posted)
    first = chosen(world, posted)
    for again in (lambda: chosen(world, posted, 14), lambda: offered(world, posted)):
        with pytest.raises((talks.NothingOffered, talks.OfferedAlready)):
            again()
    with pytest.raises(Stale), world.database.transaction():
        talks.call_off(come_back(world, posted), revision=9)
    with world.database.transaction():
        talks.call_off(come_back(world, posted), revision=1)
    assert chosen(world, posted, 14) != first
    assert claims(world) == implied(world)
    with world.database.transaction(writes=False):
        assert session().get_one(Appointment, first).student_id is None


def test_who_must_not_learn_of_the_letter_is_not_whom_they_meet_nor_told_what_the_time_is_for(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    posted = post(excluded=[world.people["lin"]])
    offered(world, posted, "bo")
    with world.database.transaction(writes=False):
        assert {one.counsellors for one in talks.free_times(letter_of(posted))} == {(world.people["bo"],)}
    booking_id = chosen(world, posted)
    with world.acting("bo") as bo:
        booking = session().get_one(Appointment, booking_id)
        assert booking.counsellor_id == world.people["bo"]
        assert read_reason(booking, by=bo)["about"] == "letter"
    with world.acting("lin") as lin, pytest.raises(Missing):
        read_reason(session().get_one(Appointment, booking_id), by=lin)
    assert browser_of("lin").get(f"/appointments/{booking_id}").status_code == 404
    assert "在来信中约定" in browser_of("bo").get(f"/appointments/{booking_id}").get_data(as_text=True)


@pytest.mark.alike
def test_who_opened_the_letter_in_an_emergency_learns_of_no_talk(world: World, post: Post) -> None:
    posted = post(GRAVE)
    with world.acting("dee") as dee:
        breaking.open_letter(letter_of(posted), basis="SELF_HARM", reason="nobody answers at the school", by=dee)
    offered(world, posted)
    booking_id = chosen(world, posted)
    with world.acting("lin") as lin:
        booking = session().get_one(Appointment, booking_id)
        assert read_reason(booking, by=lin)["about"] == "letter"
        reason_id = booking.reason_id
    with world.acting("dee") as dee:
        assert reason_id is not None and not dee.ring.reaches([reason_id])


@pytest.mark.alike
def test_only_the_room_offers_one_and_a_taken_time_is_refused(world: World, post: Post) -> None:
    posted, to_principal = post(), post(box="leadership")
    for name in ("pia", "cruz", "gao", "tan", "dee", "sam", "eve"):
        with pytest.raises(Missing):
            offered(world, posted, name)
    for name in ("lin", "pia"):
        with pytest.raises(Missing):
            offered(world, to_principal, name)
    offered(world, posted)
    booked(world, day=14)
    with pytest.raises(SlotTaken):
        chosen(world, posted, 14)


@pytest.mark.alike
def test_no_row_names_letter_and_booking_in_the_open(world: World, post: Post) -> None:
    posted = post()
    offered(world, posted)
    booking_id = chosen(world, posted)
    with world.database.transaction(writes=False):
        for table in (Appointment.__table__, letter_of(posted).__table__):
            for row in session().execute(select(table)):
                assert not (posted.id in list(row) and booking_id in list(row))
                assert not any(isinstance(value, bytes) and booking_id.hex.encode() in value for value in row)


@pytest.mark.alike
def test_on_the_phone_and_at_lins_desk(world: World, app: Flask, letterbox: UUID, browser_of: BrowserOf) -> None:
    with world.database.transaction(writes=False):
        child = Child(app, session().get_one(Letterbox, letterbox).address_code)
    code = child.writes(wish={"wish": "talk"})
    child.sends("/code", last=code[-4:])
    (letter,) = letters(world)
    answered(world, letter.id)
    lin = browser_of("lin")
    page = lin.get(f"/letters/{letter.id}").get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert "提出面谈" in page and version is not None
    assert lin.post(f"/letters/{letter.id}/talk", data={"version": version[1]}).status_code == 303
    assert "对方还没有选时间" in lin.get(f"/letters/{letter.id}").get_data(as_text=True)
    assert child.comes_back(code).status_code == 303
    page = child.text("/thread")
    slots = re.findall(r'name="slot"[^>]*value="([0-9a-f]{32}-\d+)"', page)
    assert slots and "不用说出名字" not in page
    assert child.sends("/thread/time", slot="x").status_code == 422
    assert child.sends("/thread/time", slot=slots[0]).status_code == 303
    again = child.sends("/thread/time", slot=slots[1])
    assert again.status_code == 409, "one at a time"
    page = child.text("/thread")
    assert "不用说出名字" in page and 'name="slot"' not in page
    page = lin.get(f"/letters/{letter.id}").get_data(as_text=True)
    address = re.search(r'href="(/appointments/[0-9a-f-]+)"', page)
    assert address is not None and lin.get(address[1]).status_code == 200
    with clock.at(noon(13) + timedelta(minutes=1)):
        over: Any = browser_of("lin").post(address[1], data={"deed": "attend", "version": "1"})
        assert over.status_code == 303
    assert child.sends("/thread/time/off", version="1").status_code == 409, "it is over"
    stranger = Child(app, child.address).sends("/thread/time", slot=slots[0])
    assert stranger.status_code != 303 and slots[0] not in stranger.get_data(as_text=True)
    assert claims(world) == implied(world)
