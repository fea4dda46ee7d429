"""Free times, and what is booked, in the words of whoever books without an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext

from app.appointments.models import Appointment
from app.appointments.periods import period_at
from app.appointments.queries import room_names
from app.appointments.slots import FreeSlot
from app.directory.queries import calendar_of, names_of
from app.schooltime.names import words_of


@dataclass(frozen=True)
class OwnLine:
    """A booking as its student sees it."""

    booking: Appointment
    period: str | None
    room: str
    counsellor: str


@dataclass(frozen=True)
class Choice:
    """A free time to choose."""

    slot: FreeSlot
    period: str | None
    room: str


def own_line(booking: Appointment) -> OwnLine:
    """Return a booking in the words of its student's page."""
    rooms = room_names(booking.school_id)
    return OwnLine(
        booking, period_at(calendar_of(booking.school_id), booking.starts_at),
        rooms.get(booking.room_id, "") if booking.room_id else "",
        names_of([booking.counsellor_id]).get(booking.counsellor_id, "--"),
    )


def choices(school_id: UUID, slots: Sequence[FreeSlot]) -> list[Choice]:
    """Return free times in school words."""
    rooms, calendar = room_names(school_id), calendar_of(school_id)
    return [Choice(slot, period_at(calendar, slot.start), rooms.get(slot.room_id, "")) for slot in slots]


def period_words(name: str | None) -> str | None:
    """Return a period as people say it: a lesson that bears a number is named as a lesson."""
    if not name:
        return None
    return gettext("Lesson %(number)s", number=name) if name.isdecimal() else gettext(words_of(name))
