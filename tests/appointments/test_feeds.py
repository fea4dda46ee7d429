"""A counsellor's own calendar: times at a secret address and nothing else, as RFC 5545 writes them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from app.appointments import ical, service
from app.appointments.models import CalendarFeed
from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from tests.appointments.telling import booked, does, noon
from tests.attacking import HTTPS
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
_NAMED = re.compile(r"(?P<name>[A-Z-]+)(?:;[A-Z]+=[A-Z]+)*:(?P<value>.*)", re.DOTALL)
WANTED = {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS", "TRANSP"}


def unfolded(content: bytes) -> Iterator[tuple[str, str]]:
    """Read the lines of a calendar back, strictly (RFC 5545, section 3.1)."""
    assert content.endswith(b"\r\n")
    lines = content[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert all(line.decode() for line in lines), "each line is whole characters"
    for line in content[:-2].replace(b"\r\n ", b"").split(b"\r\n"):
        found = _NAMED.fullmatch(line.decode())
        assert found is not None, line
        yield found["name"], found["value"]


def plain(value: str) -> str:
    """Read a text back (section 3.3.11)."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]|\n", value)
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def read(content: bytes) -> list[dict[str, str]]:
    """Return the entries of a calendar, each with every property exactly once."""
    assert not Calendar.from_ical(content).errors
    lines = list(unfolded(content))
    assert lines[0] == ("BEGIN", "VCALENDAR") and lines[-1] == ("END", "VCALENDAR")
    assert [value for name, value in lines if name == "VERSION"] == ["2.0"]
    entries: list[dict[str, str]] = []
    inside = False
    for name, value in lines[1:-1]:
        if name in ("BEGIN", "END"):
            assert value == "VEVENT" and inside is (name == "END")
            inside = name == "BEGIN"
            entries += [{}] if inside else []
        elif inside:
            assert name not in entries[-1]
            entries[-1][name] = value
    assert not inside and all(entry.keys() == WANTED for entry in entries)
    return entries


def at(value: str) -> datetime:
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def subscribe(browser_of: BrowserOf, name: str = "lin") -> str:
    """Let somebody make an address, and return its path."""
    page = browser_of(name).post("/account/calendar", **HTTPS).get_data(as_text=True)
    found = re.search(r"https://localhost(/feeds/[0-9a-f]{64}\.ics)", page)
    assert found is not None
    return found[1]


def test_lins_calendar_says_when_and_nothing_else(world: World, app: Flask, browser_of: BrowserOf) -> None:
    first, moved, gone = booked(world), booked(world, day=14), booked(world, day=15)
    booked(world, "bo", day=16, counsellor_id=world.people["bo"])
    does(world, "lin", service.cancel, gone)
    new = does(world, "lin", service.move, moved, starts_at=noon(20), room_id=world.school)
    path = subscribe(browser_of)
    answer = app.test_client().get(path, **HTTPS)
    assert answer.mimetype == "text/calendar" and answer.headers["Cache-Control"] == "no-store"
    entries = read(answer.get_data())
    assert [(at(entry["DTSTART"]), entry["STATUS"]) for entry in entries] == [
        (noon(13), "CONFIRMED"), (noon(14), "CANCELLED"), (noon(15), "CANCELLED"), (noon(20), "CONFIRMED"),
    ]
    assert all(at(entry["DTEND"]) - at(entry["DTSTART"]) == timedelta(minutes=40) for entry in entries)
    assert len({plain(entry["SUMMARY"]) for entry in entries}) == 1
    text = answer.get_data(as_text=True)
    kept = [*world.people.values(), *world.students.values(), world.school, first, moved, gone, new]
    assert not [one for one in kept if str(one) in text or one.hex in text]
    # The same booking is the same entry; what became of it is a later version.
    does(world, "lin", service.cancel, first)
    again = read(app.test_client().get(path, **HTTPS).get_data())[0]
    assert again["UID"] == entries[0]["UID"] and again["STATUS"] == "CANCELLED"
    assert int(again["SEQUENCE"]) > int(entries[0]["SEQUENCE"])
    with clock.at(noon(13) + timedelta(days=31, hours=1)):
        assert len(read(app.test_client().get(path, **HTTPS).get_data())) == 3, "what is a month old goes"


