"""Minutes and days of school, counted at 清河小学, through a Berlin night, and against counting on fingers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.schooltime import (
    NoSchoolTime,
    Span,
    add_school_days,
    add_school_minutes,
    bell_span,
    bells_on,
    day_at,
    is_school_day,
    is_school_time,
    school_hours,
    school_minutes_between,
    school_spans,
)
from tests.schooltime.calendars import (
    BERLIN,
    NIGHT_SCHOOL,
    QINGHE,
    at_school,
    calendars,
    moments,
    nights_of_change,
    open_calendars,
    shown,
    utc,
)


def minutes_later(start: str, minutes: float) -> str:
    return shown(add_school_minutes(QINGHE, at_school(start), minutes))


def days_later(start: str, days: int) -> str:
    return shown(add_school_days(QINGHE, at_school(start), days))


def test_minutes_run_through_breaks_and_the_noon_hour():
    assert minutes_later("2026-11-24 09:55", 30) == "Tue 2026-11-24 10:25"
    assert minutes_later("2026-11-24 11:45", 30) == "Tue 2026-11-24 12:15"


def test_minutes_stop_over_night_and_over_the_weekend():
    assert minutes_later("2026-11-24 17:20", 30) == "Wed 2026-11-25 08:10"
    assert minutes_later("2026-11-27 17:20", 30) == "Mon 2026-11-30 08:10"
    assert minutes_later("2026-11-28 12:00", 30) == "Mon 2026-11-30 08:20"


def test_minutes_may_end_with_the_last_bell():
    assert minutes_later("2026-11-24 17:00", 30) == "Tue 2026-11-24 17:30"
    assert minutes_later("2026-11-24 17:00", 30.5) == "Wed 2026-11-25 07:50"


def test_no_minutes_are_the_next_moment_of_school():
    assert minutes_later("2026-11-24 10:00", 0) == "Tue 2026-11-24 10:00"
    assert minutes_later("2026-11-24 22:00", 0) == "Wed 2026-11-25 07:50"


def test_minutes_pass_over_the_national_day_and_take_the_make_up_saturday():
    assert minutes_later("2026-09-30 17:20", 30) == "Thu 2026-10-08 08:10"
    assert minutes_later("2026-10-09 17:20", 30) == "Sat 2026-10-10 08:10"


def test_days_end_with_the_last_bell_and_the_day_of_the_start_does_not_count():
    assert days_later("2026-11-23 10:00", 3) == "Thu 2026-11-26 17:30"
    assert days_later("2026-11-23 06:00", 3) == "Thu 2026-11-26 17:30"
    assert days_later("2026-11-26 10:00", 3) == "Tue 2026-12-01 17:30"
    assert days_later("2026-11-28 10:00", 3) == "Wed 2026-12-02 17:30"


def test_no_days_are_the_same_day_or_the_next_once_school_is_over():
    assert days_later("2026-11-24 10:00", 0) == "Tue 2026-11-24 17:30"
    assert days_later("2026-11-24 17:30", 0) == "Wed 2026-11-25 17:30"
    assert days_later("2026-11-28 10:00", 0) == "Mon 2026-11-30 17:30"


def test_days_pass_over_the_year_end():
    # 1 to 3 January 2026 are off, and Sunday the 4th is made up.
    assert days_later("2025-12-31 10:00", 1) == "Sun 2026-01-04 17:30"


def test_days_pass_over_the_summer():
    assert days_later("2026-06-30 10:00", 1) == "Tue 2026-09-01 17:30"


def test_spans_are_clipped_to_what_was_asked():
    found = list(school_spans(QINGHE, at_school("2026-11-24 10:00"), at_school("2026-11-25 10:00")))
    assert [(shown(start), shown(end)) for start, end in found] == [
        ("Tue 2026-11-24 10:00", "Tue 2026-11-24 17:30"),
        ("Wed 2026-11-25 07:50", "Wed 2026-11-25 10:00"),
    ]


def test_spans_are_lazy():
    spans = school_spans(QINGHE, at_school("2026-11-24 10:00"), datetime(9000, 1, 1, tzinfo=UTC))
    assert shown(next(spans).start) == "Tue 2026-11-24 10:00"


def test_a_clock_set_back_counts_no_minutes():
    later, earlier = at_school("2026-11-24 11:00"), at_school("2026-11-24 10:00")
    assert school_minutes_between(QINGHE, earlier, later) == 60
    assert school_minutes_between(QINGHE, later, earlier) == 0


def test_school_time_begins_with_the_first_bell_and_is_over_with_the_last():
    asked = ("07:49", "07:50", "12:30", "17:29", "17:30")
    assert [is_school_time(QINGHE, at_school(f"2026-11-24 {each}")) for each in asked] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert not is_school_time(QINGHE, at_school("2026-11-28 10:00"))


def test_a_bell_of_a_day_is_a_span():
    day = date(2026, 11, 24)
    noon = next(bell for bell in bells_on(QINGHE, day) if bell.name == "午休")
    assert bell_span(QINGHE, day, noon) == Span(at_school("2026-11-24 12:00"), at_school("2026-11-24 13:40"))


def test_a_night_in_spring_has_two_hours_and_one_in_autumn_four():
    lengths = [school_hours(NIGHT_SCHOOL, date(2026, *day)).length for day in ((3, 28), (3, 29), (10, 25))]
    assert lengths == [timedelta(hours=3), timedelta(hours=2), timedelta(hours=4)]


def test_minutes_are_real_minutes_when_clocks_change():
    ninety_later = add_school_minutes(NIGHT_SCHOOL, utc("2026-03-29 00:00"), 90)
    assert shown(ninety_later, BERLIN) == "Sun 2026-03-29 03:30"
    ninety_later = add_school_minutes(NIGHT_SCHOOL, utc("2026-10-24 23:00"), 90)
    assert shown(ninety_later, BERLIN) == "Sun 2026-10-25 02:30"
    assert ninety_later == utc("2026-10-25 00:30")


def test_a_calendar_that_ends_says_so_and_when_the_rest_is_over_by_the_wall():
    without_terms = replace(QINGHE, terms=())
    with pytest.raises(NoSchoolTime) as ended:
        add_school_minutes(without_terms, at_school("2026-11-24 10:00"), 30)
    assert shown(ended.value.otherwise) == "Tue 2026-11-24 10:30"
    with pytest.raises(NoSchoolTime) as ended:
        add_school_days(without_terms, at_school("2026-11-24 10:00"), 0)
    assert shown(ended.value.otherwise) == "Tue 2026-11-24 10:00"
    with pytest.raises(NoSchoolTime) as ended:
        add_school_days(QINGHE, at_school("2027-06-29 10:00"), 3)
    assert shown(ended.value.otherwise) == "Fri 2027-07-02 17:30"
    assert ended.value.words % ended.value.params == "The school calendar has no school day within 400 days."


def test_time_is_counted_forward_and_from_aware_moments():
    now = at_school("2026-11-24 10:00")
    with pytest.raises(ValueError, match="forward"):
        add_school_minutes(QINGHE, now, -1)
    with pytest.raises(ValueError, match="forward"):
        add_school_days(QINGHE, now, -1)
    for count in (add_school_minutes, add_school_days):
        with pytest.raises(ValueError, match="zone"):
            count(QINGHE, datetime(2026, 11, 24, 10), 1)


@given(calendar=open_calendars(), start=moments, minutes=st.integers(0, 600))
def test_adding_minutes_and_counting_them_are_inverse(calendar, start, minutes):
    end = add_school_minutes(calendar, start, minutes)
    assert end >= start
    assert school_minutes_between(calendar, start, end) == minutes


@given(calendar=open_calendars(), start=moments, days=st.integers(1, 15))
def test_adding_days_and_counting_them_are_inverse(calendar, start, days):
    end = add_school_days(calendar, start, days)
    day, last, counted = day_at(calendar, start), day_at(calendar, end), 0
    while day < last:
        day += timedelta(days=1)
        counted += is_school_day(calendar, day)
    assert counted == days and school_hours(calendar, last).end == end


@settings(max_examples=30)
@given(calendar=open_calendars(), start=moments | nights_of_change, hours=st.integers(0, 60))
def test_minutes_agree_with_looking_at_the_clock_every_five_minutes(calendar, start, hours):
    # Bells of these calendars and changes of clocks fall on whole five minutes.
    start = start.replace(minute=start.minute // 5 * 5, second=0, microsecond=0)
    looks = [start + timedelta(minutes=5 * number) for number in range(hours * 12)]
    seen = 5 * sum(is_school_time(calendar, moment) for moment in looks)
    assert school_minutes_between(calendar, start, start + timedelta(hours=hours)) == seen


@given(calendar=calendars(), one=moments, two=moments, three=moments)
def test_minutes_add_up(calendar, one, two, three):
    one, two, three = sorted((one, two, three))
    both = school_minutes_between(calendar, one, two) + school_minutes_between(calendar, two, three)
    assert school_minutes_between(calendar, one, three) == pytest.approx(both)
