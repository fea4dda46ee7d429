"""Lin keeps the waiting list in the browser, Cruz asks for it when no time suits, and programs do the same."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments import service
from app.appointments.errors import SlotTaken
from app.appointments.models import Appointment
from app.appointments.queries import get_room
from app.core import clock
from app.core.database import session
from tests.appointments.telling import TUESDAY_MORNING, booked, claims, implied, noon, state_of
from tests.appointments.test_pages import slots_in, text
from tests.appointments.test_waiting import held, offers
from tests.world import World

pytestmark = pytest.mark.alike
BrowserOf = Callable[[str], FlaskClient]
WHY = "想找人说说转学的事"


def put_on_the_list(client: FlaskClient, student: UUID, **changes: object) -> str:
    """Put a student on the list and return the address of the entry."""
    given = {"kind": "individual", "urgency": "2", "about": "friends", "words": WHY, **changes}
    answer = client.post(f"/appointments/waiting/new/{student}", data=given)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def test_lin_puts_ana_on_the_list_a_time_is_held_and_ana_takes_it(world: World, browser_of: BrowserOf) -> None:
    lin, ana = browser_of("lin"), world.students["ana"]
    assert "目前没有候补学生" in text(lin, "/appointments/waiting")
    found = lin.post("/appointments/new", data={"q": "陈子涵", "wait": "yes"}).get_data(as_text=True)
    for page in (found, text(lin, f"/students/{ana}"), text(lin, f"/appointments/new/{ana}")):
        assert f"/appointments/waiting/new/{ana}" in page
    assert "谁能看到" in text(lin, f"/appointments/waiting/new/{ana}")
    for wrong in ({"urgency": "9"}, {"weekdays": "8"}, {"counsellor": "x"}, {"kind": "crisis"}, {"state": "placed"}):
        sent = {"kind": "individual", "words": WHY, **wrong}
        answer = lin.post(f"/appointments/waiting/new/{ana}", data=sent)
        assert answer.status_code == 422 and WHY in answer.get_data(as_text=True), wrong
    nobodys = {"kind": "individual", "counsellor": str(world.people["sam"])}
    assert lin.post(f"/appointments/waiting/new/{ana}", data=nobodys).status_code == 422
    address = put_on_the_list(lin, ana, weekdays=["3", "4"], counsellor=str(world.people["lin"]))
    again = lin.post(f"/appointments/waiting/new/{ana}", data={"kind": "individual"})
    assert again.status_code == 409 and "已经在候补名单上" in again.get_data(as_text=True)
    shown = text(lin, address)
    assert WHY in shown and "星期三" in shown and "陈子涵" in shown
    calendar = text(lin, "/appointments")
    assert calendar.count("候补 1") == 2, "Wednesday and Thursday suit"
    service.offer_openings(world.database)
    listed = text(lin, "/appointments/waiting")
    assert "陈*涵" in listed and "陈子涵" not in listed and WHY not in listed and "已保留" in listed
    today = text(lin, "/")
    assert "候补" in today and "最久" in today
    path = f"/appointments/{held(world, 'ana')}/answer"
    assert lin.post(path, data={"deed": "accept", "version": 7}).status_code == 303
    assert state_of(world, held(world, "ana")) == "held", "somebody changed it meanwhile"
    made = held(world, "ana")
    assert lin.post(path, data={"deed": "accept", "version": 1}).status_code == 303
    assert state_of(world, made) == "confirmed" and WHY in text(lin, f"/appointments/{made}")
    assert lin.post(path, data={"deed": "decline", "version": 2}).status_code == 303
    assert state_of(world, made) == "confirmed", "what is taken is called off on its own page"
    assert "已接受留出的时间" in text(lin, address)
    assert lin.post(f"{address}/end", data={"code": "mistake"}).status_code == 409


def test_a_person_decides_who_is_next_what_is_changed_and_who_is_taken_off(
    world: World, browser_of: BrowserOf
) -> None:
    lin, bo = browser_of("lin"), browser_of("bo")
    ana = put_on_the_list(lin, world.students["ana"], weekdays=["5"])
    rui = put_on_the_list(lin, world.students["rui"])
    thursday = f"{world.school.hex}-{int(noon(15).timestamp())}"
    assert bo.post("/appointments/waiting/next", data={"slot": thursday}).status_code == 303
    assert offers(world) == {"rui": noon(15)}, "it does not suit Ana"
    assert bo.post("/appointments/waiting/next", data={"slot": thursday}).status_code == 303
    assert bo.post("/appointments/waiting/next", data={"slot": "x"}).status_code == 422
    wednesday = f"{world.school.hex}-{int(noon(14).timestamp())}"
    assert bo.post(f"{rui}/offer", data={"slot": wednesday}).status_code == 409, "one at a time"
    assert bo.post(f"{ana}/offer", data={"slot": wednesday}).status_code == 303
    assert offers(world) == {"rui": noon(15), "ana": noon(14)}
    assert bo.post(f"/appointments/{held(world, 'ana')}/answer", data={"deed": "decline", "version": 1})
    change = {"urgency": "1", "weekdays": ["2", "3"], "version": "1"}
    assert lin.post(ana, data=change).status_code == 303
    assert lin.post(ana, data=change).status_code == 409, "a page from before"
    assert lin.post(ana, data={**change, "urgency": ""}).status_code in (409, 422)
    page = text(bo, "/appointments/waiting")
    assert page.index("陈*涵") < page.index("王*") and "尽快" in page
    for wrong in ({"code": "placed"}, {}, {"code": "nonsense"}):
        assert lin.post(f"{rui}/end", data=wrong).status_code == 422
    assert lin.post(f"{rui}/end", data={"code": "not_reached"}).status_code == 303
    assert offers(world) == {} and claims(world) == implied(world) == {}
    with clock.at(TUESDAY_MORNING + timedelta(hours=12)):
        lin = browser_of("lin")
        refused = lin.post(f"{ana}/offer", data={"slot": wednesday})
        assert refused.status_code == 409 and "上学时间" in refused.get_data(as_text=True)


def test_cruz_asks_for_the_list_sees_that_a_time_is_held_and_takes_it_back(
    world: World, browser_of: BrowserOf
) -> None:
    cruz, ana = browser_of("cruz"), world.students["ana"]
    path = f"/appointments/ask/{ana}"
    assert f"{path}/wait" in text(cruz, path)
    assert cruz.post(f"{path}/wait", data={"about": "x"}).status_code == 422
    assert cruz.post(f"{path}/wait", data={"about": "friends", "words": WHY}).status_code == 303
    assert cruz.post(f"{path}/wait", data={"about": "friends"}).status_code == 409
    assert cruz.post(f"{path}/wait", data={"about": "friends", "urgency": "1"}).status_code == 422
    assert "候补中" in text(cruz, "/") and WHY not in text(cruz, "/")
    (entry,) = [row.subject_id for row in world.events("waiting:added")]
    address = f"/appointments/waiting/{entry}"
    service.offer_openings(world.database)
    assert "已保留" in text(cruz, "/")
    listed = text(browser_of("lin"), "/appointments/waiting")
    assert address in listed and WHY in text(browser_of("bo"), address)
    made = held(world, "ana")
    for name in ("cruz", "gao", "pia", "sam", "dee", "tan", "quill"):
        browser = browser_of(name)
        assert browser.get(address).status_code == 404, name
        for wrong, data in (
            (address, {"urgency": "1", "version": "1"}), (f"{address}/end", {"code": "mistake"}),
            (f"/appointments/{made}/answer", {"deed": "accept", "version": "1"}),
            (f"/appointments/waiting/new/{ana}", {"kind": "individual"}),
        ):
            assert browser.post(wrong, data=data).status_code == 404, (name, wrong)
        if name != "tan":
            assert browser.get("/appointments/waiting").status_code == 404, name
        if name != "cruz":
            assert browser.post(f"{address}/take-back").status_code == 404, name
    assert "陈" not in text(browser_of("tan"), "/appointments/waiting")
    assert cruz.post(f"{address}/take-back").status_code == 303
    assert claims(world) == {} and "候补中" not in text(cruz, "/")
    assert cruz.post(f"{address}/take-back").status_code == 303, "it is said that it is off already"


def test_who_must_not_know_finds_nothing_on_the_list(world: World, browser_of: BrowserOf) -> None:
    with world.acting("cruz") as cruz:
        without_lin = [world.people["lin"]]
        kept = service.ask_to_wait(world.students["rui"], reason={"words": WHY}, excluded=without_lin, by=cruz)
        address = f"/appointments/waiting/{kept.id}"
    lin, bo = browser_of("lin"), browser_of("bo")
    assert address in text(bo, "/appointments/waiting") and address not in text(lin, "/appointments/waiting")
    assert lin.get(address).status_code == 404 and "候补 1" not in text(lin, "/appointments")
    thursday = f"{world.school.hex}-{int(noon(15).timestamp())}"
    answer = lin.post("/appointments/waiting/next", data={"slot": thursday}, follow_redirects=True)
    assert "王" not in answer.get_data(as_text=True) and offers(world) == {"rui": noon(15)}
    assert "王" not in text(lin, "/appointments")


def test_the_free_times_follow_the_counsellor_name_their_day_and_the_nearest_are_one_press(
    world: World, browser_of: BrowserOf
) -> None:
    lin, ana = browser_of("lin"), world.students["ana"]
    path = f"/appointments/new/{ana}"
    with world.acting("lin") as by:
        service.block_person(
            get_room(world.school), world.people["bo"], cause="absent", starts_at=noon(13), ends_at=noon(14, 10),
            by=by,
        )
    page = text(lin, path)
    assert "周二" in page and len(slots_in(page)) > 10
    tuesday = slots_in(page)[0]
    sent = {"kind": "individual", "counsellor": str(world.people["bo"]), "words": WHY, "times": "yes"}
    answer = lin.post(path, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and WHY in page and tuesday not in slots_in(page) and claims(world) == {}
    booked(world, student="rui")
    answer = lin.post(path, data={"kind": "individual", "slot": tuesday, "words": WHY})
    page = answer.get_data(as_text=True)
    at = re.findall(r'name="at" value="([0-9a-f]{32}-\d+)"', page)
    assert answer.status_code == 409 and len(at) == 3 and WHY in page
    done = lin.post(path, data={"kind": "individual", "slot": tuesday, "at": at[0], "words": WHY})
    assert done.status_code == 303 and WHY in text(lin, done.headers["Location"])
    shown = lin.post(f"{done.headers['Location']}/move", data={"slot": tuesday, "version": 1})
    page = shown.get_data(as_text=True)
    assert shown.status_code == 409 and page.count("改到 周") == 3 and "已改期" not in page


def test_who_came_by_is_received_where_there_is_room(world: World, browser_of: BrowserOf) -> None:
    with world.acting("lin") as by:
        second = service.make_room(world.school, name="沙盘室", by=by).id

    def where(name: str, student: str) -> UUID | None:
        answer = browser_of(name).post(f"/appointments/new/{world.students[student]}", data={"kind": "walk_in"})
        assert answer.status_code == 303
        with world.database.transaction(writes=False):
            return session().scalars(
                select(Appointment.room_id).where(Appointment.student_id == world.students[student])
            ).one()

    with world.acting("bo") as by:
        service.open_up(get_room(second), by=by)
    assert where("lin", "ana") == second, "the one that is open"
    assert where("bo", "rui") == world.school, "the one that is not taken"
    with world.acting("bo") as by, pytest.raises(SlotTaken):
        service.walk_in(
            service.Wish(world.school, TUESDAY_MORNING, "walk_in", world.school, None, world.students["zoe"]), by=by
        )
    assert claims(world) == implied(world)


def test_programs_keep_the_list_too(world: World, browser_of: BrowserOf) -> None:
    lin, cruz, ana = browser_of("lin"), browser_of("cruz"), world.students["ana"]
    key = {"Idempotency-Key": str(uuid4())}
    made = lin.post(f"/api/v1/students/{ana}/waiting", json={"urgency": 1, "weekdays": [4]}, headers=key)
    assert made.status_code == 201 and made.get_json()["version"] == 1
    entry = made.get_json()["id"]
    asked = cruz.post(f"/api/v1/students/{world.students['rui']}/waiting-requests", json={"about": "mood"})
    assert asked.status_code == 201 and set(asked.get_json()) == {"id", "since", "ended_at"}
    assert [one["id"] for one in lin.get("/api/v1/waiting").get_json()] == [entry, asked.get_json()["id"]]
    assert cruz.get("/api/v1/waiting").status_code == 404
    changed = lin.post(f"/api/v1/waiting/{entry}", json={"urgency": 2, "version": 1})
    assert (changed.status_code, changed.get_json()["weekdays"]) == (200, [])
    held_for = lin.post(f"/api/v1/waiting/{entry}/offer", json={"starts_at": noon(15).isoformat()})
    assert (held_for.status_code, held_for.get_json()["state"]) == (201, "held")
    assert lin.post("/api/v1/waiting/next", json={"starts_at": noon(16).isoformat()}).status_code == 204
    assert offers(world) == {"ana": noon(15), "rui": noon(16)}
    booking = held_for.headers["Location"]
    taken = lin.post(f"{booking}/answer", json={"deed": "accept", "version": 1})
    assert (taken.status_code, taken.get_json()["state"]) == (200, "confirmed")
    assert lin.post(f"{booking}/answer", json={"deed": "accept", "version": 2}).get_json()["code"] == "NotOffered"
    opened = lin.get(f"/api/v1/waiting/{entry}").get_json()
    assert (opened["entry"]["end"], opened["offers"][0]["answer"]) == ("placed", "accepted")
    back = cruz.post(f"/api/v1/waiting/{asked.get_json()['id']}/take-back")
    assert back.status_code == 200 and back.get_json()["ended_at"] is not None
    assert claims(world) == implied(world)
