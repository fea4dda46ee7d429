"""Sam and Lin keep the room: hours, roster, times away, its log; what is typed stays, and nobody else changes it."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from app.appointments.queries import get_room, hours_of, rooms_of, turns_of
from app.core import clock
from tests.appointments.telling import booked, noon, state_of
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def sent(client: FlaskClient, path: str, status: int = 303, **data: Any) -> str:
    answer = client.post(path, data=data)
    assert answer.status_code == status, (path, answer.get_data(as_text=True)[:400])
    return answer.get_data(as_text=True)


def kept(world: World, of: Callable[..., Any]) -> list[Any]:
    with world.database.transaction(writes=False):
        found = of(rooms_of(world.school))
        for one in found:
            str(one.id), str(one.first_on)
        return list(found)


def test_sam_gives_the_room_its_hours_and_its_roster(world: World, browser_of: BrowserOf) -> None:
    sam, lin, bo = browser_of("sam"), world.people["lin"], world.people["bo"]
    at = sam.get("/rooms").headers["Location"]
    assert at == f"/rooms/{world.school}"
    page = text(sam, at)
    assert page.count("12:00–12:40") == 5 and page.count(">12:00</time>") == 5, "five rules, and five days"
    # One of the hours with which every school begins is ended before anything was kept.
    monday = re.findall(rf"{at}/hours/([0-9a-f-]+)/end", page)[0]
    sent(sam, f"{at}/hours/{monday}/end")
    sent(sam, f"{at}/hours/{monday}/end")
    sent(sam, f"{at}/hours", weekday="2", period="8", minutes="20", first_on="2026-10-13")
    sent(sam, f"{at}/hours", weekday="0", start="09:00", end="10:00", first_on="2026-10-17", last_on="")
    sent(sam, f"{at}/turns", weekday="2", person_id=str(lin), substitute_id=str(bo), first_on="2026-10-13")
    page = text(sam, at)
    assert "09:00–10:00" in page and "12:00–12:40" in page and "第 8 节" in page
    sent(sam, f"{at}/blocks", whose=str(lin), cause="absent", first_on="2026-10-20")
    page = text(sam, f"{at}?day=2026-10-20")
    assert "代班" in page, "Bo stands in on the Tuesday on which Lin is away"
    turn = kept(world, turns_of)[0].id
    sent(sam, f"{at}/turns/{turn}/end")
    assert kept(world, turns_of) == []
    block = re.findall(r"/rooms/blocks/([0-9a-f-]+)/end", page)[0]
    sent(sam, f"/rooms/blocks/{block}/end")
    assert "/rooms/blocks/" not in text(sam, at)
    done = [row.action for row in world.events() if row.action.startswith("room:")]
    assert done.count("room:hours_added") == 2 and "room:turn_ended" in done and "room:unblocked" in done


@pytest.mark.alike
def test_what_is_wrong_is_said_beside_what_is_there_and_the_input_stays(world: World, browser_of: BrowserOf) -> None:
    lin, at = browser_of("lin"), f"/rooms/{world.school}"
    cruz, bo = str(world.people["cruz"]), str(world.people["bo"])
    hours = {"weekday": "3", "first_on": "2026-10-13"}
    for path, data, status in (
        ("hours", hours, 422), ("hours", hours | {"period": "9"}, 422), ("hours", hours | {"weekday": "8"}, 422),
        ("hours", hours | {"start": "13:00", "end": "12:30"}, 422), ("hours", hours | {"start": "noon"}, 422),
        ("hours", hours | {"period": "8", "minutes": "2"}, 422), ("hours", hours | {"first_on": "then"}, 422),
        ("turns", {"weekday": "2", "person_id": cruz, "first_on": "2026-10-13"}, 422),
        ("turns", {"weekday": "2", "person_id": bo, "substitute_id": bo, "first_on": "2026-10-13"}, 422),
        ("turns", {"weekday": "2", "person_id": bo, "first_on": "2026-10-13", "last_on": "2026-10-01"}, 422),
        ("blocks", {"whose": "everybody", "first_on": "2026-10-13"}, 422),
        ("blocks", {"whose": cruz, "first_on": "2026-10-13"}, 422),
        ("blocks", {"whose": "room", "first_on": "2026-10-13", "last_on": "2026-10-12"}, 422),
        ("another", {"name": "   "}, 422), ("another", {"name": "心灵屋"}, 409),
    ):
        page = sent(lin, f"{at}/{path}", status, **data)
        assert "12:00–12:40" in page and 'role="alert"' in page, (path, data)
    page = sent(lin, f"{at}/hours", 422, **hours, start="13:00", end="12:30")
    assert 'value="12:30"' in page and "<details class=\"x-rule\" open>" in page
    assert kept(world, turns_of) == [] and len(kept(world, hours_of)) == 5


def test_the_room_is_changed_by_one_at_a_time_and_a_second_room_has_hours_of_its_own(
    world: World, browser_of: BrowserOf
) -> None:
    sam, lin, at = browser_of("sam"), browser_of("lin"), f"/rooms/{world.school}"
    room = {"name": "心灵小屋", "open": "true", "places": "2", "minutes_before": "0", "minutes_after": "5"}
    sent(sam, at, **room, hours_wanted="7.5", version="1")
    page = sent(lin, at, 409, **room | {"name": "暖阳屋"}, hours_wanted="10", version="1")
    assert 'value="暖阳屋"' in page and "心灵小屋" in page and 'name="version" value="2"' in page
    sent(lin, at, 422, **room | {"places": "0"}, hours_wanted="10", version="2")
    assert sam.post(f"{at}/another", data={"name": "沙盘室"}).headers["Location"] != at
    with world.database.transaction(writes=False):
        first, second = rooms_of(world.school)
        assert (first.name, first.places, first.minutes_after, first.minutes_wanted) == ("心灵小屋", 2, 5, 450)
        assert second.name == "沙盘室" and hours_of([second]) == []
    page = text(sam, at)
    assert page.count(f"/rooms/{second.id}") == 1, "each room leads to the other"
    stays = booked(world)
    sent(lin, at, **{**room, "open": ""}, hours_wanted="7.5", version="2")
    assert "不接受新预约" in text(lin, at) and state_of(world, stays) == "confirmed"


@pytest.mark.alike
def test_one_button_opens_the_room_and_leadership_sees_how_long_it_was_open(
    world: World, browser_of: BrowserOf
) -> None:
    at = f"/rooms/{world.school}"
    with clock.at(noon(13)):
        lin, bo = browser_of("lin"), browser_of("bo")
        assert f'action="{at}/open"' in text(lin, "/")
        assert lin.post(f"{at}/open", data={"at": "today"}).headers["Location"] == "/"
        assert f'action="{at}/close"' in text(bo, at) and "辅导室已经开放" in text_after(bo, f"{at}/open")
    with clock.at(noon(13).replace(minute=45)):
        pia, bo = browser_of("pia"), browser_of("bo")
        assert bo.post(f"{at}/close", data={}).headers["Location"] == at
        page = text(pia, at)
        assert "0.8" in page and "准时" in page and f'action="{at}/close"' not in page
        assert f"{at}" in text(pia, "/") and 'action="/rooms' not in page
        sent(bo, f"{at}/open", 422, at="nowhere")


def text_after(client: FlaskClient, path: str) -> str:
    """Press a button and return the page to which it leads."""
    return client.post(path, data={}, follow_redirects=True).get_data(as_text=True)


def test_nobody_else_keeps_opens_or_sees_a_room(world: World, browser_of: BrowserOf) -> None:
    at, other = f"/rooms/{world.school}", f"/rooms/{world.organisations['other_school']}"
    hours = {"weekday": "2", "period": "8", "first_on": "2026-10-13"}
    turn = {"weekday": "2", "person_id": str(world.people["lin"]), "first_on": "2026-10-13"}
    block = {"whose": "room", "first_on": "2026-10-14"}
    deeds = {"/hours": hours, "/turns": turn, "/blocks": block, "/another": {"name": "沙盘室"}, "": {}}
    for name in ("cruz", "gao", "dee", "eve"):
        browser = browser_of(name)
        assert text(browser, "/rooms", 404) and text(browser, at, 404)
        for path, data in {**deeds, "/open": {}, "/close": {}}.items():
            sent(browser, at + path, 404, **data)
    pia, sam, tan = browser_of("pia"), browser_of("sam"), browser_of("tan")
    for path, data in {**deeds, "/open": {}}.items():
        sent(pia, at + path, 404, **data)
        sent(tan, at + path, 404, **data)
    sent(sam, f"{at}/open", 404)
    assert text(tan, at, 404) and text(sam, other, 404) and text(tan, other)
    # A row of one room within the address of another, and what is nowhere.
    monday = kept(world, hours_of)[0].id
    sent(tan, f"{other}/hours/{monday}/end", 404)
    sent(sam, f"{at}/hours/{uuid4()}/end", 404)
    sent(sam, f"{at}/turns/{uuid4()}/end", 404)
    sent(sam, f"/rooms/blocks/{uuid4()}/end", 404)
    assert len(kept(world, hours_of)) == 5 and [row for row in world.events() if row.action.startswith("room:")] == []


@pytest.mark.alike
def test_programs_do_the_same(world: World, browser_of: BrowserOf) -> None:
    sam, lin, at = browser_of("sam"), browser_of("lin"), f"/api/v1/rooms/{world.school}"
    assert [one["name"] for one in sam.get("/api/v1/rooms").get_json()] == ["心灵屋"]
    room = {"name": "心灵屋", "open": True, "places": 1, "minutes_before": 0, "minutes_after": 0, "minutes_wanted": 300}
    assert sam.put(at, json={**room, "version": 1}).get_json()["version"] == 2
    assert sam.put(at, json={**room, "version": 1}).status_code == 409
    hours = {"weekday": None, "start": "09:00", "end": "10:00", "minutes": 20, "first_on": "2026-10-14"}
    assert len(sam.post(f"{at}/hours", json=hours).get_json()["hours"]) == 6
    assert sam.post(f"{at}/hours", json=hours | {"period": "8"}).status_code == 422
    turn = {"weekday": 3, "person_id": str(world.people["bo"]), "first_on": "2026-10-13"}
    made = sam.post(f"{at}/turns", json=turn).get_json()["turns"][0]["id"]
    block = {"starts_at": "2026-10-15T12:00:00+08:00", "ends_at": "2026-10-15T13:00:00+08:00"}
    blocked = sam.post(f"{at}/blocks", json=block).get_json()
    assert (blocked["cause"], blocked["person_id"]) == ("closed", None)
    away = lin.post(f"{at}/blocks", json={**block, "person_id": str(world.people["lin"]), "cause": "busy"}).get_json()
    assert away["room_id"] is None and len(sam.get(at).get_json()["blocks"]) == 2
    assert sam.post(f"/api/v1/rooms/blocks/{away['id']}/end").status_code == 204
    assert sam.post(f"{at}/turns/{made}/end").get_json()["turns"] == []
    assert sam.post(f"{at}/open").status_code == 404
    assert lin.post(f"{at}/open").get_json()["opened_at"] is not None
    assert lin.post(f"{at}/open").get_json()["code"] == "OpenAlready"
    week = browser_of("pia").get(f"{at}?day=2026-10-13").get_json()
    assert week["days"][1]["opened_at"] is not None and week["minutes_wanted"] == 300
    assert lin.post(f"{at}/close").get_json()["opened_at"] is None
    assert lin.post(f"{at}/another", json={"name": "沙盘室"}).get_json()["hours"] == []
    monday = sam.get(at).get_json()["hours"][0]["id"]
    assert all(one["id"] != monday for one in sam.post(f"{at}/hours/{monday}/end").get_json()["hours"])
    assert browser_of("cruz").get(at).status_code == browser_of("tan").get(at).status_code == 404


@pytest.mark.alike
def test_the_rooms_with_which_a_school_begins_keep_their_ids(world: World) -> None:
    with world.database.transaction(writes=False):
        room = get_room(world.school)
        assert room is not None
        ids: list[UUID] = [one.id for one in hours_of([room])]
        assert ids == [one.id for one in hours_of([room])] and len(set(ids)) == 5
