"""Claiming time and giving it back: the primary key decides who has it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from app.appointments.cells import Claim, cell_at, claims_of
from app.appointments.models import Appointment, AppointmentClaim
from app.core import clock
from app.core.database import session

KEPT = timedelta(days=2)
"""How long the claims of what is over are kept: nobody books the day before yesterday."""


class Taken(Exception):
    """A cell belongs to another booking: what was claimed so far must be undone by whoever began it."""


def claim(booking: Appointment) -> None:
    """Take everything that a booking needs, or raise Taken; the time that is long over needs nothing."""
    wanted = sorted(each for each in claims_of(booking) if each.cell >= cell_at(clock.now() - KEPT))
    if wanted and _insert(booking, wanted) != len(wanted):
        raise Taken


def _insert(booking: Appointment, wanted: Collection[Claim]) -> int:
    """Write claims down and return how many were free: the database leaves out what somebody has."""
    rows = [{**each._asdict(), "appointment_id": booking.id} for each in wanted]
    dialect: Any = sqlite if session().connection().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(AppointmentClaim).values(rows).on_conflict_do_nothing()
    done = session().connection().execute(statement, execution_options={"preserve_rowcount": True})
    return int(done.rowcount)


def release(booking: Appointment) -> None:
    """Give back whatever a booking has."""
    session().execute(
        delete(AppointmentClaim).where(AppointmentClaim.appointment_id == booking.id),
        execution_options={"synchronize_session": False},
    )


def forget_past() -> int:
    """Delete the claims of time that is over; return how many. A job's work."""
    done = session().execute(
        delete(AppointmentClaim).where(AppointmentClaim.cell < cell_at(clock.now() - KEPT)),
        execution_options={"synchronize_session": False},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
