"""Quiet hours and digests by the clock and the bells of the school, also where clocks are changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.pacing import LONGEST_WAIT, PACES, Pace, after_quiet, departure
from app.schooltime import default_calendar, is_school_day, wall_at, zone_named

SHANGHAI = default_calendar(date(2026, 11, 25))
BERLIN = replace(SHANGHAI, zone=zone_named("Europe/Berlin"))
WALL_TIMES = st.times().map(lambda found: found.replace(second=0, microsecond=0))
QUIET = st.tuples(WALL_TIMES, WALL_TIMES).filter(lambda ends: ends[0] != ends[1])
MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2027, 6, 30), timezones=st.just(UTC))


def at(text: str, calendar=SHANGHAI) -> datetime:
    """Return the moment at which the clocks of a school show something."""
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone).astimezone(UTC)


@pytest.mark.parametrize(("happens", "leaves"), [
    ("2026-11-25T20:59", "2026-11-25T20:59"),
    ("2026-11-25T21:00", "2026-11-26T07:00"),
    ("2026-11-25T23:59", "2026-11-26T07:00"),
    ("2026-11-26T00:00", "2026-11-26T07:00"),
    ("2026-11-26T06:59", "2026-11-26T07:00"),
    ("2026-11-26T07:00", "2026-11-26T07:00"),
])
def test_the_night_is_quiet_across_midnight(happens: str, leaves: str) -> None:
    for calendar in (SHANGHAI, BERLIN):
        assert departure(Pace(), at(happens, calendar), calendar) == at(leaves, calendar)


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = Pace("at_once", (time(12), time(14)))
    assert departure(noon, at("2026-11-25T13:10"), SHANGHAI) == at("2026-11-25T14:00")
    assert departure(noon, at("2026-11-25T23:00"), SHANGHAI) == at("2026-11-25T23:00")
    assert departure(Pace("at_once", None), at("2026-11-26T03:00"), SHANGHAI) == at("2026-11-26T03:00")


def test_seven_o_clock_stays_seven_when_the_clocks_are_put_back() -> None:
    evening = at("2026-10-24T22:00", BERLIN)
    assert departure(Pace(), evening, BERLIN) - evening == timedelta(hours=10)


def test_an_hourly_message_leaves_at_the_full_hour_and_not_at_night() -> None:
    hourly = Pace("hourly")
    assert departure(hourly, at("2026-11-25T16:00"), SHANGHAI) == at("2026-11-25T17:00")
    assert departure(hourly, at("2026-11-25T16:59"), SHANGHAI) == at("2026-11-25T17:00")
    assert departure(hourly, at("2026-11-25T20:30"), SHANGHAI) == at("2026-11-26T07:00")


def test_a_message_of_the_morning_leaves_with_the_first_bell() -> None:
    mornings = Pace("mornings")
    first = departure(mornings, at("2026-11-25T16:00"), SHANGHAI)
    assert wall_at(SHANGHAI.zone, first).date() == date(2026, 11, 26)
    assert departure(mornings, first - timedelta(minutes=1), SHANGHAI) == first
    friday = departure(mornings, at("2026-11-27T16:00"), SHANGHAI)
    assert wall_at(SHANGHAI.zone, friday).date() == date(2026, 11, 30)


def test_the_holidays_are_not_waited_out() -> None:
    """Concerns are raised in the holidays, too."""
    assert not is_school_day(SHANGHAI, date(2027, 2, 8))
    assert departure(Pace("mornings"), at("2027-02-05T16:00"), SHANGHAI) == at("2027-02-08T08:00")


@given(MOMENTS, QUIET, st.sampled_from(PACES), st.sampled_from([SHANGHAI, BERLIN]))
def test_nothing_leaves_early_in_quiet_hours_or_much_later(moment, quiet, name, calendar) -> None:
    pace = Pace(name, quiet)
    leaves = departure(pace, moment, calendar)
    assert moment <= leaves <= moment + timedelta(days=LONGEST_WAIT + 2)
    assert after_quiet(pace, leaves, calendar.zone) == leaves
