"""Appointments for programs."""

# Each module puts its doors on the blueprint.
from app.appointments.api import asking, bookings, displaced, series, waiting
from app.appointments.api.blueprint import appointments_api
from app.appointments.api.rooms import rooms_api

__all__ = [
    "appointments_api", "asking", "bookings", "displaced", "rooms_api", "series", "waiting",
]
