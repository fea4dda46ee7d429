"""Somebody enters a holiday or leaves: those who can help are told once, move with one press, or a deputy takes all."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments import service
from app.appointments.models import Appointment, DisplacedBooking
from app.appointments.queries import get_appointment, get_room
from app.appointments.service.displacing import tell_of_displaced
from app.core.database import session
from app.directory.models import Organisation, Student
from app.notifications.models import Notice
from app.schooltime import Holiday, default_calendar
from tests.appointments.telling import booked, claims, implied, noon, state_of, wish
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def holiday(world: World, day: int) -> None:
    """Let the school's calendar, which knows of no appointments, have a day off."""
    with world.database.transaction():
        calendar = default_calendar(date(2026, 10, 13))
        off = Holiday("运动会", date(2026, 10, day), date(2026, 10, day))
        session().get_one(Organisation, world.school).calendar = type(calendar)(
            calendar.zone, calendar.terms, calendar.schedules, (*calendar.holidays, off), calendar.make_up_days
        ).dump()


def away(world: World, name: str, day: int) -> UUID:
    with world.acting("sam") as sam:
        room = get_room(world.school)
        assert room is not None
        starts = noon(day) - timedelta(hours=2)
        return service.block_person(
            room, world.people[name], cause="absent", starts_at=starts, ends_at=starts + timedelta(hours=5), by=sam
        ).id


def told(world: World, kind: str = "appointment:displaced") -> list[str]:
    """Return who has been sent notices of a kind, once for each."""
    names = {person: name for name, person in world.people.items()}
    with world.database.transaction(writes=False):
        return sorted(names[one] for one in session().scalars(select(Notice.person_id).where(Notice.kind == kind)))


def known(world: World) -> dict[UUID, str]:
    with world.database.transaction(writes=False):
        rows = session().scalars(select(DisplacedBooking)).all()
        return {row.appointment_id: row.cause_code for row in rows}


def presses(page: str, booking_id: UUID) -> list[dict[str, str]]:
    """Return what each button of a booking that no longer fits would send."""
    forms = re.findall(rf'<form action="/appointments/{booking_id}/settle".*?</form>', page, re.S)
    names = ("slot", "counsellor", "version")
    return [
        {name: found[1] for name in names if (found := re.search(rf'name="{name}" value="([^"]*)"', form))}
        for form in forms
    ]


def test_a_holiday_over_bookings_is_noticed_told_once_and_settled_with_one_press(
    world: World, browser_of: BrowserOf
) -> None:
    lin, ana = world.people["lin"], booked(world, day=14, counsellor_id=world.people["lin"])
    with world.acting("cruz") as cruz:
        asked = service.ask_for(wish(world, 15, "rui", counsellor_id=lin), reason={"about": "friends"}, by=cruz).id
    assert tell_of_displaced(world.database) == 0
    holiday(world, 14)
    away(world, "lin", 15)
    assert tell_of_displaced(world.database) == 2 and tell_of_displaced(world.database) == 0
    assert known(world) == {ana: "closed", asked: "away"}
    # Lin looks after her own; where she is away herself, her colleague hears of it too. Cruz asked for one of them.
    assert told(world) == ["bo", "lin"] and told(world, "appointment:asked_displaced") == ["cruz"]
    browser, at = browser_of("bo"), f"/rooms/{world.school}/displaced"
    assert at in text(browser, "/") and "2 条预约需要改期" in text(browser, f"/rooms/{world.school}")
    assert "2 条预约需要改期" in (page := text(browser_of("sam"), f"/rooms/{world.school}")) and at not in page
    page = text(browser, at)
    assert "陈*涵" in page and "陈子涵" not in page
    first, second = presses(page, ana), presses(page, asked)
    assert len(first) == len(second) == 3
    assert first[0]["counsellor"] == str(lin), "the same counsellor wherever they have time"
    assert browser.post(f"/appointments/{ana}/settle", data=first[0]).headers["Location"] == at
    assert second[0]["slot"] != first[0]["slot"], "the first buttons do not stand in each other's way"
    # Somebody was quicker: nothing is lost, and others are offered.
    again = browser.post(f"/appointments/{ana}/settle", data=first[0])
    assert again.status_code == 409 and presses(again.get_data(as_text=True), asked)
    taken = browser.post(f"/appointments/{asked}/settle", data=second[0] | {"slot": first[0]["slot"]})
    assert taken.status_code == 409
    offered = presses(taken.get_data(as_text=True), asked)
    assert first[0]["slot"] not in [one["slot"] for one in offered]
    assert browser.post(f"/appointments/{asked}/settle", data=offered[0]).status_code == 303
    assert "没有需要改期的预约" in text(browser, at) and state_of(world, ana) == state_of(world, asked) == "moved"
    assert tell_of_displaced(world.database) == 0 and known(world) == {} and claims(world) == implied(world)
    assert at not in text(browser, "/")


