"""A pass that a student shows to a teacher: when they may come, and a short code that says whether it is so."""

import hmac
import unicodedata
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.appointments.models import Appointment
from app.core import clock
from app.core.database import session

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 6
"""30 bits, which count on one day at one school: whoever hits one by guessing learns a time and nothing else."""
_DAY = timedelta(hours=24)


def pass_code(booking: Appointment) -> str:
    """Return the code of a booking's pass; nothing of the booking can be found from it, and moving it changes it."""
    index = vault.server_index("appointment-pass", f"{booking.id} {booking.starts_at.timestamp():.0f}")
    value = int.from_bytes(index[:8], "big")
    return "".join(_ALPHABET[value // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(_LENGTH))


def pass_shown(school_id: UUID, typed: str) -> Appointment | None:
    """Return the booking of today whose pass this is, if it still stands; every code costs the same."""
    now, shown = clock.now(), _read(typed)
    found = None
    for booking in session().scalars(
        select(Appointment).where(
            Appointment.school_id == school_id, Appointment.state.in_(("confirmed", "attended")),
            Appointment.ends_at > now, Appointment.starts_at < now + _DAY, Appointment.session_id.is_(None),
        )
    ):
        if hmac.compare_digest(pass_code(booking).encode(), shown.encode()):
            found = booking
    return found


def _read(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum())
