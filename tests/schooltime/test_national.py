"""What the State Council has announced, what nobody can know yet, and the calendar schools start with."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday

from app.schooltime import (
    BellSchedule,
    Holiday,
    Known,
    MakeUpDay,
    bells_on,
    default_calendar,
    is_school_day,
    national_calendar,
    seeded,
    term_on,
    years_on_weekends_only,
)
from tests.schooltime.calendars import QINGHE

UNANNOUNCED = 2099


def days_of(year):
    return (date(year, 1, 1) + timedelta(days=number) for number in range(365))


def test_runs_of_days_off_are_one_holiday_each():
    national = national_calendar(2025)
    assert national.known is Known.ANNOUNCED
    assert Holiday("春节", date(2025, 1, 28), date(2025, 2, 4)) in national.holidays
    october = [holiday for holiday in national.holidays if holiday.first.month == 10]
    assert [(each.name, each.first.day, each.last.day) for each in october] == [
        ("国庆节", 1, 5),
        ("中秋节", 6, 6),
        ("国庆节", 7, 8),
    ]


def test_make_up_days_take_the_lessons_that_fell_out():
    assert national_calendar(2025).make_up_days == (
        MakeUpDay(date(2025, 1, 26), 1),
        MakeUpDay(date(2025, 2, 8), 2),
        MakeUpDay(date(2025, 4, 27), 1),
        MakeUpDay(date(2025, 9, 28), 2),
        MakeUpDay(date(2025, 10, 11), 3),
    )


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_day_of_every_announced_year_is_as_the_state_council_has_it(year):
    national = national_calendar(year)
    made_up = {entry.day for entry in national.make_up_days}
    for day in days_of(year):
        off = any(day in holiday for holiday in national.holidays)
        assert (day in made_up or (day.isoweekday() <= 5 and not off)) == is_workday(day), day


def test_of_a_year_not_announced_only_weekends_are_known():
    national = national_calendar(UNANNOUNCED)
    assert national.known is Known.WEEKENDS_ONLY
    assert national.holidays == () and national.make_up_days == ()


def test_a_calendar_says_for_which_years_it_knows_weekends_only():
    future = default_calendar(date(UNANNOUNCED, 11, 1))
    assert years_on_weekends_only(future) == (UNANNOUNCED - 1, UNANNOUNCED, UNANNOUNCED + 1)
    assert not is_school_day(future, date(UNANNOUNCED, 10, 10)) and is_school_day(future, date(UNANNOUNCED, 10, 9))
    entered = Holiday("国庆节", date(UNANNOUNCED, 10, 1), date(UNANNOUNCED, 10, 7))
    assert UNANNOUNCED not in years_on_weekends_only(replace(future, holidays=(entered,)))


def test_what_the_school_entered_stays_when_national_days_are_added():
    own = Holiday("校庆", date(2026, 10, 1), date(2026, 10, 10))
    made_up = MakeUpDay(date(2026, 5, 2), 4)
    school = replace(QINGHE, holidays=(own,), make_up_days=(made_up,))
    added = seeded(school, 2026)
    assert own in added.holidays and made_up in added.make_up_days
    assert not is_school_day(added, date(2026, 10, 10)) and is_school_day(added, date(2026, 5, 2))
    assert not is_school_day(added, date(2026, 6, 19)) and is_school_day(added, date(2026, 9, 20))


def test_adding_national_days_twice_adds_them_once():
    assert seeded(QINGHE, 2026) == QINGHE


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 2, 10), date(2026, 7, 20), date(2026, 12, 31)])
def test_the_default_always_holds_the_next_term(today):
    calendar = default_calendar(today)
    assert any(today <= term.first <= today + timedelta(days=300) for term in calendar.terms)
    assert any(is_school_day(calendar, today + timedelta(days=number)) for number in range(70))


def test_the_defaults_of_two_years_agree_on_the_term_they_share():
    before, after = default_calendar(date(2025, 12, 31)), default_calendar(date(2026, 1, 1))
    shared = [day for day in (date(2025, 9, 1) + timedelta(days=number) for number in range(303))]
    assert all(bells_on(before, day) == bells_on(after, day) for day in shared)
    assert term_on(before, shared[-1]) == term_on(after, shared[-1])


def test_the_default_day_has_eight_lessons_around_a_noon_break():
    assert [str(bell.start)[:5] for bell in bells_on(QINGHE, date(2026, 11, 24)) if bell.words != bell.name] == [
        "07:50",
        "12:00",
        "16:30",
    ]
    (schedule,) = QINGHE.schedules
    assert isinstance(schedule, BellSchedule) and schedule.weekdays == (1, 2, 3, 4, 5)
    assert sum(bell.name.isdigit() for bell in schedule.bells) == 8


def test_known_names_have_words_in_both_languages_and_own_names_stay():
    assert {holiday.words for holiday in QINGHE.holidays} >= {"Spring Festival", "National Day"}
    assert Holiday("校庆", date(2026, 10, 1), date(2026, 10, 1)).words == "校庆"
