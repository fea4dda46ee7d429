"""Counselling rooms for programs: their week, hours, roster and what is not available, as on their page."""

from typing import Any
from uuid import UUID

from flask import g
from marshmallow import fields, validate

from app.access import guard
from app.appointments import policy, queries, room_shapes, room_views, service
from app.appointments.models import BLOCK_CAUSES, BlockedTime, CounsellingRoom, DutyTurn, RoomHours
from app.appointments.queries.rooms import block_at, hours_at, room_at, turn_at
from app.core.forms import Shape
from app.core.openapi import blueprint
from app.directory.queries import today_at

_COLUMNS = (
    "id", "school_id", "name", "open", "places", "minutes_before", "minutes_after", "minutes_wanted", "revision",
)
rooms_api = blueprint("rooms", __name__, description="Counselling rooms: hours, duty roster, what is not available")


class RoomLine(Shape):
    """A room whose week the caller may see."""

    id = fields.UUID()
    school_id = fields.UUID()
    name = fields.Str()
    open = fields.Bool(metadata={"description": "Whether it takes new bookings."})


class RoomHoursOut(Shape):
    """When a room is open; without a weekday on `first_on` alone, without `minutes` the whole time is one slot."""

    id = fields.UUID()
    weekday = fields.Int(allow_none=True)
    period = fields.Str(attribute="period_label", allow_none=True)
    start = fields.Time("%H:%M", attribute="from_time", allow_none=True)
    end = fields.Time("%H:%M", attribute="to_time", allow_none=True)
    minutes = fields.Int(attribute="slot_minutes", allow_none=True)
    first_on = fields.Date()
    last_on = fields.Date(allow_none=True)


class DutyTurnOut(Shape):
    """Who is on duty on a weekday, and who stands in."""

    id = fields.UUID()
    weekday = fields.Int()
    person_id = fields.UUID()
    substitute_id = fields.UUID(allow_none=True)
    first_on = fields.Date()
    last_on = fields.Date(allow_none=True)


class BlockedTimeOut(Shape):
    """A time that is not available: the room's, or a person's."""

    id = fields.UUID()
    room_id = fields.UUID(allow_none=True)
    person_id = fields.UUID(allow_none=True)
    cause = fields.Str(attribute="cause_code", validate=validate.OneOf(BLOCK_CAUSES))
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()


class RoomOut(RoomLine):
    """A room, and what is kept of it from today on."""

    places = fields.Int()
    minutes_before = fields.Int()
    minutes_after = fields.Int()
    minutes_wanted = fields.Int(metadata={"description": "How long it is to be open in a week outside lessons."})
    version = fields.Int(attribute="revision")
    opened_at = fields.AwareDateTime(allow_none=True, metadata={"description": "Null while it is closed."})
    hours = fields.List(fields.Nested(RoomHoursOut))
    turns = fields.List(fields.Nested(DutyTurnOut))
    blocks = fields.List(fields.Nested(BlockedTimeOut))


class RoomDayOut(Shape):
    """One day of the log; `on_time` is null where nothing was promised, or where its time has not come."""

    day = fields.Date()
    due_at = fields.AwareDateTime(allow_none=True)
    opened_at = fields.AwareDateTime(allow_none=True)
    on_time = fields.Bool(allow_none=True)
    minutes = fields.Int(metadata={"description": "How long it was open outside lessons."})
    still_open = fields.Bool()


class RoomWeekOut(RoomOut):
    """A room with the log of a week."""

    days = fields.List(fields.Nested(RoomDayOut))
    minutes = fields.Int()


def room_out(room_id: UUID) -> dict[str, Any]:
    """Return a room as it stands now, with what is kept of it."""
    room = queries.get_room(room_id)
    assert room is not None
    opening, kept = queries.open_now(room), room_views.kept_of(room, by=g.actor)
    return {
        **{name: getattr(room, name) for name in _COLUMNS}, "opened_at": opening.opened_at if opening else None,
        "hours": kept["hours"], "turns": kept["turns"], "blocks": kept["blocks"],
    }


@rooms_api.get("/rooms")
@guard(policy.LIST_ROOMS)
@rooms_api.response(200, RoomLine(many=True))
def index() -> Any:
    """List the rooms whose week the caller may see."""
    return [room for room, _school in room_views.rooms_open_to(g.actor)]


@rooms_api.get("/rooms/<uuid:room_id>")
@guard(policy.SEE_LOG, load=room_at)
@rooms_api.arguments(room_shapes.WeekOf, location="query")
@rooms_api.response(200, RoomWeekOut)
def show(room: CounsellingRoom, wanted: dict[str, Any]) -> Any:
    """Show a room and the log of the week in which a day lies, without one that of today."""
    log = queries.week_log(room, wanted["day"] or today_at(room.school_id), by=g.actor)
    return {**room_out(room.id), "days": log.days, "minutes": log.minutes}


