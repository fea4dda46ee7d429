"""What is due when: the clocks of the levels (4-domain.md), and what must hold for any clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.schooltime import Clock, Term, due
from tests.schooltime.calendars import (
    BERLIN,
    NIGHT_SCHOOL,
    QINGHE,
    SHANGHAI,
    at_school,
    calendars,
    clocks,
    moments,
    nights_of_change,
    open_calendars,
    shown,
)

R4 = Clock("always", 10)
R3 = Clock("school_minutes", 30, at_most_hours=12)
R2 = Clock("school_days", 3)
R1 = Clock("school_days", 5)
FOLLOW_UP = Clock("wall_days", 14)


def due_at_school(clock: Clock, start: str, calendar=QINGHE) -> str:
    return shown(due(clock, at_school(start), calendar))


def test_red_runs_always():
    assert due_at_school(R4, "2026-11-24 10:00") == "Tue 2026-11-24 10:10"
    assert due_at_school(R4, "2026-12-31 23:55") == "Fri 2027-01-01 00:05"


def test_orange_runs_in_school_time():
    assert due_at_school(R3, "2026-11-24 10:32") == "Tue 2026-11-24 11:02"
    assert due_at_school(R3, "2026-11-25 06:00") == "Wed 2026-11-25 08:20"


def test_orange_never_waits_more_than_twelve_hours():
    assert due_at_school(R3, "2026-11-27 17:15") == "Sat 2026-11-28 05:15"
    assert due_at_school(R3, "2026-07-20 10:00") == "Mon 2026-07-20 22:00"


def test_yellow_and_blue_run_in_school_days():
    assert due_at_school(R2, "2026-11-24 10:00") == "Fri 2026-11-27 17:30"
    assert due_at_school(R1, "2026-11-24 10:00") == "Tue 2026-12-01 17:30"
    assert due_at_school(R2, "2026-09-29 10:00") == "Fri 2026-10-09 17:30"
    assert due_at_school(R2, "2026-10-08 10:00") == "Mon 2026-10-12 17:30"


def test_a_review_in_two_weeks_is_at_the_same_time_of_day():
    assert due_at_school(FOLLOW_UP, "2026-12-24 12:00") == "Thu 2027-01-07 12:00"


@pytest.mark.parametrize("start", ["2026-03-20 12:00", "2026-10-16 12:00"])
def test_noon_stays_noon_in_berlin(start):
    moment = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    assert shown(due(FOLLOW_UP, moment, NIGHT_SCHOOL), BERLIN).endswith("12:00")


def test_without_a_calendar_clocks_run_by_the_wall():
    without_terms = replace(QINGHE, terms=())
    assert due_at_school(R3, "2026-11-24 23:00", without_terms) == "Tue 2026-11-24 23:30"
    assert due_at_school(R2, "2026-11-24 10:00", without_terms) == "Fri 2026-11-27 10:00"


def test_where_the_calendar_ends_the_rest_runs_by_the_wall():
    this_week = replace(QINGHE, terms=(Term("周", *(at_school(f"2026-11-{day}").date() for day in (23, 27))),))
    # From Wednesday on there are two school days; the third is a day on the wall.
    wednesday = at_school("2026-11-25 10:00")
    assert shown(due(R2, wednesday, this_week)) == "Sat 2026-11-28 17:30"


def test_a_moment_of_any_zone_goes_in_and_utc_comes_out():
    local = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
    for clock in (R4, R3, R2, R1, FOLLOW_UP):
        assert due(clock, local, QINGHE) == due(clock, local.astimezone(UTC), QINGHE)
        assert due(clock, local, QINGHE).tzinfo is UTC


@pytest.mark.parametrize("kind", ["always", "school_minutes", "school_days", "wall_days"])
def test_a_naive_start_and_time_backwards_are_refused(kind):
    with pytest.raises(ValueError, match="zone"):
        due(Clock(kind, 1), datetime(2026, 11, 24, 10), QINGHE)
    with pytest.raises(ValueError, match="forward"):
        Clock(kind, -1)
    with pytest.raises(ValueError, match="forward"):
        Clock(kind, 1, at_most_hours=-1)


def test_half_a_day_is_no_number_of_days():
    with pytest.raises(ValueError, match="whole"):
        Clock("school_days", 2.5)


starts = moments | nights_of_change
any_calendars = calendars() | open_calendars()


@given(clock=clocks, start=starts, calendar=any_calendars)
def test_nothing_is_due_before_it_starts(clock, start, calendar):
    assert due(clock, start, calendar) >= start


@given(clock=clocks, earlier=starts, later=starts, calendar=any_calendars)
def test_what_starts_later_is_never_due_earlier(clock, earlier, later, calendar):
    earlier, later = sorted((earlier, later))
    assert due(clock, earlier, calendar) <= due(clock, later, calendar)


@given(clock=clocks, earlier=starts, gap=st.timedeltas(timedelta(), timedelta(hours=3)), calendar=any_calendars)
def test_what_starts_a_little_later_is_never_due_earlier(clock, earlier, gap, calendar):
    assert due(clock, earlier, calendar) <= due(clock, earlier + gap, calendar)


@given(start=starts, calendar=any_calendars)
def test_orange_is_due_within_twelve_hours_on_any_calendar(start, calendar):
    assert due(R3, start, calendar) <= start + timedelta(hours=12)


@given(start=starts, calendar=any_calendars)
def test_red_asks_no_calendar(start, calendar):
    assert due(R4, start, calendar) == start + timedelta(minutes=10)
