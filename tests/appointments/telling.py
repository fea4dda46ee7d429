"""What the stories about appointments share: short ways to say when, who and what is booked."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.appointments import service
from app.appointments.cells import Claim, claims_of
from app.appointments.models import Appointment, AppointmentClaim
from app.appointments.queries import get_appointment
from app.appointments.service import Wish
from app.core.database import session
from tests.world import World

TUESDAY_MORNING = datetime(2026, 10, 13, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai, a school day."""
SHANGHAI = ZoneInfo("Asia/Shanghai")


def noon(day: int, month: int = 10) -> datetime:
    """Return when the room opens on a day of 2026."""
    return datetime(2026, month, day, 12, tzinfo=SHANGHAI).astimezone(UTC)


def wish(world: World, day: int = 13, student: str | None = "ana", **more: Any) -> Wish:
    """Return the wish for a noon in October."""
    who = world.students[student] if student else None
    given = {"starts_at": noon(day), "room_id": world.school, "student_id": who}
    return Wish(world.school, **given | more)


def booked(world: World, by: str = "lin", **more: Any) -> UUID:
    """Let a counsellor book, and return the booking's id."""
    with world.acting(by) as actor:
        return service.book(wish(world, **more), by=actor).id


def does(world: World, name: str, deed: Any, booking_id: UUID, **given: Any) -> Any:
    """Let somebody do a deed with the page they have just opened."""
    with world.acting(name) as by:
        booking = get_appointment(booking_id)
        assert booking is not None
        done = deed(booking, revision=booking.revision, by=by, **given)
        return getattr(done, "id", done)


def state_of(world: World, booking_id: UUID) -> str:
    """Return how a booking stands."""
    with world.database.transaction(writes=False):
        booking = get_appointment(booking_id)
        assert booking is not None
        return booking.state


def claims(world: World) -> dict[Claim, UUID]:
    """Return everything that is claimed, and by what."""
    with world.database.transaction(writes=False):
        rows = session().scalars(select(AppointmentClaim)).all()
        return {Claim(row.resource_kind, row.resource_id, row.place, row.cell): row.appointment_id for row in rows}


def implied(world: World) -> dict[Claim, UUID]:
    """Return what the bookings as they stand would have claimed; two who want the same are found out here."""
    found: dict[Claim, UUID] = {}
    with world.database.transaction(writes=False):
        for booking in session().scalars(select(Appointment)):
            for claim in claims_of(booking):
                assert claim not in found, "two bookings share five minutes"
                found[claim] = booking.id
    return found
