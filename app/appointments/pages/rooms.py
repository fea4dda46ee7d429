"""The page of a counselling room: its week as a plan, and each change to it as one small form beside what is there."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.appointments import policy, queries, room_shapes, room_views, service
from app.appointments.models import BlockedTime, CounsellingRoom, DutyTurn, RoomHours
from app.appointments.periods import periods_of
from app.appointments.queries.rooms import block_at, hours_at, room_at, turn_at
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Missing, Stale
from app.directory.queries import calendar_of, today_at

rooms = Blueprint("rooms", "app.appointments", template_folder="templates")
ONE_DAY = room_views.ONE_DAY


@rooms.get("/rooms")
@guard(policy.LIST_ROOMS)
def index() -> Any:
    """Lead to the week of the first room that somebody may see."""
    found = room_views.rooms_open_to(g.actor)
    if not found:
        raise Missing()
    return redirect(url_for("rooms.show", room_id=found[0][0].id), code=303)


@rooms.get("/rooms/<uuid:room_id>")
@guard(policy.SEE_LOG, load=room_at)
def show(room: CounsellingRoom) -> str:
    """Show a week of a room: what is open when, who is on duty, and whether it was open when it says."""
    return _page(room)


def _page(room: CounsellingRoom, changed: Mapping[str, forms.Form] | None = None) -> str:
    """Return the page with its forms: as they were sent where something is to be corrected, blank otherwise."""
    wanted = forms.read(room_shapes.WeekOf(), request.args)
    today = today_at(room.school_id)
    plan = room_views.week_plan(room, wanted.data.get("day") or today, by=g.actor)
    kept = room_views.kept_of(room, by=g.actor)
    periods = periods_of(calendar_of(room.school_id))
    return render_template(
        "appointments/room.html", room=room, plan=plan, kept=kept, today=today,
        forms=_blank(room) | dict(changed or {}), changed=next(iter(changed or ()), None),
        others=room_views.rooms_open_to(g.actor), opening=queries.open_now(room),
        displaced=room_views.displaced_count(room, by=g.actor), weekdays=room_views.WEEKDAYS, causes=room_views.CAUSES,
        periods=[(name, _("Period %(number)s", number=name) if name.isdecimal() else _(words))
                 for name, words in periods.items()],
        whose=room_views.whose_choices(room, kept["counsellors"]),
        counsellors=sorted(((str(one), name) for one, name in kept["counsellors"].items()), key=lambda one: one[1]),
        before=plan.days[0].day - 7 * ONE_DAY, after=plan.days[0].day + 7 * ONE_DAY,
    )


def _blank(room: CounsellingRoom) -> dict[str, forms.Form]:
    today = today_at(room.school_id).isoformat()
    return {
        "room": forms.blank(
            name=room.name, open=room.open, places=room.places, minutes_before=room.minutes_before,
            minutes_after=room.minutes_after, hours_wanted=f"{room.minutes_wanted / 60:g}", version=room.revision,
        ),
        "hours": forms.blank(weekday="1", first_on=today), "turn": forms.blank(weekday="1", first_on=today),
        "block": forms.blank(whose="", cause="absent", first_on=today), "another": forms.blank(),
    }


def _done(room: CounsellingRoom, words: str) -> Any:
    flash(words, "done")
    return redirect(url_for("rooms.show", room_id=room.id), code=303)


def _kept(
    room: CounsellingRoom, name: str, shape: room_shapes.Shape, field: str, keep: Callable[[dict[str, Any]], Any],
    done: str,
) -> Any:
    """Read one of the page's forms and keep what it says; what is to be corrected is shown beside all that is there."""
    form = forms.read(shape, request.form)
    if form.errors:
        return _page(room, {name: form}), 422
    try:
        with savepoint():
            keep(dict(form.data))
    except (Conflict, Invalid) as refused:
        form = form.with_error(field, _(refused.words, **refused.params))
        if isinstance(refused, Stale):
            form = form.with_values(version=room.revision)
        return _page(room, {name: form}), refused.status
    return _done(room, done)


@rooms.post("/rooms/<uuid:room_id>")
@guard(policy.KEEP_ROOM, load=room_at)
def change(room: CounsellingRoom) -> Any:
    """Change a room: its name, whether it takes bookings, its places and minutes, how long it is to be open."""

    def keep(given: dict[str, Any]) -> None:
        revision, wanted = given.pop("version"), round(given.pop("hours_wanted") * 60)
        service.change_room(room, **given, minutes_wanted=wanted, revision=revision, by=g.actor)

    return _kept(room, "room", room_shapes.RoomForm(), "name", keep, _("The room is changed."))


