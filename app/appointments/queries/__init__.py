"""Finding rooms, what is free in them, and who comes when."""

from app.appointments.queries.bookings import (
    bookings_between,
    claimed_by,
    deeds_now,
    gaps_of,
    get_appointment,
    live_seats,
    occurrences_of,
    past_due,
    readers_of_reason,
    requests_of,
    seats_taken,
    taken_between,
)
from app.appointments.queries.displaced import Displaced, displaced, still_to_come
from app.appointments.queries.feeds import PERIOD, calendar_entries, feed_at, feed_of
from app.appointments.queries.log import DayLog, WeekLog, open_now, week_log
from app.appointments.queries.rooms import (
    default_hours,
    default_room,
    get_room,
    hours_of,
    room_names,
    rooms_of,
    turns_of,
)
from app.appointments.queries.timetable import free_between, nearest_free, school_timetable
from app.appointments.queries.waiting import asked_to_wait, get_entry, offers_to, open_offers, waiting_for

__all__ = [
    "PERIOD",
    "DayLog",
    "Displaced",
    "WeekLog",
    "asked_to_wait",
    "bookings_between",
    "calendar_entries",
    "claimed_by",
    "deeds_now",
    "default_hours",
    "default_room",
    "displaced",
    "feed_at",
    "feed_of",
    "free_between",
    "gaps_of",
    "get_appointment",
    "get_entry",
    "get_room",
    "hours_of",
    "live_seats",
    "nearest_free",
    "occurrences_of",
    "offers_to",
    "open_now",
    "open_offers",
    "past_due",
    "readers_of_reason",
    "requests_of",
    "room_names",
    "rooms_of",
    "school_timetable",
    "seats_taken",
    "still_to_come",
    "taken_between",
    "turns_of",
    "waiting_for",
    "week_log",
]
