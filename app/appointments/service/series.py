"""Bookings that repeat: each time is a booking of its own, and what stands in its way is shown, never dropped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app import audit
from app.access import Actor
from app.appointments.models import AppointmentSeries, CounsellingRoom, SeriesGap
from app.appointments.periods import period_at
from app.appointments.policy import BOOK, SERIES
from app.appointments.queries import free_between, get_room, nearest_free, occurrences_of, school_timetable
from app.appointments.service.placing import Terms, Wish, place
from app.appointments.service.reasons import seal_reason
from app.appointments.service.steps import step
from app.appointments.slots import FreeSlot, Timetable, room_slots_on
from app.appointments.states import LIVE
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid, Missing
from app.core.ids import new_id
from app.core.words import N_
from app.directory.queries import calendar_of
from app.schooltime import day_at, wall_at

MOST_TIMES, MOST_WEEKS = 60, 8
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Occurrence:
    """One time of a series: when it would be, and what stands in its way with the nearest free times."""

    number: int
    day: date
    starts_at: datetime | None
    cause: str | None = None
    nearest: Sequence[FreeSlot] = ()


class SeriesConflict(Conflict):
    """Of some times of a series it was not said whether they are left out or moved."""

    words = N_("Some of these times cannot be booked. Choose for each of them whether it is moved or left out.")

    def __init__(self, occurrences: Sequence[Occurrence]) -> None:
        super().__init__()
        self.occurrences = tuple(occurrences)

    @property
    def also(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What a program is told: which times, and what is free instead."""
        return {
            "occurrences": [
                {
                    "number": one.number, "day": one.day.isoformat(), "cause": one.cause,
                    "nearest": [slot.start.isoformat() for slot in one.nearest],
                }
                for one in self.occurrences if one.cause
            ]
        }


class SeriesTooLong(Invalid):
    """More than anybody can plan."""

    words = N_("A series has from 2 to 60 times, 1 to 8 weeks apart.")


def series_days(first: date, *, every_weeks: int, times: int) -> list[date]:
    """Return the days of a series: RRULE:FREQ=WEEKLY;INTERVAL=every_weeks;COUNT=times of RFC 5545."""
    if not (2 <= times <= MOST_TIMES and 1 <= every_weeks <= MOST_WEEKS):
        raise SeriesTooLong()
    return [first + WEEK * (every_weeks * number) for number in range(times)]


def plan_series(wish: Wish, *, every_weeks: int, times: int, by: Actor) -> list[Occurrence]:
    """Return the times of a series as they stand now, at the same time of day or in the same period."""
    room = _room(wish)
    BOOK.demand(by, room)
    first = day_at(calendar_of(wish.school_id), wish.starts_at)
    days = series_days(first, every_weeks=every_weeks, times=times)
    timetable = school_timetable(wish.school_id, days[0], days[-1])
    free = {
        slot.start
        for slot in free_between(
            wish.school_id, days[0], days[-1], room_id=room.id, counsellor_id=wish.counsellor_id,
            student_id=wish.student_id, also=by.person_id,
        )
    }
    return [_occurrence(number, day, wish, room, timetable, free) for number, day in enumerate(days, 1)]


def _occurrence(
    number: int, day: date, wish: Wish, room: CounsellingRoom, timetable: Timetable, free: Collection[datetime]
) -> Occurrence:
    start = _same_time(timetable, room, wish.starts_at, day)
    if start in free:
        return Occurrence(number, day, start)
    cause = "closed" if start is None else "past" if start < clock.now() else "taken"
    wanted = start or wish.starts_at + (day - day_at(timetable.calendar, wish.starts_at))
    found = nearest_free(
        wish.school_id, wanted, room_id=room.id, counsellor_id=wish.counsellor_id, student_id=wish.student_id
    )
    return Occurrence(number, day, start, cause, found)


def _same_time(timetable: Timetable, room: CounsellingRoom, starts_at: datetime, day: date) -> datetime | None:
    """Return the slot of a day at the same time by the wall clock or, with other bells, in the period of that name."""
    calendar = timetable.calendar
    wall = wall_at(calendar.zone, starts_at).time()
    slots = [slot.start for slot in room_slots_on(timetable, room, day)]
    for start in slots:
        if wall_at(calendar.zone, start).time() == wall:
            return start
    period = period_at(calendar, starts_at)
    return next((start for start in slots if period and period_at(calendar, start) == period), None)


def book_series(
    wish: Wish, *, every_weeks: int, times: int, choices: Mapping[int, datetime | None] | None = None,
    reason: Mapping[str, Any] | None = None, excluded: Collection[UUID] = (), by: Actor,
) -> AppointmentSeries:
    """Book a series in one piece. `choices` says for times that cannot be booked where each is moved, None: left out.

    Raises SeriesConflict while a choice is missing, and what `place` raises for one that is taken by now.
    """
    choices = choices or {}
    planned = plan_series(wish, every_weeks=every_weeks, times=times, by=by)
    open_ones = [one for one in planned if one.cause and one.number not in choices]
    chosen = {one.number: choices.get(one.number, one.starts_at) for one in planned}
    if open_ones or not any(chosen.values()):
        raise SeriesConflict(planned)
    series = AppointmentSeries(
        id=new_id(), school_id=wish.school_id, first_on=planned[0].day, every_weeks=every_weeks, times=times,
        booked_by=by.person_id, booked_at=clock.now(),
    )
    session().add(series)
    session().flush()
    for one in planned:
        starts_at = chosen[one.number]
        if starts_at is None:
            # Who leaves out a time that would be free leaves it out all the same.
            gap = SeriesGap(series_id=series.id, number=one.number, day=one.day, cause_code=one.cause or "chosen")
            session().add(gap)
            continue
        sealed = seal_reason(reason, school_id=wish.school_id, excluded=excluded, by=by)
        terms = Terms(booked_by=by.person_id, sealed=sealed, series=(series.id, one.number))
        place(replace(wish, starts_at=starts_at), terms, by=by)
    session().flush()
    audit.record(
        by, "appointment:series_booked", organisation=wish.school_id, subject=("appointment_series", series.id),
        times=times, left_out=sum(1 for starts_at in chosen.values() if starts_at is None),
    )
    return series


def _room(wish: Wish) -> CounsellingRoom:
    room = get_room(wish.room_id) if wish.room_id is not None else None
    if room is None or room.school_id != wish.school_id:
        raise Missing()
    return room


def end_series(series: AppointmentSeries, *, by: Actor) -> int:
    """Call off what is still to come of a series; return how many times that are. What was stays."""
    SERIES.demand(by, series)
    now = clock.now()
    coming = [one for one in occurrences_of(series.id) if one.state in LIVE and one.starts_at > now]
    for one in coming:
        step(one, "cancel", by=by)
    return len(coming)
