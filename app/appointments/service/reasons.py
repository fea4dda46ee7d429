"""Why somebody comes: sealed to the room, without those from whom it is kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from app import vault
from app.access import Actor
from app.appointments.models import Appointment, WaitingEntry
from app.appointments.policy import READ_REASON
from app.appointments.service.placing import Sealed
from app.core.ids import new_id
from app.core.words import N_
from app.escalation.readers import Team, teams_around
from app.files.service import RoomNotFounded
from app.vault import Holder, letters

ABOUT = {
    "": N_("Not said"),
    "mood": N_("How I feel"),
    "friends": N_("Friends and classmates"),
    "family": N_("Family"),
    "learning": N_("Learning and exams"),
    "teacher": N_("Teachers"),
    "other": N_("Something else"),
}
"""As coarse as anybody likes to say it beforehand."""
SAID = {**ABOUT, "letter": N_("It was agreed on in a letter")}
"""What a booking can say of itself."""


def seal_reason(
    reason: Mapping[str, Any] | None, *, school_id: UUID, excluded: Collection[UUID] = (), by: Actor
) -> Sealed | None:
    """Seal a reason to the members of the room who may know of it; without reason and excluded there is nothing to.

    Raises RoomNotFounded where nobody could open it.
    """
    said = {"about": str((reason or {}).get("about", "")), "words": str((reason or {}).get("words", "")).strip()}
    if not any(said.values()) and not excluded:
        return None
    room = _room_of(school_id, excluded)
    key = vault.create_object(
        new_id(), organisation_id=school_id, to=room.holders, by=by.ring, basis="appointment:booked"
    )
    return _under(key, said)


def seal_for_room(said: Mapping[str, str], *, school_id: UUID) -> Sealed:
    """Seal to the room what somebody without an account said; nobody else keeps its key. Raises RoomNotFounded."""
    return seal_for(_room_of(school_id, ()).holders, said, school_id=school_id)


def seal_for(holders: Sequence[Holder], said: Mapping[str, str], *, school_id: UUID) -> Sealed:
    """Seal the same to those alone who hold something else already."""
    key = letters.seal_letter(organisation_id=school_id, to=holders, basis="appointment:booked", writer=None)
    return _under(key, said)


def _room_of(school_id: UUID, excluded: Collection[UUID]) -> Team:
    room = teams_around(school_id=school_id, grade_id=None, excluded=excluded)["room"]
    if not room.living:
        raise RoomNotFounded()
    return room


def _under(key: vault.ObjectKey, said: Mapping[str, str]) -> Sealed:
    # A booking that is not kept lends the reason its columns.
    bearer = Appointment(school_id=key.organisation_id, reason_id=key.object_id)
    vault.write(bearer, "reason", dict(said), key)
    assert bearer.reason_id is not None and bearer.reason is not None
    return Sealed(bearer.reason_id, bearer.reason)


def read_reason(record: Appointment | WaitingEntry, *, by: Actor) -> dict[str, str]:
    """Return why somebody comes, or waits, as far as they said; raises Missing."""
    READ_REASON.demand(by, record)
    assert record.reason_id is not None
    found: dict[str, str] = vault.read(record, "reason", by.ring.open(record.reason_id))
    return found


def sealed_of(record: Appointment | WaitingEntry) -> Sealed | None:
    """Return the reason as it is kept, to go on with what comes after."""
    if record.reason_id is None or record.reason is None:
        return None
    return Sealed(record.reason_id, record.reason)
