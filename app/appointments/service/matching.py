"""Finding in the directory who asked for a time by name: a counsellor says who it is, or that it is nobody."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app import vault
from app.access import Actor
from app.appointments.errors import NotPossible
from app.appointments.models import Appointment, TypedName
from app.appointments.policy import CHANGE
from app.appointments.queries.own import typed_name_of, typed_names_of
from app.appointments.service.booking import wish_of
from app.appointments.service.placing import demand_student, telling_nearest
from app.appointments.service.steps import match_to, step
from app.vault import NoKey


def written_names(bookings: Sequence[Appointment], *, by: Actor) -> dict[UUID, dict[str, str]]:
    """Return what was typed by those who asked for these bookings, by booking, as far as somebody's keys open it."""
    found = {}
    for booking_id, typed in typed_names_of([one for one in bookings if CHANGE.allows(by, one)]).items():
        if (written := _opened(typed, by)) is not None:
            found[booking_id] = written
    return found


def match(booking: Appointment, student_id: UUID, *, revision: int, by: Actor) -> None:
    """Say which student asked for a time by name, and confirm it in one piece.

    Raises SlotTaken where the student has something else then, StudentLeft, NotPossible, Stale.
    """
    CHANGE.demand(by, booking)
    if typed_name_of(booking) is None:
        raise NotPossible()
    demand_student(student_id, booking.school_id)
    with telling_nearest(replace(wish_of(booking), student_id=student_id)):
        match_to(booking, student_id, revision=revision, by=by)
        step(booking, "confirm", by=by)


def is_nobody(booking: Appointment, *, revision: int, by: Actor) -> None:
    """Say that nobody at the school is meant by what was typed: the time is free again, and whoever asked is told."""
    CHANGE.demand(by, booking)
    if booking.student_id is not None or typed_name_of(booking) is None:
        raise NotPossible()
    step(booking, "cancel", revision=revision, by=by)


def _opened(typed: TypedName, by: Actor) -> dict[str, str] | None:
    try:
        found: dict[str, str] = vault.read(typed, "written", by.ring.open(typed.id))
    except NoKey:
        return None
    return found