def test_what_fits_again_is_told_anew_and_who_left_the_school_is_only_called_off(
    world: World, browser_of: BrowserOf
) -> None:
    made = booked(world, day=15, counsellor_id=world.people["lin"])
    block = away(world, "lin", 15)
    assert tell_of_displaced(world.database) == 1
    browser_of("sam").post(f"/rooms/blocks/{block}/end")
    assert tell_of_displaced(world.database) == 0 and known(world) == {}
    away(world, "lin", 15)
    assert tell_of_displaced(world.database) == 1 and told(world) == ["bo", "bo", "lin", "lin"]
    zoe = booked(world, day=20, student="zoe", counsellor_id=world.people["lin"])
    with world.database.transaction():
        student = session().get_one(Student, world.students["zoe"])
        student.state, student.left_on = "left", date(2026, 10, 13)
    browser = browser_of("lin")
    off = presses(text(browser, f"/rooms/{world.school}/displaced"), zoe)
    assert off == [{"version": "1"}]
    assert browser.post(f"/appointments/{zoe}/settle", data=off[0]).status_code == 303
    assert state_of(world, zoe) == "cancelled" and state_of(world, made) == "confirmed"
    assert browser.post(f"/appointments/{made}/settle", data={"slot": "x", "version": "1"}).status_code == 422


def test_a_turn_that_ends_displaces_what_was_booked_in_it_but_nothing_that_was_taken_over(world: World) -> None:
    lin, bo = world.people["lin"], world.people["bo"]
    with world.acting("sam") as sam:
        room = get_room(world.school)
        assert room is not None
        turn: dict[str, Any] = {"weekday": 2, "substitute_id": None, "first_on": date(2026, 10, 1)}
        service.add_turn(room, **turn, person_id=bo, last_on=None, by=sam)
        service.add_turn(room, **turn, person_id=lin, last_on=date(2026, 10, 20), by=sam)
    before, after = (booked(world, "bo", day=day, counsellor_id=lin) for day in (13, 20))
    own = booked(world, "lin", day=27, counsellor_id=lin)
    assert tell_of_displaced(world.database) == 1 and known(world) == {own: "off_duty"} and told(world) == ["lin"]
    with world.acting("lin") as by:
        room = get_room(world.school)
        assert room is not None
        assert len(service.hand_on(room, of=lin, to=bo, by=by).done) == 3
    assert tell_of_displaced(world.database) == 0 and known(world) == {}
    assert counsellors(world, before, after, own) == [bo, bo, bo]


def test_a_booking_is_offered_and_told_to_nobody_who_must_not_know_of_it(world: World, browser_of: BrowserOf) -> None:
    lin, bo = world.people["lin"], world.people["bo"]
    with world.acting("cruz") as cruz:
        kept = service.ask_for(
            wish(world, 15, counsellor_id=lin), reason={"about": "teacher"}, excluded=[bo], by=cruz
        ).id
    away(world, "lin", 15)
    assert tell_of_displaced(world.database) == 1 and told(world) == ["lin"]
    at, page = f"/rooms/{world.school}/displaced", text(browser_of("lin"), f"/rooms/{world.school}/displaced")
    assert {one["counsellor"] for one in presses(page, kept)} == {str(lin)}
    wrong = presses(page, kept)[0] | {"counsellor": str(bo)}
    assert browser_of("lin").post(f"/appointments/{kept}/settle", data=wrong).status_code == 409
    browser = browser_of("bo")
    assert str(kept) not in text(browser, at) and at not in text(browser, "/")
    assert browser.post(f"/appointments/{kept}/settle", data=wrong).status_code == 404
    ways = (at, f"/rooms/{world.school}/hand-on")
    for name in ("cruz", "gao", "pia", "sam", "dee", "eve", "tan"):
        for path in ways:
            assert text(browser_of(name), path, 404)
        assert browser_of(name).post(f"/appointments/{kept}/settle", data=wrong).status_code == 404
        assert browser_of(name).post(ways[1], data={"of": str(lin), "to": str(bo)}).status_code == 404
    assert state_of(world, kept) == "requested"


