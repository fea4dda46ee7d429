"""Wall clocks of Berlin through both nights of change: nothing runs backwards, and noon stays noon."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.schooltime import add_wall_days, moment_at, wall_at, zone_named
from tests.schooltime.calendars import BERLIN, SHANGHAI, moments, nights_of_change, shown, utc

walls = st.datetimes(datetime(2026, 3, 28, 20), datetime(2026, 3, 29, 6)) | st.datetimes(
    datetime(2026, 10, 24, 20), datetime(2026, 10, 25, 6)
)


def test_an_ordinary_time_is_the_same_both_ways():
    assert moment_at(BERLIN, datetime(2026, 7, 1, 12)) == utc("2026-07-01 10:00")
    assert wall_at(BERLIN, utc("2026-07-01 10:00")) == datetime(2026, 7, 1, 12)


@pytest.mark.parametrize("skipped", ["02:00", "02:00:00.000001", "02:30", "02:59:59.999999"])
def test_a_skipped_time_is_the_moment_of_the_change(skipped):
    assert moment_at(BERLIN, datetime.fromisoformat(f"2026-03-29 {skipped}")) == utc("2026-03-29 01:00")


def test_a_time_shown_twice_is_the_first_of_the_two():
    assert moment_at(BERLIN, datetime(2026, 10, 25, 2, 30)) == utc("2026-10-25 00:30")


@pytest.mark.parametrize("repeated", ["01:00", "01:00:00.000001", "01:30", "01:59:59.999999"])
def test_while_an_hour_repeats_the_wall_clock_stands_at_its_end(repeated):
    assert wall_at(BERLIN, utc(f"2026-10-25 {repeated}")) == datetime(2026, 10, 25, 3)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_noon_stays_noon(day):
    noon = datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=BERLIN)
    tomorrow = add_wall_days(BERLIN, noon, 1)
    assert shown(tomorrow, BERLIN).endswith("12:00") and tomorrow - noon != timedelta(days=1)


def test_a_day_that_an_island_skipped_is_the_moment_it_jumped():
    apia = zone_named("Pacific/Apia")
    assert moment_at(apia, datetime(2011, 12, 30, 12)) == utc("2011-12-30 10:00")


def test_clocks_put_back_over_midnight_do_not_return_to_the_day_before():
    havana = zone_named("America/Havana")
    assert wall_at(havana, utc("2026-11-01 05:30")) == datetime(2026, 11, 1, 1)


@given(earlier=walls, later=walls)
def test_later_on_the_wall_is_never_earlier_in_time(earlier, later):
    earlier, later = sorted((earlier, later))
    assert moment_at(BERLIN, earlier) <= moment_at(BERLIN, later)


@given(earlier=nights_of_change, later=nights_of_change)
def test_later_in_time_is_never_earlier_on_the_wall(earlier, later):
    earlier, later = sorted((earlier, later))
    assert wall_at(BERLIN, earlier) <= wall_at(BERLIN, later)


@given(moment=moments | nights_of_change)
def test_the_wall_time_of_a_moment_is_reached_by_then_or_when_the_hour_has_repeated(moment):
    back = moment_at(BERLIN, wall_at(BERLIN, moment))
    assert moment <= back < moment + timedelta(hours=1)
    assert moment_at(SHANGHAI, wall_at(SHANGHAI, moment)) == moment


def test_the_end_of_the_repeated_hour_is_when_it_has_been_shown_twice():
    assert moment_at(BERLIN, datetime(2026, 10, 25, 3)) == utc("2026-10-25 02:00")


# The end of the repeated hour is where the wall clock stands all through the repetition.
@given(wall=walls.filter(lambda wall: wall != datetime(2026, 10, 25, 3)))
def test_the_moment_of_a_wall_time_is_the_first_by_which_it_is_reached(wall):
    moment = moment_at(BERLIN, wall)
    assert wall_at(BERLIN, moment) >= wall > wall_at(BERLIN, moment - timedelta(microseconds=1))


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="zone"):
        wall_at(BERLIN, datetime(2026, 1, 1))
    assert moment_at(BERLIN, datetime(2026, 1, 1)).tzinfo is UTC
