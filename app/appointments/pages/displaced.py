"""The page of bookings that no longer fit, and the one on which a colleague takes over what somebody has to come."""

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.access import PostKind, guard
from app.appointments import policy, queries, room_shapes, room_views, service
from app.appointments.booking_for import NoTime, change
from app.appointments.models import Appointment, CounsellingRoom
from app.appointments.pages.rooms import rooms
from app.appointments.queries.rooms import room_at
from app.appointments.schemas import slot_key
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal
from app.directory.queries import holders_of, names_of, today_at


@rooms.get("/rooms/<uuid:room_id>/displaced")
@guard(policy.BOOK, load=room_at)
def displaced(room: CounsellingRoom) -> str:
    """List what is booked at times that are no longer open, each with the three nearest times to move it to."""
    return _displaced(room)


def _displaced(room: CounsellingRoom, refused: Refusal | None = None) -> str:
    lines = room_views.displaced_lines(g.actor, room.school_id)
    return render_template(
        "appointments/displaced.html", room=room, lines=lines, refused=refused, causes=room_views.DISPLACED,
        slot_key=slot_key, rooms=queries.room_names(room.school_id),
        names=names_of({offer.counsellor_id for line in lines for offer in line.offers}),
    )


@rooms.post("/appointments/<uuid:appointment_id>/settle")
@guard(policy.CHANGE, load=queries.get_appointment)
def settle(booking: Appointment) -> Any:
    """Move a booking that no longer fits to a time that was offered, or call it off, and go back to the list."""
    form = forms.read(room_shapes.SettleForm(), request.form)
    room = room_at(booking.room_id or booking.school_id)
    assert room is not None
    if form.errors:
        return _displaced(room, NoTime()), 422
    try:
        with savepoint():
            _settled(booking, **form.data)
    except (Conflict, Invalid) as refused:
        return _displaced(room, refused), refused.status
    called_off = _("The appointment is called off. Its time is free again.")
    flash(_("The appointment is moved.") if form.data["slot"] else called_off, "done")
    return redirect(url_for("rooms.displaced", room_id=room.id), code=303)


def _settled(booking: Appointment, *, slot: Any, counsellor: UUID | None, version: int) -> None:
    if slot is None:
        change(booking, "cancel", revision=version, by=g.actor)
    else:
        room_id, starts_at = slot
        service.move(
            booking, starts_at=starts_at, room_id=room_id, counsellor_id=counsellor, revision=version, by=g.actor
        )


@rooms.route("/rooms/<uuid:room_id>/hand-on", methods=["GET", "POST"])
@guard(policy.BOOK, load=room_at)
def hand_on(room: CounsellingRoom) -> Any:
    """Show what of a colleague's bookings somebody can take over and what not; sent, hand them over in one act."""
    sent = request.method == "POST"
    form = forms.read(room_shapes.HandOn(), request.form if sent else request.args)
    if not form.values:
        return _hand_on(room, forms.blank(since=today_at(room.school_id).isoformat()))
    if form.errors:
        return _hand_on(room, form), 422 if sent else 200
    if not sent:
        return _hand_on(room, form, service.plan_hand_on(room, **form.data, by=g.actor))
    with savepoint():
        handed = service.hand_on(room, **form.data, by=g.actor)
    count = len(handed.done)
    flash(ngettext("One appointment is handed over.", "%(num)s appointments are handed over.", count), "done")
    return redirect(url_for("rooms.displaced" if handed.left else "rooms.show", room_id=room.id), code=303)


def _hand_on(room: CounsellingRoom, form: forms.Form, planned: Any = None) -> str:
    here = holders_of(PostKind.COUNSELLOR, organisation_id=room.school_id, on=today_at(room.school_id))
    having = {one.counsellor_id for one in queries.still_to_come(room.school_id)}
    names = names_of({*here, *having})
    return render_template(
        "appointments/hand_on.html", room=room, form=form, obstacles=room_views.OBSTACLES, names=names,
        of=_choices(having, names), to=_choices(here, names),
        given={name: value for name, value in form.values.items() if value},
        lines=None if planned is None else room_views.planned_lines(planned, g.actor, room.school_id),
    )


def _choices(people: Any, names: dict[UUID, str]) -> list[tuple[str, str]]:
    return sorted(((str(one), names[one]) for one in people), key=lambda choice: choice[1])
