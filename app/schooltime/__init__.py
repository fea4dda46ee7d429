"""School time: terms, holidays, make-up days and bells, and what is due when; pure functions over data."""

from app.schooltime.calendar import (
    Bell,
    BellSchedule,
    Days,
    HalfDay,
    Holiday,
    MakeUpDay,
    SchoolCalendar,
    Term,
)
from app.schooltime.clocks import Clock, ClockKind, due
from app.schooltime.counting import add_school_days, add_school_minutes, school_minutes_between
from app.schooltime.days import bells_on, is_school_day, school_days, school_week, term_on, weekday_followed
from app.schooltime.defaults import default_calendar
from app.schooltime.errors import (
    BellsOverlap,
    DayTwice,
    EndsBeforeStart,
    InvalidCalendar,
    Nameless,
    NoSchoolTime,
    NotAWeekday,
    TermsOverlap,
    UnknownZone,
    UnreadableCalendar,
    WeekdayTwice,
)
from app.schooltime.hours import Span, bell_span, day_at, is_school_time, school_hours, school_spans
from app.schooltime.national import (
    Known,
    NationalCalendar,
    national_calendar,
    seeded,
    years_on_weekends_only,
)
from app.schooltime.zones import add_wall_days, moment_at, wall_at, zone_named

__all__ = [
    "Bell",
    "BellSchedule",
    "BellsOverlap",
    "Clock",
    "ClockKind",
    "DayTwice",
    "Days",
    "EndsBeforeStart",
    "HalfDay",
    "Holiday",
    "InvalidCalendar",
    "Known",
    "MakeUpDay",
    "Nameless",
    "NationalCalendar",
    "NoSchoolTime",
    "NotAWeekday",
    "SchoolCalendar",
    "Span",
    "Term",
    "TermsOverlap",
    "UnknownZone",
    "UnreadableCalendar",
    "WeekdayTwice",
    "add_school_days",
    "add_school_minutes",
    "add_wall_days",
    "bell_span",
    "bells_on",
    "day_at",
    "default_calendar",
    "due",
    "is_school_day",
    "is_school_time",
    "moment_at",
    "national_calendar",
    "school_days",
    "school_hours",
    "school_minutes_between",
    "school_spans",
    "school_week",
    "seeded",
    "term_on",
    "wall_at",
    "weekday_followed",
    "years_on_weekends_only",
    "zone_named",
]
