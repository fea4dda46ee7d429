"""The pages of the room's calendar, of those who ask it for a time, and of its counsellors' own programs."""

# Each module puts its pages on a blueprint.
from app.appointments.pages import bookings, calendar, cards, displaced, groups, matching, series, sittings
from app.appointments.pages.asking import ask_act, asking
from app.appointments.pages.blueprint import appointments
from app.appointments.pages.bookings import book_act
from app.appointments.pages.feeds import feeds, may_have_feed
from app.appointments.pages.look_ins import look_ins
from app.appointments.pages.own import times_out
from app.appointments.pages.rooms import rooms
from app.appointments.pages.waiting import waiting

__all__ = [
    "appointments", "ask_act", "asking", "book_act", "bookings", "calendar", "cards", "displaced", "feeds", "groups",
    "look_ins", "matching", "may_have_feed", "rooms", "series", "sittings", "times_out", "waiting",
]
