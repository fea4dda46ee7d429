"""When there is a slot: over any calendar and any hours, where clocks are changed, on half and make-up days."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.appointments.cells import CELL, cell_at, cells_between
from app.appointments.models import BlockedTime, CounsellingRoom, DutyTurn, RoomHours
from app.appointments.queries.rooms import default_hours, default_room
from app.appointments.slots import InPost, Timetable, free_slots, nearest, on_duty, room_slots_on, slots_on
from app.schooltime import (
    HalfDay,
    Holiday,
    MakeUpDay,
    SchoolCalendar,
    Span,
    bells_on,
    moment_at,
    term_on,
    wall_at,
    weekday_followed,
)
from tests.schooltime.calendars import BERLIN, NIGHT_SCHOOL, QINGHE, SHANGHAI, at_school, calendars, days, shown

pytestmark = pytest.mark.alike
SCHOOL, LIN, BO, EM = (uuid4() for _ in range(4))
ROOM = default_room(SCHOOL)
EVER = date(2000, 1, 1)


def hours(weekday: int | None, start: str = "", end: str = "", *, period: str | None = None, minutes: int | None = None,
          first_on: date = EVER, last_on: date | None = None) -> RoomHours:
    """Return hours as a room enters them."""
    times = (None, None) if period else (time.fromisoformat(start), time.fromisoformat(end))
    return RoomHours(
        school_id=SCHOOL, room_id=ROOM.id, weekday=weekday, period_label=period, from_time=times[0], to_time=times[1],
        slot_minutes=minutes, first_on=first_on, last_on=last_on or (first_on if weekday is None else None),
    )


def begins(day: str, *rows: RoomHours, calendar: SchoolCalendar = QINGHE, gap: int = 0) -> list[str]:
    """Return when the slots of a day begin, as the school's clock shows it."""
    found = slots_on(date.fromisoformat(day), calendar=calendar, hours=rows, gap=gap)
    return [f"{slot.start.astimezone(calendar.zone):%H:%M}" for slot in found]


def test_a_school_that_entered_nothing_is_open_at_noon_from_monday_to_friday() -> None:
    rows = default_hours(ROOM)
    week = [begins(f"2026-10-{day}", *rows) for day in range(12, 19)]
    assert week == [["12:00"]] * 5 + [[], []]
    assert slots_on(date(2026, 10, 12), calendar=QINGHE, hours=rows)[0].length == timedelta(minutes=40)


def test_there_is_no_slot_on_a_holiday_nor_in_the_holidays_and_a_make_up_day_follows_its_weekday() -> None:
    rows = [hours(4, "12:00", "12:40"), hours(5, "16:30", "17:10")]
    assert begins("2026-10-01", *rows) == [], "National Day"
    assert begins("2026-08-06", *rows) == [], "outside terms"
    made_up = SchoolCalendar(
        QINGHE.zone, QINGHE.terms, QINGHE.schedules, make_up_days=(MakeUpDay(date(2026, 10, 10), 5),)
    )
    assert begins("2026-10-10", *rows, calendar=made_up) == ["16:30"], "a Saturday with the hours of a Friday"


def test_a_period_moves_with_the_bells_and_a_half_day_leaves_only_what_it_leaves_whole() -> None:
    rows = [hours(2, period="午休", minutes=40), hours(2, "16:30", "17:10"), hours(2, period="没有这样的节次")]
    assert begins("2026-10-13", *rows) == ["12:00", "12:40", "16:30"]
    half = SchoolCalendar(
        QINGHE.zone, QINGHE.terms, QINGHE.schedules, half_days=(HalfDay(date(2026, 10, 13), time(7), time(13, 40)),)
    )
    assert begins("2026-10-13", *rows, calendar=half) == ["12:00", "12:40"]


def test_hours_for_one_day_count_on_that_day_alone_also_when_there_is_no_school() -> None:
    sunday = hours(None, "09:00", "10:00", minutes=30, first_on=date(2026, 10, 18))
    assert begins("2026-10-18", sunday) == ["09:00", "09:30"]
    assert begins("2026-10-25", sunday) == []


