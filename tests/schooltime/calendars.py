"""Two schools to count time at, any calendar for properties, and short ways to write moments."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.schooltime import (
    Bell,
    BellSchedule,
    Clock,
    HalfDay,
    Holiday,
    MakeUpDay,
    SchoolCalendar,
    Term,
    default_calendar,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")

QINGHE = default_calendar(date(2026, 9, 1))
"""清河小学 keeps the default: Monday to Friday, 07:50 to 17:30, national holidays of 2026."""

NIGHT_SCHOOL = SchoolCalendar(
    zone=BERLIN,
    terms=(Term("2026", date(2026, 1, 1), date(2026, 12, 31)),),
    schedules=(BellSchedule((1, 2, 3, 4, 5, 6, 7), (Bell("Nacht", time(1), time(4)),)),),
)
"""A school in Berlin whose only lesson lies across every change of clocks: 29 March and 25 October 2026."""


def at_school(text: str) -> datetime:
    """Return the moment at which the clock in 清河 shows a time, 2026-11-24 10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(moment: datetime, zone: ZoneInfo = SHANGHAI) -> str:
    """Return what a wall clock shows at a moment, which must be aware and in UTC."""
    assert moment.tzinfo is UTC
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


FIRST_DAY = date(2026, 3, 1)
days = st.integers(0, 300).map(lambda offset: FIRST_DAY + timedelta(days=offset))
times = st.integers(0, 24 * 12 - 1).map(lambda fives: time(fives // 12, fives % 12 * 5))
moments = st.datetimes(datetime(2026, 2, 1), datetime(2027, 1, 31), timezones=st.just(UTC))
nights_of_change = st.one_of(
    st.datetimes(datetime(2026, month, day - 1, 20), datetime(2026, month, day, 6), timezones=st.just(UTC))
    for month, day in ((3, 29), (10, 25))
)


@st.composite
def terms(draw: st.DrawFn) -> tuple[Term, ...]:
    edges = sorted(draw(st.lists(days, min_size=0, max_size=6, unique=True)))
    return tuple(Term("学期", *pair) for pair in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def schedules(draw: st.DrawFn, at_least: int = 0) -> tuple[BellSchedule, ...]:
    edges = sorted(draw(st.lists(times, min_size=2, max_size=8, unique=True)))
    bells = tuple(Bell("课", *pair) for pair in zip(edges[::2], edges[1::2], strict=False))
    weekdays = draw(st.lists(st.integers(1, 7), unique=True, min_size=at_least, max_size=7))
    return (BellSchedule(tuple(weekdays), bells),)


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    runs = draw(st.lists(st.tuples(days, st.integers(0, 20)), max_size=3))
    holidays = tuple(Holiday("假", first, first + timedelta(days=length)) for first, length in runs)
    made_up = draw(st.dictionaries(days, st.integers(1, 7), max_size=3)).items()
    halves = draw(st.dictionaries(days, times.filter(lambda end: end > time(0)), max_size=3)).items()
    return SchoolCalendar(
        zone=draw(st.sampled_from((SHANGHAI, BERLIN))),
        terms=draw(terms()),
        schedules=draw(schedules()),
        holidays=holidays,
        make_up_days=tuple(
            MakeUpDay(day, follows) for day, follows in made_up if not any(day in each for each in holidays)
        ),
        half_days=tuple(HalfDay(day, time(0), end) for day, end in halves),
    )


def open_calendars() -> st.SearchStrategy[SchoolCalendar]:
    """Calendars with school in every week for a generation."""
    decades = (Term("长", date(2020, 1, 1), date(2040, 12, 31)),)
    return st.builds(
        lambda calendar, bells: replace(calendar, terms=decades, schedules=bells), calendars(), schedules(1)
    )


limits = st.none() | st.integers(0, 100)
clocks = st.one_of(
    st.builds(Clock, st.sampled_from(("always", "school_minutes")), st.integers(0, 3000), limits),
    st.builds(Clock, st.sampled_from(("school_days", "wall_days")), st.integers(0, 12), limits),
)
