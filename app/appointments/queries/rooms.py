"""A school's rooms, their hours and rosters; a school that entered nothing has 心灵屋, open at noon."""

from collections.abc import Sequence
from datetime import date, time
from uuid import UUID

from sqlalchemy import select

from app.appointments.models import CounsellingRoom, DutyTurn, RoomHours
from app.core.database import session
from app.core.ids import new_id
from app.directory.queries import get_organisation

DEFAULT_NAME = "心灵屋"
_NOON, _END = time(12, 0), time(12, 40)
"""Mondays to Fridays at 12:00, for one lesson (4-domain.md, The counselling room)."""
_SINCE = date(2000, 1, 1)
USUALLY_WANTED = 600
"""Ten hours a week outside lessons, as some local rules ask (4-domain.md); a school changes it."""


def default_room(school_id: UUID) -> CounsellingRoom:
    """Return the room of a school that has entered none. Nothing is kept of it until something is changed.

    It has the school's own id, so that it can be named, and be booked, before it is there.
    """
    return CounsellingRoom(
        id=school_id, school_id=school_id, name=DEFAULT_NAME, open=True, places=1, minutes_before=0, minutes_after=0,
        minutes_wanted=USUALLY_WANTED, revision=1,
    )


def default_hours(room: CounsellingRoom) -> list[RoomHours]:
    """Return the hours with which a school's first room begins."""
    return [
        RoomHours(
            id=new_id(), school_id=room.school_id, room_id=room.id, weekday=weekday, period_label=None,
            from_time=_NOON, to_time=_END, slot_minutes=None, first_on=_SINCE, last_on=None,
        )
        for weekday in range(1, 6)
    ]


def get_room(room_id: UUID) -> CounsellingRoom | None:
    """Return a room by its id, a school's first one also before anything was entered."""
    found = session().get(CounsellingRoom, room_id)
    if found is not None:
        return found
    school = get_organisation(room_id)
    return default_room(room_id) if school is not None and school.kind == "school" else None


def rooms_of(school_id: UUID) -> list[CounsellingRoom]:
    """Return the rooms of a school: there is always one."""
    found = session().scalars(
        select(CounsellingRoom).where(CounsellingRoom.school_id == school_id).order_by(CounsellingRoom.id)
    ).all()
    return list(found) or [default_room(school_id)]


def is_kept(room: CounsellingRoom) -> bool:
    """Say whether a room is more than what every school begins with."""
    return session().get(CounsellingRoom, room.id) is not None


def hours_of(rooms: Sequence[CounsellingRoom]) -> list[RoomHours]:
    """Return when these rooms are open."""
    begun = [hours for room in rooms if not is_kept(room) for hours in default_hours(room)]
    rows = session().scalars(
        select(RoomHours)
        .where(RoomHours.room_id.in_([room.id for room in rooms]))
        .order_by(RoomHours.weekday, RoomHours.first_on, RoomHours.id)
    )
    return [*begun, *rows]


def turns_of(rooms: Sequence[CounsellingRoom]) -> list[DutyTurn]:
    """Return who is on duty in these rooms."""
    return list(session().scalars(
        select(DutyTurn)
        .where(DutyTurn.room_id.in_([room.id for room in rooms]))
        .order_by(DutyTurn.weekday, DutyTurn.first_on, DutyTurn.id)
    ))
