"""The calendar of a school that has not entered its own yet."""

from datetime import date, time
from functools import lru_cache

from app.schooltime.calendar import Bell, BellSchedule, SchoolCalendar, Term
from app.schooltime.national import seeded
from app.schooltime.zones import zone_named

_DAY = (
    ("早读", "07:50", "08:10"),
    ("1", "08:20", "09:00"),
    ("2", "09:10", "09:50"),
    ("3", "10:20", "11:00"),
    ("4", "11:10", "11:50"),
    ("午休", "12:00", "13:40"),
    ("5", "13:50", "14:25"),
    ("6", "14:35", "15:10"),
    ("7", "15:15", "15:50"),
    ("8", "15:55", "16:30"),
    ("课后", "16:30", "17:30"),
)
_BELLS = tuple(Bell(name, time.fromisoformat(start), time.fromisoformat(end)) for name, start, end in _DAY)


def default_calendar(today: date) -> SchoolCalendar:
    """Return Asia/Shanghai, Monday to Friday, two terms a year, from the school year before to the one after."""
    return _default_calendar(today.year)


@lru_cache(maxsize=4)
def _default_calendar(year: int) -> SchoolCalendar:
    calendar = SchoolCalendar(
        zone=zone_named("Asia/Shanghai"),
        terms=tuple(term for start in (year - 1, year) for term in _terms_of(start)),
        schedules=(BellSchedule((1, 2, 3, 4, 5), _BELLS),),
    )
    for each in (year - 1, year, year + 1):
        calendar = seeded(calendar, each)
    return calendar


def _terms_of(start: int) -> tuple[Term, Term]:
    """Return the terms of the school year that starts in some year; 2026-2027-1 is how schools write them."""
    end = start + 1
    return (
        Term(f"{start}-{end}-1", date(start, 9, 1), date(end, 1, 31)),
        Term(f"{start}-{end}-2", date(end, 2, 15), date(end, 6, 30)),
    )
