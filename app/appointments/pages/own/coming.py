"""Coming with a code: the card's, or the one that was given to somebody without a card; see, move, call off."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import public
from app.appointments import ical, queries
from app.appointments.booking_for import NoTime
from app.appointments.choosing import choices, own_line
from app.appointments.errors import CardOfSomebodyWhoLeft, NoSuchCode, NotFree
from app.appointments.models import Appointment
from app.appointments.pages.own.blueprint import (
    go_on,
    own_booking,
    show,
    times_out,
    who_came,
)
from app.appointments.queries.feeds import entries_of
from app.appointments.queries.own import free_for
from app.appointments.schemas import OwnChange, OwnMove
from app.appointments.service.by_students import (
    accept_own,
    cancel_own,
    demand_present,
    move_own,
    typed_name_behind,
)
from app.appointments.service.cards import holder_of_code
from app.appointments.service.passes import pass_code
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal
from app.core.requests import ahead, repeatable
from app.entrance import visits
from app.entrance.doors import TIMES, VisitOver, box_at
from app.entrance.keeping import TypedCode, stretch_typed_code, stretched_code
from app.entrance.models import Letterbox
from app.entrance.visits import Visit
from app.vault.letters import Writer
from app.vault.return_codes import MistypedReturnCode


@times_out.route("/in", methods=["GET", "POST"])
@public
@repeatable
@ahead(stretch_typed_code)
def back(address: str) -> Any:
    """Ask for a code: of a card, or of a time that was asked for without one."""
    box = box_at(address)
    if request.method != "POST":
        return show("back", box, form=forms.blank())
    form = forms.read(TypedCode(), request.form)
    if not form.errors:
        try:
            content = _led_to(stretched_code(), box.school_id)
        except (MistypedReturnCode, NoSuchCode, CardOfSomebodyWhoLeft) as refused:
            form = form.with_error("code", _(refused.words))
        else:
            visit = TIMES.begin_anew(box, content)
            return go_on(visit, "own", box) if who_came(visit).bookings() else _book(visit, box)
    return show("back", box, form=form), 422


def _led_to(writer: Writer, school_id: UUID) -> dict[str, Any]:
    """Return what a visit keeps of whoever came: never the code, which cannot be found from it."""
    try:
        holder = holder_of_code(writer, school_id=school_id)
    except NoSuchCode:
        return {"typed": typed_name_behind(writer, school_id=school_id).id.hex}
    demand_present(holder.student_id, school_id)
    return {"card": holder.card.id.hex, "student": holder.student_id.hex}


@times_out.get("/own")
@public
def own(address: str) -> str:
    """Show what somebody booked, with what they can do to it."""
    box = box_at(address)
    return _own(box, _come(box))


def _come(box: Letterbox) -> Visit:
    """Return the visit of somebody who came with a code or has just booked; raises VisitOver."""
    visit = TIMES.visit_to(box)
    if visit is None or not {"card", "typed"} & visit.content.keys():
        raise VisitOver()
    return visit


def _own(box: Letterbox, visit: Visit, refused: Refusal | None = None, moving: UUID | None = None) -> str:
    come = who_came(visit)
    lines = [own_line(booking) for booking in come.bookings()]
    nearest = refused.nearest if isinstance(refused, NotFree) else ()
    free = free_for(box.school_id, come.student_id)
    slots = [*nearest, *(slot for slot in free if slot not in nearest)]
    return show(
        "own", box, visit, lines=lines, come=come, refused=refused, moving=moving,
        choices=choices(box.school_id, slots), form=forms.blank(), deeds={
            line.booking.id: queries.deeds_now(line.booking) for line in lines
        }, passes={line.booking.id: pass_code(line.booking) for line in lines if line.booking.state == "confirmed"},
    )


@times_out.post("/another")
@public
@repeatable
def another(address: str) -> AnyResponse:
    """Book one more time with a card."""
    box = box_at(address)
    return _book(TIMES.demand(box, "card"), box)


def _book(visit: Visit, box: Letterbox) -> AnyResponse:
    content = {"card": visit.content["card"], "student": visit.content["student"], "answers": {}}
    return go_on(visits.keep(visit, content), "when", box)


@times_out.post("/own/<uuid:appointment_id>/move")
@public
@repeatable
def move(address: str, appointment_id: UUID) -> Any:
    """Move a time to another free one; where that is taken all is as it was."""
    box = box_at(address)
    visit = _come(box)
    booking = own_booking(box, visit, appointment_id)
    form = forms.read(OwnMove(), request.form)
    if form.errors:
        return _own(box, visit, NoTime(), booking.id), 422
    try:
        with savepoint():
            move_own(booking, when=form.data["slot"], revision=form.data["version"])
    except (Conflict, Invalid) as refused:
        return _own(box, visit, refused, booking.id), refused.status
    return go_on(visits.keep(visit, visit.content), "own", box)


@times_out.post("/own/<uuid:appointment_id>/off")
@public
@repeatable
def off(address: str, appointment_id: UUID) -> Any:
    """Call a time off; it is free for somebody else at once."""
    return _changed(address, appointment_id, cancel_own)


def _changed(address: str, appointment_id: UUID, deed: Callable[..., None]) -> Any:
    box = box_at(address)
    visit = _come(box)
    booking = own_booking(box, visit, appointment_id)
    form = forms.read(OwnChange(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            deed(booking, revision=form.data["version"])
    except Conflict as refused:
        return _own(box, visit, refused), refused.status
    return go_on(visits.keep(visit, visit.content), "own", box)


@times_out.post("/own/<uuid:appointment_id>/take")
@public
@repeatable
def take(address: str, appointment_id: UUID) -> Any:
    """Take a time that became free and is held for whoever came."""
    return _changed(address, appointment_id, accept_own)


@times_out.get("/own/<uuid:appointment_id>/calendar.ics")
@public
def calendar(address: str, appointment_id: UUID) -> Response:
    """Give one time to a calendar program: when, and nothing else."""
    box = box_at(address)
    booking: Appointment = own_booking(box, _come(box), appointment_id)
    answer = Response(ical.calendar(entries_of([booking]), words=_("Busy")), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = "attachment; filename=calendar.ics"
    return answer
