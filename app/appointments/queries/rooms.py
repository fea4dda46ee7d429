"""A school's rooms, their hours and rosters; a school that entered nothing has 心灵屋, open at noon."""

from collections.abc import Collection, Sequence
from datetime import date, time
from uuid import UUID, uuid5

from sqlalchemy import select

from app.appointments.models import BlockedTime, CounsellingRoom, DutyTurn, RoomHours
from app.core import clock
from app.core.database import session
from app.directory.models import Organisation
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
    """Return the hours with which a school's first room begins; their ids follow from its own, so that they last."""
    return [
        RoomHours(
            id=uuid5(room.id, f"hours {weekday}"), school_id=room.school_id, room_id=room.id, weekday=weekday,
            period_label=None, from_time=_NOON, to_time=_END, slot_minutes=None, first_on=_SINCE, last_on=None,
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


def room_at(room_id: UUID) -> CounsellingRoom | None:
    """Return a room for whoever asks by its address: one that is there costs what one that is not there costs."""
    found = session().scalar(select(CounsellingRoom).where(CounsellingRoom.id == room_id))
    kind = session().scalar(select(Organisation.kind).where(Organisation.id == room_id))
    return found or (default_room(room_id) if kind == "school" else None)


def rooms_of(school_id: UUID) -> list[CounsellingRoom]:
    """Return the rooms of a school: there is always one."""
    found = session().scalars(
        select(CounsellingRoom).where(CounsellingRoom.school_id == school_id).order_by(CounsellingRoom.id)
    ).all()
    return list(found) or [default_room(school_id)]


def room_names(school_id: UUID) -> dict[UUID | None, str]:
    """Return what the rooms of a school are called."""
    return {room.id: room.name for room in rooms_of(school_id)}


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


def hours_at(room_id: UUID, hours_id: UUID) -> RoomHours | None:
    """Return hours of a room, also of one of which nothing is kept yet."""
    room = room_at(room_id)
    found = session().scalar(select(RoomHours).where(RoomHours.id == hours_id, RoomHours.room_id == room_id))
    if found is not None or room is None or room in session():
        return found
    return next((hours for hours in default_hours(room) if hours.id == hours_id), None)


def turn_at(room_id: UUID, turn_id: UUID) -> DutyTurn | None:
    """Return a turn of the duty roster of a room."""
    return session().scalar(select(DutyTurn).where(DutyTurn.id == turn_id, DutyTurn.room_id == room_id))


def block_at(block_id: UUID) -> BlockedTime | None:
    """Return a time that is not available."""
    return session().scalar(select(BlockedTime).where(BlockedTime.id == block_id))


def blocks_to_come(school_id: UUID, room_ids: Collection[UUID]) -> list[BlockedTime]:
    """Return the times from now on in which one of these rooms, or anybody at the school, is not available."""
    rows = session().scalars(
        select(BlockedTime)
        .where(BlockedTime.school_id == school_id, BlockedTime.ends_at > clock.now())
        .order_by(BlockedTime.starts_at, BlockedTime.id)
    )
    return [row for row in rows if row.room_id is None or row.room_id in room_ids]