def test_an_address_opens_until_it_is_changed_or_its_owner_counsels_no_more(
    world: World, app: Flask, browser_of: BrowserOf
) -> None:
    booked(world)
    client = app.test_client()

    def status(path: str) -> int:
        return client.get(path, **HTTPS).status_code

    old = subscribe(browser_of)
    new = subscribe(browser_of)
    assert (status(old), status(new)) == (404, 200)
    other = "1" if new[-5] == "0" else "0"
    wrong = [new.upper().replace("/FEEDS/", "/feeds/").replace(".ICS", ".ics"), f"{new[:-5]}{other}.ics",
             "/feeds/x.ics", f"/feeds/%20{new[7:]}", f"/feeds/{'0' * 64}.ics"]
    assert {status(path) for path in wrong} == {404}
    lin = browser_of("lin")
    secret = new[7:-4]
    assert secret not in lin.get("/account/calendar", **HTTPS).get_data(as_text=True), "it is shown once"
    with world.database.transaction(writes=False):
        feed = session().get_one(CalendarFeed, world.people["lin"])
        assert secret not in feed.address_index.hex() and feed.address_index != bytes.fromhex(secret)
    with world.acting("root"):
        world.end_posts("lin", noon(13).date())
    assert status(new) == 200
    with clock.at(noon(14)):
        assert status(new) == 404, "their post is over"
    assert lin.post("/account/calendar/end", **HTTPS).status_code == 303
    assert status(new) == 404
    assert [row.action for row in world.events() if row.action.startswith("feed:")] == [
        "feed:made", "feed:made", "feed:ended",
    ]


def test_an_address_is_for_counsellors_and_for_a_proof_that_is_fresh(world: World, browser_of: BrowserOf) -> None:
    for name in ("cruz", "gao", "pia", "sam", "dee", "eve"):
        with world.acting(name) as by:
            with pytest.raises(Missing):
                service.make_feed(by=by)
            with pytest.raises(Missing):
                service.end_feed(by=by)
    lin = browser_of("lin")
    with clock.at(noon(13) - timedelta(hours=1, minutes=45)):
        answer = lin.post("/account/calendar", **HTTPS)
    assert answer.status_code == 307 and "/confirm" in answer.location
    assert "/account/calendar" in lin.get("/account", **HTTPS).get_data(as_text=True)
    assert "/account/calendar" not in browser_of("cruz").get("/account", **HTTPS).get_data(as_text=True)


def test_one_appointment_as_a_file_for_whoever_may_know_of_it(world: World, browser_of: BrowserOf) -> None:
    booking = booked(world)
    path = f"/appointments/{booking}/calendar.ics"
    answer = browser_of("bo").get(path, **HTTPS)
    assert [at(entry["DTSTART"]) for entry in read(answer.get_data())] == [noon(13)]
    assert answer.headers["Content-Disposition"] == "attachment; filename=calendar.ics"
    for name in ("cruz", "gao", "tan", "dee"):
        assert browser_of(name).get(path, **HTTPS).status_code == 404


@pytest.mark.alike
def test_any_languages_words_come_back_from_their_lines() -> None:
    moment = datetime(2026, 10, 13, 4, tzinfo=UTC)
    entry = ical.Entry("a" * 64, 3, moment, moment, moment + timedelta(minutes=40), "TENTATIVE")
    words = "有安排；请勿打扰, \\ 忙 " * 9
    (found,) = read(ical.calendar([entry], words=words))
    assert plain(found["SUMMARY"]) == words
    assert (at(found["DTSTART"]), found["SEQUENCE"], found["UID"]) == (moment, "3", "a" * 64)


@pytest.mark.alike
def test_summer_time_moves_no_entry() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # Half past two comes twice in this night.
    for fold, hour in ((0, 0), (1, 1)):
        start = datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold)
        entry = ical.Entry("x", 1, start, start, start + timedelta(minutes=10), "CONFIRMED")
        (found,) = read(ical.calendar([entry], words="Busy"))
        assert at(found["DTSTART"]) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