def test_between_two_slots_lies_the_time_that_a_room_keeps_free() -> None:
    assert begins("2026-10-13", hours(2, "12:00", "13:40", minutes=30), gap=10) == ["12:00", "12:40"]


def test_noon_stays_noon_and_a_night_in_which_clocks_change_has_slots_of_real_minutes() -> None:
    rows = [hours(weekday, "01:30", "03:30", minutes=40) for weekday in range(1, 8)]
    spring, autumn, usual = (
        slots_on(day, calendar=NIGHT_SCHOOL, hours=rows)
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 10, 26))
    )
    assert (len(spring), len(autumn), len(usual)) == (1, 4, 3), "one, three and two hours of real time"
    assert {slot.length for slot in (*spring, *autumn, *usual)} == {timedelta(minutes=40)}
    skipped = slots_on(date(2026, 3, 29), calendar=NIGHT_SCHOOL, hours=[hours(7, "02:00", "02:40")])
    assert skipped == (), "what is skipped is no time at all"


rows = st.builds(
    lambda weekday, fives, minutes, period, first: hours(
        weekday, *(f"{five // 12:02}:{five % 12 * 5:02}" for five in sorted(fives)), period="课" if period else None,
        minutes=minutes, first_on=first if weekday is None else EVER,
    ),
    st.none() | st.integers(1, 7), st.lists(st.integers(0, 287), min_size=2, max_size=2, unique=True),
    st.none() | st.integers(1, 24).map(lambda five: five * 5), st.booleans(), days,
)
nights = st.sampled_from((date(2026, 3, 29), date(2026, 10, 25)))


@given(calendars(), st.lists(rows, max_size=4), days | nights, st.integers(0, 20))
def test_every_slot_lies_in_hours_that_count_on_its_day(
    calendar: SchoolCalendar, entered: list[RoomHours], day: date, gap: int
) -> None:
    found = slots_on(day, calendar=calendar, hours=entered, gap=gap)
    assert list(found) == sorted(set(found))
    school = term_on(calendar, day) is not None and weekday_followed(calendar, day) is not None
    for slot in found:
        assert slot.start < slot.end
        assert any(lies_in(slot, each, calendar, day) for each in entered)
        assert school or any(each.weekday is None and each.first_on == day for each in entered)
    for each in entered:
        alone = slots_on(day, calendar=calendar, hours=[each], gap=gap)
        assert set(alone) <= set(found)
        assert all(after.start - before.end >= timedelta(minutes=gap) for before, after in pairwise(alone) if
                   each.period_label is None)
        assert all(each.slot_minutes in (None, slot.length / timedelta(minutes=1)) for slot in alone)


def lies_in(slot: Span, each: RoomHours, calendar: SchoolCalendar, day: date) -> bool:
    """Say whether a slot lies inside hours, by the wall clock on a day."""
    walls = [(each.from_time, each.to_time)]
    if each.period_label:
        walls = [(bell.start, bell.end) for bell in bells_on(calendar, day) if bell.name == each.period_label]
    return any(
        moment_at(calendar.zone, datetime.combine(day, start)) <= slot.start
        and slot.end <= moment_at(calendar.zone, datetime.combine(day, end))
        and wall_at(calendar.zone, slot.start).date() == day
        for start, end in walls if start is not None and end is not None
    )


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(moments, st.timedeltas(timedelta(seconds=1), timedelta(hours=5)), st.integers(0, 60), st.integers(0, 60))
def test_cells_cover_a_time_and_two_times_that_overlap_share_one(
    start: datetime, length: timedelta, before: int, after: int
) -> None:
    cells = cells_between(start, start + length, before=before, after=after)
    first = datetime.fromtimestamp(cells.start * 300, UTC)
    last = datetime.fromtimestamp(cells.stop * 300, UTC)
    assert first <= start - timedelta(minutes=before) < first + CELL
    assert last - CELL < start + length + timedelta(minutes=after) <= last
    inside = start + length / 2
    assert cell_at(inside) in cells
    assert cell_at(start + length) not in cells_between(start, start + length) or (start + length).timestamp() % 300