@rooms_api.put("/rooms/<uuid:room_id>")
@guard(policy.KEEP_ROOM, load=room_at)
@rooms_api.arguments(room_shapes.RoomIn)
@rooms_api.response(200, RoomOut)
def change(room: CounsellingRoom, given: dict[str, Any]) -> Any:
    """Change a room; what is booked stays as it was booked."""
    revision = given.pop("version")
    service.change_room(room, **given, revision=revision, by=g.actor)
    return room_out(room.id)


@rooms_api.post("/rooms/<uuid:room_id>/another")
@guard(policy.KEEP_ROOM, load=room_at)
@rooms_api.arguments(room_shapes.NewRoom)
@rooms_api.response(201, RoomOut)
def make(room: CounsellingRoom, given: dict[str, Any]) -> Any:
    """Give the school of a room one more; it has no hours yet."""
    return room_out(service.make_room(room.school_id, name=given["name"], by=g.actor).id)


@rooms_api.post("/rooms/<uuid:room_id>/hours")
@guard(policy.KEEP_ROOM, load=room_at)
@rooms_api.arguments(room_shapes.HoursIn)
@rooms_api.response(201, RoomOut)
def add_hours(room: CounsellingRoom, given: dict[str, Any]) -> Any:
    """Open a room at more times."""
    service.add_hours(room, service.Opening(**given), by=g.actor)
    return room_out(room.id)


@rooms_api.post("/rooms/<uuid:room_id>/hours/<uuid:hours_id>/end")
@guard(policy.KEEP_ROOM, load=hours_at)
@rooms_api.response(200, RoomOut)
def end_hours(hours: RoomHours) -> Any:
    """Let opening hours end; from today on they count no longer."""
    room_id = hours.room_id
    service.end_hours(hours, by=g.actor)
    return room_out(room_id)


@rooms_api.post("/rooms/<uuid:room_id>/turns")
@guard(policy.KEEP_ROOM, load=room_at)
@rooms_api.arguments(room_shapes.TurnIn)
@rooms_api.response(201, RoomOut)
def add_turn(room: CounsellingRoom, given: dict[str, Any]) -> Any:
    """Put somebody on the duty roster."""
    service.add_turn(room, **given, by=g.actor)
    return room_out(room.id)


@rooms_api.post("/rooms/<uuid:room_id>/turns/<uuid:turn_id>/end")
@guard(policy.KEEP_ROOM, load=turn_at)
@rooms_api.response(200, RoomOut)
def end_turn(turn: DutyTurn) -> Any:
    """Take somebody off the duty roster."""
    room_id = turn.room_id
    service.end_turn(turn, by=g.actor)
    return room_out(room_id)


@rooms_api.post("/rooms/<uuid:room_id>/blocks")
@guard(policy.KEEP_ROOM, load=room_at)
@rooms_api.arguments(room_shapes.BlockIn)
@rooms_api.response(201, BlockedTimeOut)
def block(room: CounsellingRoom, given: dict[str, Any]) -> Any:
    """Mark a time of the room, or of one of its counsellors, as not available; what is booked stays."""
    person_id, cause = given.pop("person_id"), given.pop("cause")
    if person_id is None:
        return service.block_room(room, **given, by=g.actor)
    return service.block_person(room, person_id, cause=cause, **given, by=g.actor)


@rooms_api.post("/rooms/blocks/<uuid:block_id>/end")
@guard(policy.KEEP_ROOM, load=block_at)
@rooms_api.response(204)
def unblock(block: BlockedTime) -> None:
    """Make a time available again."""
    service.unblock(block, by=g.actor)


@rooms_api.post("/rooms/<uuid:room_id>/open")
@guard(policy.OPEN_ROOM, load=room_at)
@rooms_api.response(200, RoomOut)
def open_up(room: CounsellingRoom) -> Any:
    """Note that the room opens now; 409 `OpenAlready` where it is open."""
    service.open_up(room, by=g.actor)
    return room_out(room.id)


@rooms_api.post("/rooms/<uuid:room_id>/close")
@guard(policy.OPEN_ROOM, load=room_at)
@rooms_api.response(200, RoomOut)
def close_up(room: CounsellingRoom) -> Any:
    """Note that the room closes now; 409 `NotOpened` where it is closed."""
    service.close_up(room, by=g.actor)
    return room_out(room.id)
