"""Appointments that repeat: every time is shown, moved or left out by somebody, and none is dropped in silence."""

from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import WEEKLY, rrule
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select

from app.appointments import service
from app.appointments.errors import SlotTaken
from app.appointments.models import Appointment
from app.appointments.queries import gaps_of, get_room, occurrences_of
from app.appointments.service.series import SeriesConflict, SeriesTooLong, series_days
from app.core.database import session
from app.core.errors import Missing
from app.directory.models import Organisation
from app.schooltime import Holiday, default_calendar
from tests.appointments.telling import booked, claims, implied, noon, wish
from tests.world import World


@pytest.fixture
def autumn(world: World) -> World:
    """A school that has sports on 20 October and whose room Rui has on the 27th."""
    calendar = default_calendar(date(2026, 10, 13))
    sports = Holiday("运动会", date(2026, 10, 20), date(2026, 10, 20))
    with world.database.transaction():
        school = session().get_one(Organisation, world.school)
        school.calendar = type(calendar)(
            calendar.zone, calendar.terms, calendar.schedules, (*calendar.holidays, sports), calendar.make_up_days
        ).dump()
    booked(world, "bo", day=27, student="rui")
    return world


def test_what_stands_in_the_way_is_shown_and_nothing_is_booked_before_somebody_chose(autumn: World) -> None:
    before = claims(autumn)
    with pytest.raises(SeriesConflict) as refused, autumn.acting("lin") as lin:
        service.book_series(wish(autumn), every_weeks=1, times=4, by=lin)
    shown = [(one.day.day, one.cause) for one in refused.value.occurrences]
    assert shown == [(13, None), (20, "closed"), (27, "taken"), (3, None)]
    free = [slot.start for slot in refused.value.occurrences[1].nearest]
    assert free == [noon(19), noon(21), noon(22)]
    assert [one["number"] for one in refused.value.also["occurrences"]] == [2, 3]
    assert claims(autumn) == before


def test_one_time_is_moved_one_left_out_and_both_are_on_record(autumn: World) -> None:
    with autumn.acting("lin") as lin:
        choices = {2: noon(21), 3: None}
        series = service.book_series(
            wish(autumn), every_weeks=1, times=4, choices=choices, reason={"about": "friends"}, by=lin
        ).id
    with autumn.database.transaction(writes=False):
        assert [(one.series_number, one.starts_at) for one in occurrences_of(series)] == [
            (1, noon(13)), (2, noon(21)), (4, noon(3, 11)),
        ]
        assert [(gap.number, gap.cause_code) for gap in gaps_of(series)] == [(3, "taken")]
        assert len({one.reason_id for one in occurrences_of(series)}) == 3, "each has its own"
    assert claims(autumn) == implied(autumn)


def test_a_choice_that_is_taken_meanwhile_books_none_of_them(autumn: World) -> None:
    booked(autumn, "bo", day=21, student="rui")
    before = claims(autumn)
    with pytest.raises(SlotTaken), autumn.acting("lin") as lin:
        service.book_series(wish(autumn), every_weeks=1, times=4, choices={2: noon(21), 3: None}, by=lin)
    with pytest.raises(SeriesConflict), autumn.acting("lin") as lin:
        service.book_series(wish(autumn, 20), every_weeks=1, times=2, choices={1: None, 2: None}, by=lin)
    assert claims(autumn) == before
    with autumn.database.transaction(writes=False):
        assert session().scalar(select(func.count()).select_from(Appointment)) == 2


@pytest.mark.alike
def test_only_the_rooms_counsellors_book_a_series(world: World) -> None:
    for name in ("cruz", "gao", "pia", "sam", "tan", "dee"):
        with pytest.raises(Missing), world.acting(name) as by:
            service.book_series(wish(world), every_weeks=1, times=2, by=by)


@pytest.mark.alike
def test_a_series_keeps_to_its_period_where_the_bells_of_a_day_differ(world: World) -> None:
    with world.acting("lin") as lin:
        room = get_room(world.school)
        tuesdays = service.Opening(2, date(2026, 9, 1), period="课后", minutes=30)
        service.add_hours(room, tuesdays, by=lin)
        first = noon(13) + timedelta(hours=4, minutes=30)
        service.book_series(wish(world, starts_at=first), every_weeks=2, times=3, by=lin)
        starts = session().scalars(select(Appointment.starts_at).order_by(Appointment.starts_at)).all()
    assert starts == [first, first + timedelta(days=14), first + timedelta(days=28)]


@pytest.mark.alike
@given(some.dates(date(2020, 1, 1), date(2040, 12, 31)), some.integers(1, 8), some.integers(2, 60))
def test_the_days_of_a_series_are_those_of_rfc_5545(first: date, every: int, times: int) -> None:
    expected = rrule(WEEKLY, dtstart=datetime.combine(first, time()), interval=every, count=times)
    assert series_days(first, every_weeks=every, times=times) == [moment.date() for moment in expected]


@pytest.mark.alike
@pytest.mark.parametrize(("every", "times"), [(0, 2), (9, 2), (1, 1), (1, 61), (-1, 3)])
def test_more_than_anybody_can_plan_is_refused(every: int, times: int) -> None:
    with pytest.raises(SeriesTooLong):
        series_days(date(2026, 10, 13), every_weeks=every, times=times)
