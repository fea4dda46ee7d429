"""Keeping rooms: what every school begins with, their hours, who is on duty, and what is not available."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from app import audit
from app.access import Actor, PostKind
from app.appointments.errors import BackToFront, HoursDoNotFit, NameTaken, NoSuchPeriod, NotACounsellor
from app.appointments.models import BlockedTime, CounsellingRoom, DutyTurn, RoomHours
from app.appointments.periods import periods_of
from app.appointments.policy import KEEP_ROOM
from app.appointments.queries import default_hours, get_room
from app.appointments.queries.rooms import USUALLY_WANTED, is_kept, rooms_of
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Stale
from app.core.ids import new_id
from app.directory.queries import calendar_of, holders_of, today_at


@dataclass(frozen=True)
class Opening:
    """When a room is to be open: a period of the bells, or a time of day; on a weekday, or on one day where None."""

    weekday: int | None
    first_on: date
    last_on: date | None = None
    period: str | None = None
    start: time | None = None
    end: time | None = None
    minutes: int | None = None


def ensure(room: CounsellingRoom, *, by: audit.Doer) -> CounsellingRoom:
    """Keep the room with which a school begins, and its hours, before something is kept of it."""
    if is_kept(room):
        return room
    session().add(room)
    session().flush()
    session().add_all(default_hours(room))
    session().flush()
    audit.record(by, "room:made", organisation=room.school_id, subject=("counselling_room", room.id))
    return room


def make_room(school_id: UUID, *, name: str, by: Actor) -> CounsellingRoom:
    """Give a school one more room; it has no hours yet. Raises NameTaken."""
    room = CounsellingRoom(
        id=new_id(), school_id=school_id, name=name.strip(), open=True, places=1, minutes_before=0, minutes_after=0,
        minutes_wanted=USUALLY_WANTED, revision=1,
    )
    KEEP_ROOM.demand(by, room)
    first = get_room(school_id)
    if first is None:
        raise Missing()
    ensure(first, by=by)
    _demand_name(name, room)
    session().add(room)
    session().flush()
    audit.record(by, "room:made", organisation=school_id, subject=("counselling_room", room.id))
    return room


def change_room(
    room: CounsellingRoom, *, name: str, open: bool, places: int, minutes_before: int, minutes_after: int,
    minutes_wanted: int | None = None, revision: int, by: Actor,
) -> None:
    """Change what a room is called, how much room it has and how long it is to be open in a week.

    What is booked stays as it was booked; without `minutes_wanted` the rule stays as it is. Raises Stale, NameTaken.
    """
    KEEP_ROOM.demand(by, room)
    if room.revision != revision:
        raise Stale()
    _demand_name(name, room)
    ensure(room, by=by)
    room.name, room.open, room.places = name.strip(), open, places
    room.minutes_before, room.minutes_after = minutes_before, minutes_after
    room.minutes_wanted = room.minutes_wanted if minutes_wanted is None else minutes_wanted
    room.revision += 1
    _record(by, "room:changed", room, open=open)


def _demand_name(name: str, room: CounsellingRoom) -> None:
    if any(other.name == name.strip() and other.id != room.id for other in rooms_of(room.school_id)):
        raise NameTaken()


def add_hours(room: CounsellingRoom, opening: Opening, *, by: Actor) -> RoomHours:
    """Open a room at more times; raises HoursDoNotFit, NoSuchPeriod."""
    KEEP_ROOM.demand(by, room)
    _check(opening)
    if opening.period is not None and opening.period not in periods_of(calendar_of(room.school_id)):
        raise NoSuchPeriod()
    ensure(room, by=by)
    hours = RoomHours(
        id=new_id(), school_id=room.school_id, room_id=room.id, weekday=opening.weekday, period_label=opening.period,
        from_time=opening.start, to_time=opening.end, slot_minutes=opening.minutes, first_on=opening.first_on,
        last_on=opening.first_on if opening.weekday is None else opening.last_on,
    )
    session().add(hours)
    _record(by, "room:hours_added", room, hours=hours.id)
    return hours


def _check(opening: Opening) -> None:
    by_clock = opening.start is not None and opening.end is not None
    if (opening.period is None) != by_clock or (opening.period is not None and opening.start is not None):
        raise HoursDoNotFit()
    if opening.start is not None and opening.end is not None and opening.end <= opening.start:
        raise HoursDoNotFit()
    if opening.last_on is not None and opening.last_on < opening.first_on:
        raise HoursDoNotFit()


def end_hours(hours: RoomHours, *, by: Actor) -> None:
    """Close a room at these times from today on; what is booked stays until somebody moves it."""
    room = _room_of(hours)
    KEEP_ROOM.demand(by, room)
    ensure(room, by=by)
    _end(session().get_one(RoomHours, hours.id))
    _record(by, "room:hours_ended", room, hours=hours.id)


def add_turn(
    room: CounsellingRoom, *, weekday: int, person_id: UUID, substitute_id: UUID | None, first_on: date,
    last_on: date | None, by: Actor,
) -> DutyTurn:
    """Put a counsellor on the duty roster of a room; raises NotACounsellor, BackToFront."""
    KEEP_ROOM.demand(by, room)
    here = holders_of(PostKind.COUNSELLOR, organisation_id=room.school_id, on=today_at(room.school_id))
    if not {person_id, substitute_id or person_id} <= set(here) or substitute_id == person_id:
        raise NotACounsellor()
    if last_on is not None and last_on < first_on:
        raise BackToFront()
    ensure(room, by=by)
    turn = DutyTurn(
        id=new_id(), school_id=room.school_id, room_id=room.id, weekday=weekday, person_id=person_id,
        substitute_id=substitute_id, first_on=first_on, last_on=last_on,
    )
    session().add(turn)
    _record(by, "room:turn_added", room, person=person_id, substitute=substitute_id)
    return turn


def end_turn(turn: DutyTurn, *, by: Actor) -> None:
    """Take somebody off the roster from today on."""
    room = _room_of(turn)
    KEEP_ROOM.demand(by, room)
    _end(turn)
    _record(by, "room:turn_ended", room, person=turn.person_id)


def _end(row: RoomHours | DutyTurn) -> None:
    """Let a row count for the last time yesterday; one that has not counted yet goes as if it had never been."""
    yesterday = today_at(row.school_id) - timedelta(days=1)
    if row.first_on > yesterday or (row.last_on is not None and row.last_on <= yesterday):
        session().delete(row)
    else:
        row.last_on = yesterday
    session().flush()


def block_room(room: CounsellingRoom, *, starts_at: datetime, ends_at: datetime, by: Actor) -> BlockedTime:
    """Close a room for a time; raises BackToFront. What is booked in it stays until somebody moves it."""
    KEEP_ROOM.demand(by, room)
    ensure(room, by=by)
    return _block(room, room_id=room.id, cause="closed", starts_at=starts_at, ends_at=ends_at, by=by)


def block_person(
    room: CounsellingRoom, person_id: UUID, *, cause: str, starts_at: datetime, ends_at: datetime, by: Actor
) -> BlockedTime:
    """Say that a counsellor of the room is away or busy for a time; raises BackToFront, NotACounsellor."""
    KEEP_ROOM.demand(by, room)
    if person_id not in holders_of(
        PostKind.COUNSELLOR, organisation_id=room.school_id, on=today_at(room.school_id)
    ):
        raise NotACounsellor()
    return _block(room, person_id=person_id, cause=cause, starts_at=starts_at, ends_at=ends_at, by=by)


def _block(
    room: CounsellingRoom, *, room_id: UUID | None = None, person_id: UUID | None = None, cause: str,
    starts_at: datetime, ends_at: datetime, by: Actor,
) -> BlockedTime:
    if ends_at <= starts_at:
        raise BackToFront()
    block = BlockedTime(
        id=new_id(), school_id=room.school_id, room_id=room_id, person_id=person_id, cause_code=cause,
        starts_at=starts_at, ends_at=ends_at, entered_by=by.person_id, entered_at=clock.now(),
    )
    session().add(block)
    _record(by, "room:blocked", room, block=block.id, cause=cause)
    return block


def unblock(block: BlockedTime, *, by: Actor) -> None:
    """Make a time available again."""
    KEEP_ROOM.demand(by, block)
    session().delete(block)
    session().flush()
    audit.record(by, "room:unblocked", organisation=block.school_id, subject=("blocked_time", block.id))


def _room_of(row: RoomHours | DutyTurn) -> CounsellingRoom:
    room = get_room(row.room_id)
    assert room is not None
    return room


def _record(by: Actor, action: str, room: CounsellingRoom, **codes: UUID | str | bool | None) -> None:
    session().flush()
    audit.record(by, action, organisation=room.school_id, subject=("counselling_room", room.id), **codes)