def timetable(**given: object) -> Timetable:
    """Return the timetable of a school with two counsellors who are there for ever."""
    facts: dict[str, object] = {
        "calendar": QINGHE, "rooms": {ROOM.id: ROOM}, "hours": default_hours(ROOM),
        "in_post": [InPost(LIN, EVER, None), InPost(BO, EVER, None)],
    }
    return Timetable(**{**facts, **given})  # type: ignore[arg-type]


NOON = Span(at_school("2026-10-13 12:00"), at_school("2026-10-13 12:40"))
TUESDAY = date(2026, 10, 13)


def duty(weekday: int, person: UUID, substitute: UUID | None = None, **dates: date | None) -> DutyTurn:
    given = {"first_on": EVER, "last_on": None} | dates
    return DutyTurn(room_id=ROOM.id, weekday=weekday, person_id=person, substitute_id=substitute, **given)


def away(person: UUID | None = None, *, room: UUID | None = None) -> BlockedTime:
    return BlockedTime(room_id=room, person_id=person, starts_at=NOON.start, ends_at=NOON.end)


def test_the_roster_says_who_receives_and_the_substitute_stands_in() -> None:
    def who(*turns: DutyTurn, blocks: tuple[BlockedTime, ...] = ()) -> tuple[UUID, ...]:
        return on_duty(timetable(turns=turns, blocks=blocks), ROOM.id, TUESDAY, NOON)

    assert who() == (LIN, BO), "without a roster everybody"
    assert who(duty(2, BO)) == (BO,)
    assert who(duty(3, BO)) == (), "the roster has nobody for this day"
    assert who(duty(3, BO, last_on=date(2026, 10, 12))) == (LIN, BO), "a roster that is over is none"
    assert who(duty(2, LIN, BO), blocks=(away(LIN),)) == (BO,)
    assert who(duty(2, LIN, BO), blocks=(away(LIN), away(BO))) == ()
    assert who(duty(2, EM)) == (), "who is no counsellor of the school receives nobody"
    assert on_duty(timetable(in_post=[InPost(LIN, EVER, date(2026, 10, 12))]), ROOM.id, TUESDAY, NOON) == ()


def test_a_closed_room_has_no_slot() -> None:
    closed = timetable(blocks=(away(room=ROOM.id),))
    assert room_slots_on(closed, ROOM, TUESDAY) == ()
    assert list(free_slots([TUESDAY], closed, taken=(), since=NOON.start)) == []
    shut = CounsellingRoom(id=ROOM.id, school_id=SCHOOL, open=False, places=1, minutes_before=0, minutes_after=0)
    assert not list(free_slots([TUESDAY], timetable(rooms={ROOM.id: shut}), taken=(), since=NOON.start))


def test_the_three_nearest_are_nearest_first() -> None:
    school_days = [TUESDAY + timedelta(days=number) for number in range(-3, 10)]
    free = free_slots(school_days, timetable(), taken=(), since=at_school("2026-10-12 13:00"))
    assert [shown(slot.start) for slot in nearest(free, at_school("2026-10-15 15:00"))] == [
        "Thu 2026-10-15 12:00", "Fri 2026-10-16 12:00", "Wed 2026-10-14 12:00",
    ]


def test_a_holiday_in_berlin_moves_no_slot_of_the_days_around() -> None:
    calendar = SchoolCalendar(
        BERLIN, NIGHT_SCHOOL.terms, NIGHT_SCHOOL.schedules, holidays=(Holiday("frei", TUESDAY, TUESDAY),)
    )
    week = [begins(f"2026-10-{day}", *default_hours(ROOM), calendar=calendar) for day in (12, 13, 14, 26)]
    assert week == [["12:00"], [], ["12:00"], ["12:00"]]
    assert SHANGHAI != BERLIN