def test_a_deputy_takes_over_after_a_look_at_what_cannot_be_given(world: World, browser_of: BrowserOf) -> None:
    lin, bo = world.people["lin"], world.people["bo"]
    with world.acting("lin") as by:
        room = get_room(world.school)
        assert room is not None
        service.change_room(
            room, name="心灵屋", open=True, places=2, minutes_before=0, minutes_after=0, revision=1, by=by
        )
    given = [booked(world, day=day, counsellor_id=lin) for day in (14, 15)]
    booked(world, "bo", day=16, student="zoe", counsellor_id=bo)
    stays, later = booked(world, day=16, counsellor_id=lin), booked(world, day=20, counsellor_id=lin)
    browser, at = browser_of("bo"), f"/rooms/{world.school}/hand-on"
    wanted = {"of": str(lin), "to": str(bo), "since": "2026-10-14", "until": "2026-10-19"}
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    page = text(browser, f"{at}?{query}")
    assert page.count("陈*涵") == 3 and page.count("已有其他预约") == 1 and str(later) not in page
    assert counsellors(world, *given) == [lin, lin], "looking gives nothing"
    assert text(browser, f"{at}?of=x&to={bo}") and "先预览" in text(browser, at)
    assert browser.post(at, data={"of": str(lin)}).status_code == 422
    assert browser.post(at, data=wanted).status_code == 303
    assert counsellors(world, *given, stays, later) == [bo, bo, lin, lin]
    assert claims(world) == implied(world) and told(world, "appointment:handed_on") == []
    back = {"of": str(bo), "to": str(lin), "since": "2026-10-14", "until": "2026-10-15"}
    assert browser.post(at, data=back).status_code == 303 and told(world, "appointment:handed_on") == ["lin"]


def counsellors(world: World, *booking_ids: UUID) -> list[Any]:
    with world.database.transaction(writes=False):
        return [session().get_one(Appointment, one).counsellor_id for one in booking_ids]


@pytest.mark.alike
def test_programs_do_the_same(world: World, browser_of: BrowserOf) -> None:
    lin, bo = world.people["lin"], world.people["bo"]
    made, other = (booked(world, day=day, counsellor_id=lin) for day in (15, 16))
    away(world, "lin", 15)
    browser, at = browser_of("lin"), f"/api/v1/rooms/{world.school}"
    found = browser.get(f"{at}/displaced").get_json()
    assert [(one["booking"]["id"], one["cause"], len(one["offers"])) for one in found] == [(str(made), "away", 3)]
    offer = found[0]["offers"][0]
    sent = {
        "starts_at": offer["slot"]["starts_at"], "room_id": offer["slot"]["room_id"],
        "counsellor_id": offer["counsellor_id"], "version": 1,
    }
    moved = browser.post(f"/api/v1/appointments/{made}/settle", json=sent).get_json()
    assert moved["state"] == "confirmed" and moved["id"] != str(made)
    plan = {"of": str(lin), "to": str(bo), "only_plan": True}
    assert len(browser.post(f"{at}/hand-on", json=plan).get_json()["done"]) == 2
    assert counsellors(world, other) == [lin]
    done = browser.post(f"{at}/hand-on", json={**plan, "only_plan": False}).get_json()
    assert str(other) in done["done"] and done["left"] == [] and counsellors(world, other) == [bo]
    off = browser.post(f"/api/v1/appointments/{other}/settle", json={"version": get(world, other).revision})
    assert off.get_json()["state"] == "cancelled"
    assert browser_of("sam").get(f"{at}/displaced").status_code == 404


def get(world: World, booking_id: UUID) -> Appointment:
    with world.database.transaction(writes=False):
        found = get_appointment(booking_id)
        assert found is not None
        return found
