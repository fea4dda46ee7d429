"""What pages and programs show of bookings: no more of each than the reader may know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from app.access import Actor, PostKind
from app.appointments import queries
from app.appointments.models import Appointment
from app.appointments.periods import period_at
from app.appointments.policy import READ
from app.appointments.queries.rooms import room_names
from app.appointments.queries.timetable import free_between
from app.appointments.slots import FreeSlot
from app.appointments.states import CLAIMING
from app.appointments.words import DEEDS, STATES, TONES
from app.core import clock
from app.directory.queries import DirectoryLine, calendar_of, names_of, names_of_students, today_at
from app.schooltime import SchoolCalendar, day_at, moment_at, wall_at

ONE_DAY = timedelta(days=1)
_AHEAD = timedelta(days=400)
SHOWN = (*CLAIMING, "no_show")
SHOWN_FOR = timedelta(days=14)
"""How long after its time a request stays on the first page of whoever asked."""
VIEWS = {"day": 1, "week": 7, "list": 28}
"""How many days each view of the calendar shows."""


@dataclass(frozen=True)
class Line:
    """A booking in a list; who comes is None for a session, and for whom it is kept from `known` is False."""

    booking: Appointment
    known: bool
    who: DirectoryLine | None
    counsellor: str
    room: str
    period: str | None
    seats: int

    @property
    def deeds(self) -> tuple[str, ...]:
        """What can be done to it with one button."""
        return deeds_of(self.booking) if self.known else ()


class Asked(NamedTuple):
    """A request, whom it is for, how it stands in words, and whether it can still be taken back."""

    booking: Appointment
    who: DirectoryLine | None
    stands: str
    tone: str
    open: bool


@dataclass(frozen=True)
class Row:
    """A time of a day: a booking, or a slot that is free."""

    start: datetime
    end: datetime
    period: str | None
    line: Line | None = None
    free: FreeSlot | None = None
    room: str = ""


@dataclass(frozen=True)
class DayView:
    """One day of the calendar with its rows in order."""

    day: date
    rows: Sequence[Row]

    @property
    def booked(self) -> int:
        """How many bookings there are."""
        return sum(1 for row in self.rows if row.line is not None)

    @property
    def free(self) -> int:
        """How many times are free."""
        return sum(1 for row in self.rows if row.free is not None)

    @property
    def periods(self) -> list[tuple[str | None, list[Row]]]:
        """The rows by the period in which they lie, in order."""
        return [(name, list(rows)) for name, rows in groupby(self.rows, key=lambda row: row.period)]


def school_of(actor: Actor) -> UUID | None:
    """Return the school in whose room somebody counsels."""
    return next(iter(sorted(actor.organisations(PostKind.COUNSELLOR))), None)


def deeds_of(booking: Appointment) -> tuple[str, ...]:
    """Return what can be done to a booking with one button, in the order in which buttons stand."""
    found = queries.deeds_now(booking)
    if booking.student_id is None and not booking.is_session:
        # Nobody confirms a time before it is known whose it is.
        found = tuple(deed for deed in found if deed != "confirm")
    return tuple(deed for deed in DEEDS if deed in found)


def lines_between(actor: Actor, school_id: UUID, first: date, last: date) -> list[Line]:
    """Return what is booked at a school on these days, in order."""
    calendar = calendar_of(school_id)
    found = queries.bookings_between(
        actor, school_id, _midnight(calendar, first), _midnight(calendar, last + ONE_DAY), states=SHOWN
    )
    return lines_of(found, actor, school_id)


def lines_of(bookings: Iterable[Appointment], actor: Actor, school_id: UUID) -> list[Line]:
    """Return bookings as far as somebody may know of them; keys, names and seats are asked for all together."""
    rows = list(bookings)
    reached = actor.ring.reaches({row.reason_id for row in rows if row.reason_id is not None})
    known = {row.id for row in rows if row.reason_id is None or row.reason_id in reached}
    who = names_of_students({row.student_id for row in rows if row.id in known and row.student_id}, actor.ring)
    counsellors, seats = names_of(row.counsellor_id for row in rows), queries.seats_taken([row.id for row in rows])
    rooms, calendar = room_names(school_id), calendar_of(school_id)
    return [
        Line(
            row, row.id in known, who.get(row.student_id) if row.student_id else None,
            counsellors.get(row.counsellor_id, "--"), rooms.get(row.room_id, ""),
            period_at(calendar, row.starts_at), seats.get(row.id, 0),
        )
        for row in rows
    ]


def line_of(booking: Appointment, actor: Actor) -> Line:
    """Return one booking as somebody may know of it."""
    READ.demand(actor, booking)
    return lines_of([booking], actor, booking.school_id)[0]


def requests_to(actor: Actor) -> list[Line]:
    """Return what waits for the yes of the room in which somebody counsels, as far as they may know of it."""
    school_id = school_of(actor)
    if school_id is None:
        return []
    now = clock.now()
    found = queries.bookings_between(actor, school_id, now, now + _AHEAD, states=("requested",))
    return [line for line in lines_of(found, actor, school_id) if line.known] if found else []


def asked_by(actor: Actor) -> list[Asked]:
    """Return what somebody asked for and how it stands, the latest first."""
    found = queries.requests_of(actor, since=clock.now() - SHOWN_FOR)
    who = names_of_students({one.student_id for one in found if one.student_id}, actor.ring)
    return [
        Asked(
            one, who.get(one.student_id) if one.student_id else None, STATES[one.state],
            TONES.get(one.state, "plain"), "cancel" in queries.deeds_now(one),
        )
        for one in found
    ]


def calendar_days(actor: Actor, school_id: UUID, first: date, days: int, *, free: bool) -> list[DayView]:
    """Return days of the calendar: what is booked and, if wanted, what is free. Of a list empty days are left out."""
    last, calendar = first + ONE_DAY * (days - 1), calendar_of(school_id)
    rooms = room_names(school_id)
    rows = [
        Row(line.booking.starts_at, line.booking.ends_at, line.period, line=line, room=line.room)
        for line in lines_between(actor, school_id, first, last)
    ]
    if free:
        rows += [
            Row(slot.start, slot.end, period_at(calendar, slot.start), free=slot, room=rooms[slot.room_id])
            for slot in free_between(school_id, first, last, also=actor.person_id)
        ]
    by_day: dict[date, list[Row]] = {first + ONE_DAY * number: [] for number in range(days)}
    for row in sorted(rows, key=lambda row: (row.start, row.free is not None, row.room)):
        by_day[day_at(calendar, row.start)].append(row)
    return [DayView(day, found) for day, found in by_day.items() if free or found]


def free_soon(
    actor: Actor, school_id: UUID, student_id: UUID | None, *, counsellor_id: UUID | None = None, days: int = 21,
    most: int = 24, on_behalf: bool = False,
) -> list[FreeSlot]:
    """Return the next free times for a student, with whoever asks if nobody is on duty, unless they ask for others."""
    today = today_at(school_id)
    found = free_between(
        school_id, today, today + ONE_DAY * days, counsellor_id=counsellor_id, student_id=student_id,
        also=None if on_behalf else actor.person_id,
    )
    return found[:most]


def next_times(booking: Appointment, actor: Actor) -> tuple[FreeSlot | None, list[FreeSlot]]:
    """Return the same time of next week, if it is free, and the next other times of whoever holds a session."""
    free = free_soon(actor, booking.school_id, booking.student_id, counsellor_id=actor.person_id, most=200)
    wall = wall_at(calendar_of(booking.school_id).zone, booking.starts_at)
    next_week = moment_at(calendar_of(booking.school_id).zone, wall + timedelta(weeks=1))
    same = next((slot for slot in free if slot.start == next_week and booking.room_id in (None, slot.room_id)), None)
    return same, [slot for slot in free if slot != same][:6]


def _midnight(calendar: SchoolCalendar, day: date) -> datetime:
    return moment_at(calendar.zone, datetime(day.year, day.month, day.day))
