"""Opening the room and closing it: kept by whoever is there, so that nobody has to count hours afterwards."""

from app import audit
from app.access import Actor
from app.appointments.errors import NotOpened, OpenAlready
from app.appointments.models import CounsellingRoom, RoomOpening
from app.appointments.policy import OPEN_ROOM
from app.appointments.queries import open_now, school_timetable
from app.appointments.queries.log import closes_at
from app.appointments.service.rooms import ensure
from app.appointments.slots import room_slots_on
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.directory.queries import today_at


def open_up(room: CounsellingRoom, *, by: Actor) -> RoomOpening:
    """Note that the room opens now; one of an earlier day that nobody closed ends with its last slot.

    Raises OpenAlready.
    """
    OPEN_ROOM.demand(by, room)
    ensure(room, by=by)
    today, before = today_at(room.school_id), open_now(room)
    if before is not None and before.day == today:
        raise OpenAlready()
    if before is not None:
        _close(before, room, by=by)
    opening = RoomOpening(
        id=new_id(), school_id=room.school_id, room_id=room.id, day=today, opened_at=clock.now(),
        opened_by=by.person_id, closed_at=None, closed_by=None,
    )
    session().add(opening)
    session().flush()
    _record(by, "room:opened", room)
    return opening


def close_up(room: CounsellingRoom, *, by: Actor) -> RoomOpening:
    """Note that the room closes now; raises NotOpened."""
    OPEN_ROOM.demand(by, room)
    opening = open_now(room)
    if opening is None:
        raise NotOpened()
    _close(opening, room, by=by)
    return opening


def _close(opening: RoomOpening, room: CounsellingRoom, *, by: Actor) -> None:
    timetable = school_timetable(room.school_id, opening.day, opening.day)
    slots = room_slots_on(timetable, room, opening.day)
    opening.closed_at, opening.closed_by = closes_at(opening, slots, timetable.calendar), by.person_id
    session().flush()
    _record(by, "room:closed", room)


def _record(by: Actor, action: str, room: CounsellingRoom) -> None:
    audit.record(by, action, organisation=room.school_id, subject=("counselling_room", room.id))