@rooms.post("/rooms/<uuid:room_id>/another")
@guard(policy.KEEP_ROOM, load=room_at)
def make(room: CounsellingRoom) -> Any:
    """Give the school one more room, and lead to it."""
    form = forms.read(room_shapes.NewRoom(), request.form)
    if form.errors:
        return _page(room, {"another": form}), 422
    try:
        with savepoint():
            made = service.make_room(room.school_id, name=form.data["name"], by=g.actor)
    except Conflict as refused:
        return _page(room, {"another": form.with_error("name", _(refused.words))}), refused.status
    return _done(made, _("The room is there. Say now when it is open."))


@rooms.post("/rooms/<uuid:room_id>/hours")
@guard(policy.KEEP_ROOM, load=room_at)
def add_hours(room: CounsellingRoom) -> Any:
    """Open a room at more times."""

    def keep(given: dict[str, Any]) -> None:
        opening = service.Opening(**given | {"weekday": given["weekday"] or None})
        service.add_hours(room, opening, by=g.actor)

    return _kept(room, "hours", room_shapes.HoursForm(), "period", keep, _("The opening hours are added."))


@rooms.post("/rooms/<uuid:room_id>/hours/<uuid:hours_id>/end")
@guard(policy.KEEP_ROOM, load=hours_at)
def end_hours(hours: RoomHours) -> Any:
    """Let opening hours end."""
    room = _room(hours.room_id)
    service.end_hours(hours, by=g.actor)
    return _done(room, _("These hours count no longer from today on. What is booked stays until somebody moves it."))


@rooms.post("/rooms/<uuid:room_id>/turns")
@guard(policy.KEEP_ROOM, load=room_at)
def add_turn(room: CounsellingRoom) -> Any:
    """Put somebody on the duty roster."""

    def keep(given: dict[str, Any]) -> None:
        service.add_turn(room, **given, by=g.actor)

    return _kept(room, "turn", room_shapes.TurnIn(), "person_id", keep, _("The duty roster is changed."))


@rooms.post("/rooms/<uuid:room_id>/turns/<uuid:turn_id>/end")
@guard(policy.KEEP_ROOM, load=turn_at)
def end_turn(turn: DutyTurn) -> Any:
    """Take somebody off the duty roster."""
    room = _room(turn.room_id)
    service.end_turn(turn, by=g.actor)
    return _done(room, _("The duty roster is changed."))


@rooms.post("/rooms/<uuid:room_id>/blocks")
@guard(policy.KEEP_ROOM, load=room_at)
def block(room: CounsellingRoom) -> Any:
    """Mark a time as not available: the room's, or that of one of its counsellors."""

    def keep(given: dict[str, Any]) -> None:
        whose, cause = given.pop("whose"), given.pop("cause")
        starts_at, ends_at = room_views.times_of(room, **given)
        if whose == room_shapes.ROOM:
            service.block_room(room, starts_at=starts_at, ends_at=ends_at, by=g.actor)
        else:
            service.block_person(room, whose, cause=cause, starts_at=starts_at, ends_at=ends_at, by=g.actor)

    return _kept(room, "block", room_shapes.BlockForm(), "last_on", keep, _("The time is marked as not available."))


@rooms.post("/rooms/blocks/<uuid:block_id>/end")
@guard(policy.KEEP_ROOM, load=block_at)
def unblock(block: BlockedTime) -> Any:
    """Make a time available again."""
    room = _room(block.room_id) if block.room_id else queries.rooms_of(block.school_id)[0]
    service.unblock(block, by=g.actor)
    return _done(room, _("The time is available again."))


@rooms.post("/rooms/<uuid:room_id>/open")
@guard(policy.OPEN_ROOM, load=room_at)
def open_up(room: CounsellingRoom) -> Any:
    """Note that the room opens now."""
    return _pressed(room, service.open_up, _("It is noted that the room is open."))


@rooms.post("/rooms/<uuid:room_id>/close")
@guard(policy.OPEN_ROOM, load=room_at)
def close_up(room: CounsellingRoom) -> Any:
    """Note that the room closes now."""
    return _pressed(room, service.close_up, _("It is noted that the room is closed."))


def _pressed(room: CounsellingRoom, deed: Callable[..., Any], done: str) -> Any:
    """Do a deed of one button, and go back to where the button was; a colleague may have been quicker."""
    form = forms.read(room_shapes.Pressed(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            deed(room, by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "plain")
    else:
        flash(done, "done")
    today = form.data["at"] == "today"
    return redirect(url_for("home.start") if today else url_for("rooms.show", room_id=room.id), code=303)


def _room(room_id: UUID) -> CounsellingRoom:
    room = queries.get_room(room_id)
    assert room is not None
    return room
