"""A calendar is checked when it is put together, and comes back from storage as it was."""

import json
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given

from app.core.errors import Invalid
from app.schooltime import (
    Bell,
    BellSchedule,
    BellsOverlap,
    DayTwice,
    EndsBeforeStart,
    HalfDay,
    Holiday,
    InvalidCalendar,
    MakeUpDay,
    Nameless,
    NotAWeekday,
    SchoolCalendar,
    Term,
    TermsOverlap,
    UnknownZone,
    UnreadableCalendar,
    WeekdayTwice,
    zone_named,
)
from tests.schooltime.calendars import QINGHE, calendars


def words(error: Invalid) -> str:
    return error.words % error.params


def test_terms_may_follow_each_other_but_not_overlap():
    autumn = Term("秋", date(2026, 9, 1), date(2027, 1, 31))
    replace(QINGHE, terms=(autumn, Term("春", date(2027, 2, 1), date(2027, 6, 30))))
    with pytest.raises(TermsOverlap) as refused:
        replace(QINGHE, terms=(Term("春", date(2027, 1, 31), date(2027, 6, 30)), autumn))
    assert words(refused.value) == "Two terms overlap on 2027-01-31."


def test_a_bell_may_ring_when_another_ends_but_not_before():
    first = Bell("1", time(8), time(8, 40))
    BellSchedule((1,), (Bell("2", time(8, 40), time(9, 20)), first))
    with pytest.raises(BellsOverlap) as refused:
        BellSchedule((1,), (Bell("2", time(8, 39), time(9, 20)), first))
    assert words(refused.value) == "Two periods overlap at 08:39."


def test_a_long_bell_may_not_hold_a_short_one():
    with pytest.raises(BellsOverlap):
        BellSchedule((1,), (Bell("午休", time(12), time(14)), Bell("5", time(12, 30), time(13))))


@pytest.mark.parametrize(
    "backwards",
    [
        lambda: Term("秋", date(2026, 9, 2), date(2026, 9, 1)),
        lambda: Holiday("国庆节", date(2026, 10, 7), date(2026, 10, 1)),
        lambda: Bell("1", time(9), time(8)),
        lambda: Bell("1", time(9), time(9)),
        lambda: HalfDay(date(2026, 9, 1), time(12), time(8)),
    ],
)
def test_nothing_ends_before_it_starts(backwards):
    with pytest.raises(EndsBeforeStart):
        backwards()


def test_a_term_may_last_a_day():
    assert date(2026, 9, 1) in Term("一天", date(2026, 9, 1), date(2026, 9, 1))


@pytest.mark.parametrize("name", ["", " ", "\u3000"])
def test_everything_has_a_name(name):
    with pytest.raises(Nameless):
        Bell(name, time(8), time(9))
    with pytest.raises(Nameless):
        Holiday(name, date(2026, 9, 1), date(2026, 9, 1))


def test_monday_is_1_and_there_is_no_0():
    for weekday in (0, 8, -1):
        with pytest.raises(NotAWeekday):
            MakeUpDay(date(2026, 9, 1), weekday)
        with pytest.raises(NotAWeekday):
            BellSchedule((1, weekday), ())


def test_a_weekday_has_one_schedule():
    with pytest.raises(WeekdayTwice):
        replace(QINGHE, schedules=(*QINGHE.schedules, BellSchedule((5, 6), ())))
    with pytest.raises(WeekdayTwice):
        replace(QINGHE, schedules=(BellSchedule((5, 5), ()),))


def test_a_day_is_not_off_and_made_up_at_once():
    with pytest.raises(DayTwice) as refused:
        replace(QINGHE, make_up_days=(MakeUpDay(date(2026, 10, 3), 1),))
    assert words(refused.value).startswith("2026-10-03 is entered twice")
    saturday = date(2026, 11, 14)
    with pytest.raises(DayTwice):
        replace(QINGHE, make_up_days=(MakeUpDay(saturday, 1), MakeUpDay(saturday, 2)))
    with pytest.raises(DayTwice):
        replace(QINGHE, half_days=(HalfDay(saturday, time(8), time(9)), HalfDay(saturday, time(8), time(12))))


@pytest.mark.parametrize("name", ["Asia/Beijing", "", "Asia", "../etc/passwd", "/etc/passwd", "zone.tab", "a\0b"])
def test_a_zone_is_known_by_its_iana_name(name):
    with pytest.raises(UnknownZone):
        zone_named(name)
    with pytest.raises(UnknownZone):
        SchoolCalendar.load({**QINGHE.dump(), "zone": name})


@given(calendar=calendars())
def test_a_calendar_comes_back_from_json_as_it_was(calendar):
    assert SchoolCalendar.load(json.loads(json.dumps(calendar.dump()))) == calendar


def test_what_is_optional_may_be_missing_in_storage():
    stored = {key: QINGHE.dump()[key] for key in ("zone", "terms", "schedules")}
    assert SchoolCalendar.load(stored) == replace(QINGHE, holidays=(), make_up_days=())


def broken(**changes):
    return {**QINGHE.dump(), **changes}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "{}",
        {},
        broken(zone=8),
        broken(terms=None),
        broken(terms={}),
        broken(terms=["2026"]),
        broken(terms=[{"name": "秋", "first": "2026-09-01"}]),
        broken(terms=[{"name": "秋", "first": "2026-09-01", "last": "soon"}]),
        broken(terms=[{"name": "秋", "first": "2026-09-01", "last": 20270131}]),
        broken(terms=[{"name": None, "first": "2026-09-01", "last": "2027-01-31"}]),
        broken(schedules=[{"weekdays": [True], "bells": []}]),
        broken(schedules=[{"weekdays": ["1"], "bells": []}]),
        broken(schedules=[{"weekdays": [1], "bells": [{"name": "1", "start": "25:00", "end": "26:00"}]}]),
        broken(schedules=[{"weekdays": [1], "bells": [{"name": "1", "start": "08:00Z", "end": "09:00Z"}]}]),
        broken(make_up_days=[{"day": "2026-11-14", "follows": 1.0}]),
        broken(lunar=True),
        {**QINGHE.dump(), 1: 2},
    ],
)
def test_what_is_no_calendar_is_refused_without_quoting_it(stored):
    with pytest.raises(UnreadableCalendar) as refused:
        SchoolCalendar.load(stored)
    assert refused.value.__suppress_context__ and not refused.value.params


def test_contradictions_in_storage_keep_their_names():
    term = {"name": "秋", "first": "2026-09-01", "last": "2027-01-31"}
    with pytest.raises(TermsOverlap):
        SchoolCalendar.load(broken(terms=[term, term]))


def test_every_fault_is_an_invalid_calendar_and_so_an_answer_for_a_form():
    faults = (BellsOverlap, DayTwice, EndsBeforeStart, Nameless, NotAWeekday, TermsOverlap, UnknownZone,
              UnreadableCalendar, WeekdayTwice)
    assert all(issubclass(fault, InvalidCalendar) and fault.status == 422 for fault in faults)
    assert len({fault.words for fault in faults}) == len(faults)
