"""School time: terms, holidays, make-up days and bells; due times are pure functions over that data."""

from app.schooltime.calendar import (
    Bell,
    InvalidCalendar,
    NoSchoolTime,
    SchoolCalendar,
    Term,
    default_calendar,
)
from app.schooltime.clocks import Clock, due
from app.schooltime.days import (
    add_school_days,
    add_school_minutes,
    bells_on,
    is_school_day,
    school_minutes_between,
    school_spans,
    school_week,
)
from app.schooltime.national import NationalYear, national_year

__all__ = [
    "Bell",
    "Clock",
    "InvalidCalendar",
    "NationalYear",
    "NoSchoolTime",
    "SchoolCalendar",
    "Term",
    "add_school_days",
    "add_school_minutes",
    "bells_on",
    "default_calendar",
    "due",
    "is_school_day",
    "national_year",
    "school_minutes_between",
    "school_spans",
    "school_week",
]
