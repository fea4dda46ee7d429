"""Lin in front of the calendar: book, be told of a time that is taken, move, call off, note who came; and programs."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.appointments import service
from app.appointments.queries import get_appointment
from app.core import clock
from tests.appointments.telling import TUESDAY_MORNING, booked, claims, implied, noon, state_of, wish
from tests.world import World

pytestmark = pytest.mark.alike
BrowserOf = Callable[[str], FlaskClient]


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def slots_in(page: str) -> list[str]:
    return re.findall(r'name="slot"[^>]*value="([0-9a-f]{32}-\d+)"', page)


def test_lin_books_moves_and_notes_who_came(world: World, browser_of: BrowserOf) -> None:
    lin, bo, ana = browser_of("lin"), browser_of("bo"), world.students["ana"]
    week = text(lin, "/appointments")
    assert week.count("/appointments/new?slot=") == 4, "Tuesday to Friday at noon"
    chosen = re.search(r"/appointments/new\?slot=([0-9a-f-]+)", week)
    assert chosen is not None
    assert chosen[1] in text(lin, f"/appointments/new?slot={chosen[1]}")
    found = lin.post("/appointments/new", data={"q": "陈子涵", "slot": chosen[1]}).get_data(as_text=True)
    assert f"/appointments/new/{ana}?slot={chosen[1]}" in found
    assert f"/appointments/new/{ana}" in text(lin, f"/students/{ana}")
    form = text(lin, f"/appointments/new/{ana}?slot={chosen[1]}")
    assert slots_in(form)[0] == chosen[1] and "谁能看到" in form
    sent = {"slot": chosen[1], "kind": "individual", "about": "friends", "words": "和同桌的事"}
    answer = lin.post(f"/appointments/new/{ana}", data=sent)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    shown = text(lin, address)
    assert "陈子涵" in shown and "和同桌的事" in shown and "和同桌的事" in text(bo, address)
    week = text(bo, "/appointments")
    assert "陈*涵" in week and "陈子涵" not in week and "和同桌的事" not in week
    taken = bo.post(f"/appointments/new/{world.students['rui']}", data={**sent, "words": "留着这句话"})
    assert taken.status_code == 409
    page = taken.get_data(as_text=True)
    assert "留着这句话" in page and chosen[1] not in slots_in(page) and "已被占用" in page
    moved = lin.post(f"{address}/move", data={"slot": slots_in(shown)[0], "version": 1})
    assert moved.status_code == 303
    address = moved.headers["Location"]
    assert lin.post(address, data={"deed": "miss", "version": 1}).status_code == 409, "before it has begun"
    with clock.at(noon(14)):
        lin = browser_of("lin")
        assert lin.post(address, data={"deed": "attend", "version": 7}).status_code == 409
        assert lin.post(address, data={"deed": "attend", "version": 1}).status_code == 303
        assert "已到" in text(lin, "/appointments?view=day&day=2026-10-14")
    assert claims(world) == implied(world)
    looked = [row for row in world.events("appointment:viewed") if row.person_id == world.people["bo"]]
    assert len(looked) == 1


def test_who_came_by_is_booked_for_now_and_everything_wrong_is_said(world: World, browser_of: BrowserOf) -> None:
    lin, ana = browser_of("lin"), world.students["ana"]
    path = f"/appointments/new/{ana}"
    assert lin.post(path, data={"kind": "individual"}).status_code == 422, "no time"
    for wrong in ({"slot": "x"}, {"kind": "group"}, {"kind": "individual", "state": "attended"}):
        assert lin.post(path, data=wrong).status_code == 422
    yesterday = f"{world.school.hex}-{int(noon(12).timestamp())}"
    assert lin.post(path, data={"slot": yesterday}).status_code == 422
    answer = lin.post(path, data={"kind": "walk_in"})
    assert answer.status_code == 303 and "临时来访" in text(lin, answer.headers["Location"])
    again = lin.post(path, data={"kind": "crisis"})
    assert again.status_code == 409, "Ana is there already"
    assert "/appointments" in text(lin, "/appointments?view=list")
    assert text(lin, "/appointments?view=day&day=2026-10-17").count("/appointments/new?slot=") == 0
    assert text(lin, "/appointments?view=nonsense&day=then")


def test_forty_bookings_of_a_day_stand_on_one_page(world: World, browser_of: BrowserOf) -> None:
    with world.acting("lin") as lin:
        for number in range(40):
            start = TUESDAY_MORNING + timedelta(minutes=10 * number)
            service.walk_in(wish(world, kind="crisis", room_id=None, starts_at=start, minutes=5), by=lin)
    page = text(browser_of("bo"), "/appointments?view=day&day=2026-10-13")
    assert len(re.findall(r'href="/appointments/[0-9a-f-]{36}"', page)) == 40


def test_nobody_else_finds_a_calendar_and_who_is_excluded_sees_that_it_is_taken(
    world: World, browser_of: BrowserOf
) -> None:
    with world.acting("cruz") as cruz:
        said = {"words": "不想让林老师知道"}
        kept = service.ask_for(wish(world), reason=said, excluded=[world.people["lin"]], by=cruz)
        address, ana = f"/appointments/{kept.id}", world.students["ana"]
    lin = browser_of("lin")
    page = text(lin, "/appointments")
    assert "已占用" in page and address not in page and "陈*涵" not in page
    assert text(lin, address, 404) and text(browser_of("bo"), address)
    for name in ("cruz", "gao", "pia", "sam", "dee", "eve"):
        browser = browser_of(name)
        for path in ("/appointments", "/appointments/new", f"/appointments/new/{ana}", address):
            assert browser.get(path).status_code == 404, (name, path)
        assert browser.post(address, data={"deed": "cancel", "version": 1}).status_code == 404
    tan = browser_of("tan")
    assert "陈" not in text(tan, "/appointments") and tan.get(address).status_code == 404
    assert tan.get(f"/appointments/new/{ana}").status_code == 404
    assert lin.post(address, data={"deed": "confirm", "version": 1}).status_code == 404
    assert state_of(world, kept.id) == "requested"


def test_programs_do_the_same(world: World, browser_of: BrowserOf) -> None:
    lin, ana = browser_of("lin"), world.students["ana"]
    free = lin.get(f"/api/v1/students/{ana}/free").get_json()
    assert [slot["starts_at"] for slot in free[:2]] == [noon(13).isoformat(), noon(14).isoformat()]
    wanted = {"starts_at": free[0]["starts_at"], "room_id": free[0]["room_id"]}
    key = {"Idempotency-Key": str(uuid4())}
    made = lin.post(f"/api/v1/students/{ana}/appointments", json=wanted, headers=key)
    assert made.status_code == 201 and made.get_json()["state"] == "confirmed"
    again = lin.post(f"/api/v1/students/{ana}/appointments", json=wanted, headers=key)
    assert (again.status_code, again.headers["Location"]) == (303, made.headers["Location"])
    taken = lin.post(f"/api/v1/students/{world.students['rui']}/appointments", json=wanted)
    assert (taken.status_code, taken.get_json()["code"]) == (409, "SlotTaken")
    assert [slot["starts_at"] for slot in taken.get_json()["nearest"]] == [
        noon(day).isoformat() for day in (14, 15, 16)
    ]
    address = made.headers["Location"]
    moved = lin.post(f"{address}/move", json={"starts_at": noon(15).isoformat(), "version": 1})
    assert moved.status_code == 201
    done = lin.post(moved.headers["Location"], json={"deed": "cancel", "version": 1})
    assert (done.status_code, done.get_json()["state"], done.get_json()["deeds"]) == (200, "cancelled", [])
    booked(world, "bo", day=14, student="rui")
    calendar = lin.get("/api/v1/appointments?day=2026-10-12&view=week").get_json()
    assert [one["starts_at"] for one in calendar["bookings"]] == [noon(14).isoformat()]
    assert [one["starts_at"] for one in calendar["free"]] == [noon(day).isoformat() for day in (13, 15, 16)]
    with world.database.transaction(writes=False):
        assert get_appointment(uuid4()) is None
