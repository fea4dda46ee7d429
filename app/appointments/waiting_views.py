"""What pages and programs show of the waiting list: who waits, since when, for what, and what is held for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.access import Actor
from app.appointments import queries
from app.appointments.models import WaitingEntry, WaitingOffer
from app.appointments.openings import AHEAD, suits
from app.appointments.periods import period_at
from app.appointments.queries.rooms import rooms_of
from app.appointments.slots import FreeSlot, room_slots_on
from app.core import clock
from app.directory.queries import DirectoryLine, calendar_of, names_of, names_of_students
from app.schooltime import day_at


@dataclass(frozen=True)
class Waiting:
    """One who waits: `offer` is what is held for them just now, `rests` says that they did not answer today."""

    entry: WaitingEntry
    who: DirectoryLine | None
    counsellor: str | None
    asked_by: str | None
    offer: WaitingOffer | None

    @property
    def rests(self) -> bool:
        """Say whether the next times go to others today."""
        until = self.entry.rests_until
        return self.offer is None and until is not None and until > clock.now()


def waiting_lines(actor: Actor, entries: Iterable[WaitingEntry] | None = None) -> list[Waiting]:
    """Return who waits for the room, in the order in which times are offered; or these entries."""
    rows = queries.waiting_for(actor) if entries is None else list(entries)
    who = names_of_students({row.student_id for row in rows}, actor.ring)
    people = names_of({person for row in rows for person in (row.counsellor_id, row.booked_by) if person})
    offers = queries.open_offers([row.id for row in rows])
    return [
        Waiting(
            row, who.get(row.student_id), people.get(row.counsellor_id) if row.counsellor_id else None,
            people.get(row.booked_by) if row.booked_by else None, offers.get(row.id),
        )
        for row in rows
    ]


def waits_asked_by(actor: Actor) -> list[Waiting]:
    """Return for whom somebody asked who still waits."""
    return waiting_lines(actor, queries.asked_to_wait(actor))


def longest(lines: Sequence[Waiting]) -> datetime | None:
    """Return since when the one waits who has waited longest."""
    return min((line.entry.since for line in lines), default=None)


def suited(school_id: UUID, entries: Sequence[WaitingEntry], slots: Iterable[FreeSlot]) -> Mapping[str, int]:
    """Return for how many of those who wait each free time suits; by room and beginning."""
    calendar = calendar_of(school_id)
    return {
        f"{slot.room_id}{slot.start}": sum(
            suits(entry, slot, calendar) and entry.counsellor_id in (None, *slot.counsellors) for entry in entries
        )
        for slot in slots
    }


def room_periods(school_id: UUID) -> list[str]:
    """Return the periods of the bells in which the room's times of the next weeks lie, in the order of the day."""
    calendar = calendar_of(school_id)
    first = day_at(calendar, clock.now())
    last = first + AHEAD
    timetable = queries.school_timetable(school_id, first, last)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    starts = {
        slot.start for room in rooms_of(school_id) for day in days for slot in room_slots_on(timetable, room, day)
    }
    by_time = sorted(starts, key=lambda start: start.astimezone(calendar.zone).time())
    return list(dict.fromkeys(period for start in by_time if (period := period_at(calendar, start))))
