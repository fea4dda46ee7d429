"""Sam keeps terms, days off and bells as lines of a form; what does not fit together is said and kept out."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from app.core import clock
from app.directory.queries import calendar_of
from app.schooltime import SchoolCalendar, national_calendar
from tests.directory.pages import HTTPS, Browsers, text_of
from tests.world import World

pytestmark = pytest.mark.alike

NOON = datetime(2026, 9, 7, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def autumn() -> Any:
    with clock.at(NOON):
        yield


def kept(world: World) -> SchoolCalendar:
    with world.database.transaction(writes=False):
        return calendar_of(world.school)


def send(client: FlaskClient, world: World, part: str, **lines: Any) -> Any:
    """Send a form of lines with the version that its page shows."""
    address = f"/calendar/{world.school}/{part}"
    (version,) = re.findall(r'name="version" value="(\w+)"', text_of(client.get(address, **HTTPS)))
    return client.post(address, data={"version": version, **lines}, **HTTPS)


def test_terms_are_kept_and_blank_lines_are_none(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    answer = send(
        sam, world, "terms", name=["秋季学期", "", ""], first=["2026-09-01", "", ""], last=["2027-01-20", "", ""]
    )
    assert answer.status_code == 303
    (term,) = kept(world).terms
    assert (term.name, term.first, term.last) == ("秋季学期", date(2026, 9, 1), date(2027, 1, 20))
    assert "秋季学期" in text_of(sam.get("/calendar", **HTTPS))
    assert [event.action for event in world.events("calendar:kept")] == ["calendar:kept"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({"name": ["a", "b"], "first": ["2026-09-01", "2026-12-01"], "last": ["2027-01-20", "2027-03-01"]}, "12-01"),
        ({"name": ["a"], "first": ["2026-09-01"], "last": ["2026-08-01"]}, "2026-09-01"),
        ({"name": ["", "b"], "first": ["2026-09-01", ""], "last": ["2027-01-20", ""]}, ""),
        ({"name": ["a", ""], "first": ["soon", ""], "last": ["2027-01-20", ""]}, "每一行都要填写"),
    ],
)
def test_terms_that_do_not_fit_together_change_nothing(
    world: World, browser_of: Browsers, lines: dict[str, Any], words: str
) -> None:
    before = kept(world)
    answer = send(browser_of("sam"), world, "terms", **lines)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert kept(world) == before


def test_days_off_make_up_days_and_half_days(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    answer = send(
        sam, world, "days",
        holiday_name=["运动会", ""], holiday_first=["2026-11-12", ""], holiday_last=["2026-11-13", ""],
        make_up_day=["2026-11-14", ""], make_up_follows=["4", ""],
        half_day=["2026-11-20", ""], half_start=["07:50", ""], half_end=["12:00", ""],
    )
    assert answer.status_code == 303
    found = kept(world)
    assert [(one.name, one.first, one.last) for one in found.holidays] == [
        ("运动会", date(2026, 11, 12), date(2026, 11, 13))
    ]
    assert [(one.day, one.follows) for one in found.make_up_days] == [(date(2026, 11, 14), 4)]
    assert [(one.day, one.start, one.end) for one in found.half_days] == [(date(2026, 11, 20), time(7, 50), time(12))]


def test_bells_for_some_weekdays(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    answer = send(
        sam, world, "bells",
        weekdays_0=["1", "2", "3", "4"], name_0=["1", "2"], start_0=["08:00", "09:00"], end_0=["08:40", "09:40"],
        weekdays_1=["5"], name_1=["1", ""], start_1=["10:00", ""], end_1=["10:40", ""],
    )
    assert answer.status_code == 303
    first, second = kept(world).schedules
    assert (first.weekdays, len(first.bells)) == ((1, 2, 3, 4), 2)
    assert (second.weekdays, second.bells[0].start) == ((5,), time(10))
    twice = send(
        sam, world, "bells", weekdays_0=["1"], name_0=["1"], start_0=["08:00"], end_0=["08:40"],
        weekdays_1=["1"], name_1=["1"], start_1=["10:00"], end_1=["10:40"],
    )
    assert twice.status_code == 422


def test_a_page_opened_before_somebody_elses_change_is_stale(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    address = f"/calendar/{world.school}/terms"
    (version,) = re.findall(r'name="version" value="(\w+)"', text_of(sam.get(address, **HTTPS)))
    first = {"name": ["秋季学期"], "first": ["2026-09-01"], "last": ["2027-01-20"]}
    assert sam.post(address, data={"version": version, **first}, **HTTPS).status_code == 303
    late = sam.post(address, data={"version": version, **first, "name": ["另一个学期"]}, **HTTPS)
    assert late.status_code == 409
    assert "另一个学期" in text_of(late)
    assert kept(world).terms[0].name == "秋季学期"


def test_the_national_days_are_entered_where_the_school_has_none(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    assert send(sam, world, "days", holiday_name=["国庆"], holiday_first=["2026-10-01"], holiday_last=["2026-10-09"])
    assert "2026 年国家节假日中有些日子" in text_of(sam.get("/calendar", **HTTPS))
    assert sam.post(f"/calendar/{world.school}/national", data={"year": "2026"}, **HTTPS).status_code == 303
    names = [one.name for one in kept(world).holidays]
    assert names[0] == "国庆"
    assert len(names) == len(national_calendar(2026).holidays)
    assert "2026 年国家节假日中有些日子" not in text_of(sam.get("/calendar", **HTTPS))


def test_a_year_nobody_has_announced_is_said(browser_of: Browsers) -> None:
    page = text_of(browser_of("sam").get("/calendar", **HTTPS))
    assert "2027 年国家节假日尚未公布" in page


@pytest.mark.parametrize("name", ["uma", "lin", "pia", "root", "eve"])
def test_another_schools_calendar_is_not_there(world: World, browser_of: Browsers, name: str) -> None:
    client = browser_of(name)
    before = kept(world)
    for part in ("terms", "days", "bells"):
        assert client.get(f"/calendar/{world.school}/{part}", **HTTPS).status_code == 404
        assert client.post(f"/calendar/{world.school}/{part}", data={"version": "x"}, **HTTPS).status_code == 404
    assert client.post(f"/calendar/{world.school}/national", data={"year": "2026"}, **HTTPS).status_code == 404
    assert kept(world) == before
    if name == "uma":
        assert client.get(f"/calendar?school={world.school}", **HTTPS).status_code == 404
