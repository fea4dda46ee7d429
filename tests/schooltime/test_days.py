"""Which days are school days at 清河小学, with which bells, in which week."""

from dataclasses import replace
from datetime import date, time
from itertools import islice, pairwise

import pytest
from hypothesis import given

from app.schooltime import (
    BellSchedule,
    HalfDay,
    Holiday,
    MakeUpDay,
    Term,
    bells_on,
    is_school_day,
    school_days,
    school_week,
    term_on,
)
from tests.schooltime.calendars import QINGHE, calendars, days

TUESDAY = date(2026, 11, 24)
SATURDAY = date(2026, 11, 28)


def names(bells):
    return [bell.name for bell in bells]


def test_a_tuesday_has_all_bells():
    assert names(bells_on(QINGHE, TUESDAY)) == ["早读", *"1234", "午休", *"5678", "课后"]


@pytest.mark.parametrize(
    "day",
    [
        SATURDAY,
        date(2026, 10, 1),
        date(2026, 10, 7),
        date(2026, 1, 1),
        date(2026, 7, 15),
        date(2026, 8, 31),
        date(2026, 2, 14),
    ],
    ids=["weekend", "national day", "its last day", "new year", "summer", "eve of term", "made up in the break"],
)
def test_no_bell_rings(day):
    assert bells_on(QINGHE, day) == () and not is_school_day(QINGHE, day)


def test_the_first_and_the_last_day_of_term_are_school_days():
    assert is_school_day(QINGHE, date(2026, 9, 1)) and is_school_day(QINGHE, date(2026, 6, 30))


def test_a_make_up_saturday_follows_the_weekday_given_away():
    short_wednesday = BellSchedule((3,), QINGHE.schedules[0].bells[:5])
    others = BellSchedule((1, 2, 4, 5), QINGHE.schedules[0].bells)
    school = replace(QINGHE, schedules=(others, short_wednesday))
    made_up = date(2026, 10, 10)
    assert made_up.isoweekday() == 6
    assert names(bells_on(school, made_up)) == ["早读", *"1234"]


def test_a_make_up_day_after_a_weekday_without_bells_is_no_school_day():
    assert not is_school_day(replace(QINGHE, make_up_days=(MakeUpDay(SATURDAY, 7),)), SATURDAY)


def test_on_a_half_day_only_whole_bells_ring():
    mornings = replace(QINGHE, half_days=(HalfDay(TUESDAY, time(0), time(11, 30)),))
    assert names(bells_on(mornings, TUESDAY)) == ["早读", *"123"]
    afternoons = replace(QINGHE, half_days=(HalfDay(TUESDAY, time(12), time(23, 59)),))
    assert names(bells_on(afternoons, TUESDAY)) == ["午休", *"5678", "课后"]
    none = replace(QINGHE, half_days=(HalfDay(TUESDAY, time(0), time(6)),))
    assert not is_school_day(none, TUESDAY)


def test_bells_come_in_order_however_they_were_entered():
    school = replace(QINGHE, schedules=(BellSchedule((2,), QINGHE.schedules[0].bells[::-1]),))
    assert bells_on(school, TUESDAY) == QINGHE.schedules[0].bells


def test_school_days_pass_over_holidays_and_take_the_make_up_days():
    found = list(islice(school_days(QINGHE, date(2026, 9, 18)), 16))
    assert [f"{day:%m-%d}" for day in found] == [
        "09-18", "09-20", "09-21", "09-22", "09-23", "09-24", "09-28", "09-29", "09-30",
        "10-08", "10-09", "10-10", "10-12", "10-13", "10-14", "10-15",
    ]  # fmt: skip


def test_school_days_pass_over_the_year_end_and_the_winter_break():
    found = list(islice(school_days(QINGHE, date(2025, 12, 31)), 3))
    assert found == [date(2025, 12, 31), date(2026, 1, 4), date(2026, 1, 5)]
    assert next(school_days(QINGHE, date(2026, 1, 31))) == date(2026, 2, 24)


def test_the_search_for_school_days_ends():
    assert list(school_days(replace(QINGHE, terms=()), TUESDAY)) == []
    last_friday = replace(QINGHE, terms=(Term("周", date(2026, 11, 23), date(2026, 11, 27)),))
    assert len(list(school_days(last_friday, TUESDAY))) == 4


def test_the_search_finds_a_day_after_400_days_but_not_after_401():
    far = replace(QINGHE, terms=(Term("远", date(2028, 1, 3), date(2028, 1, 3)),))
    assert list(school_days(far, date(2026, 11, 30))) == [date(2028, 1, 3)]
    assert list(school_days(far, date(2026, 11, 29))) == []


def test_weeks_are_counted_from_monday_through_the_holidays():
    weeks = [school_week(QINGHE, date(2026, month, day)) for month, day in ((9, 1), (9, 6), (9, 7), (10, 5))]
    assert weeks == [1, 1, 2, 6]
    assert school_week(QINGHE, TUESDAY) == 13
    assert school_week(QINGHE, date(2026, 7, 15)) is None


def test_the_first_week_is_the_one_with_the_first_school_day():
    sunday = replace(QINGHE, terms=(Term("秋", date(2024, 9, 1), date(2025, 1, 31)),))
    assert [school_week(sunday, date(2024, 9, day)) for day in (1, 2, 8, 9)] == [1, 1, 1, 2]
    after_spring_festival = [school_week(QINGHE, date(2026, 2, day)) for day in (16, 22, 23, 24, 28)]
    assert after_spring_festival == [1, 1, 1, 1, 1]
    assert school_week(QINGHE, date(2026, 3, 2)) == 2


def test_a_term_of_holidays_still_has_weeks():
    term = Term("假", date(2026, 9, 1), date(2026, 9, 30))
    closed = replace(QINGHE, terms=(term,), make_up_days=(), holidays=(Holiday("假", term.first, term.last),))
    assert [school_week(closed, date(2026, 9, day)) for day in (1, 7, 30)] == [1, 2, 5]


@given(calendar=calendars(), day=days)
def test_a_school_day_lies_in_a_term_and_has_ordered_bells(calendar, day):
    bells = bells_on(calendar, day)
    assert not bells or term_on(calendar, day)
    assert all(before.end <= after.start for before, after in pairwise(bells))
    assert (school_week(calendar, day) is None) == (term_on(calendar, day) is None)
