"""Asking for a time: one question a page, answers kept in the visit, a last look, and booked once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app, g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import public
from app.appointments.choosing import choices, own_line
from app.appointments.errors import SlotTaken
from app.appointments.models import Appointment
from app.appointments.pages.own.blueprint import (
    go_on,
    show,
    times_out,
    who_came,
)
from app.appointments.queries.own import as_it_stands, free_for
from app.appointments.schemas import About, When, WithoutCard
from app.appointments.service.by_students import ask_by_name, book_with_card
from app.appointments.service.reasons import ABOUT
from app.appointments.slots import FreeSlot
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal
from app.core.requests import ahead, repeatable
from app.directory.queries import get_organisation
from app.entrance import visits
from app.entrance.doors import TIMES, VisitOver, box_at
from app.entrance.keeping import read_kept, written_out
from app.entrance.models import Letterbox
from app.entrance.naming import named
from app.entrance.visits import Visit
from app.escalation.readers import teams_around
from app.vault import letters

_ORDER = ("name", "when", "about")


def _next(visit: Visit, box: Letterbox) -> AnyResponse:
    """Lead to the first question that is open, or to the last look."""
    answers = visit.content["answers"]
    steps = [step for step in _steps(visit) if step not in answers]
    return go_on(visit, steps[0] if steps else "check", box)


def _steps(visit: Visit) -> tuple[str, ...]:
    """Return what is asked: nobody with a card is asked who they are."""
    return _ORDER[1:] if "card" in visit.content else _ORDER


def _keep(visit: Visit, box: Letterbox, step: str, given: Mapping[str, Any]) -> AnyResponse:
    answers = {**visit.content["answers"], step: given}
    return _next(visits.keep(visit, {**visit.content, "answers": answers}), box)


def _comes_too_soon(visit: Visit, step: str) -> bool:
    """Say whether a question before this one is open: steps are taken in their order (ASVS V2.3.1)."""
    steps = _steps(visit)
    return step not in steps or any(one not in visit.content["answers"] for one in steps[: steps.index(step)])


def _asking(step: str, box: Letterbox, visit: Visit, form: forms.Form, **more: Any) -> str:
    steps = _steps(visit)
    return show(
        f"ask_{step}", box, visit, form=form, step=steps.index(step) + 1, steps=len(steps) + 1,
        back=steps[steps.index(step) - 1] if steps.index(step) else None, readers=_readers(box), **more,
    )


def _readers(box: Letterbox) -> list[str]:
    room = teams_around(school_id=box.school_id, grade_id=None, excluded=())["room"]
    return named(room.living, box.school_id)


@times_out.route("/name", methods=["GET", "POST"])
@public
@repeatable
def name(address: str) -> Any:
    """Ask for name and class of somebody without a card."""
    box = box_at(address)
    visit = TIMES.demand(box, "answers")
    if _comes_too_soon(visit, "name"):
        return _next(visit, box)
    if request.method != "POST":
        return _asking("name", box, visit, forms.blank(**visit.content["answers"].get("name", {})))
    form = forms.read(WithoutCard(), request.form)
    if form.errors:
        return _asking("name", box, visit, form), 422
    return _keep(visit, box, "name", dict(form.data))


@times_out.route("/when", methods=["GET", "POST"])
@public
@repeatable
def when(address: str) -> Any:
    """Ask for one of the free times of the next two weeks."""
    box = box_at(address)
    visit = TIMES.demand(box, "answers")
    if _comes_too_soon(visit, "when"):
        return _next(visit, box)
    if request.method != "POST":
        return _when(box, visit, forms.blank(slot=_slot_kept(visit)))
    form = forms.read(When(), request.form)
    if form.errors:
        return _when(box, visit, form), 422
    room_id, starts_at = form.data["slot"]
    if starts_at not in {slot.start for slot in free_for(box.school_id, _student(visit))}:
        return _when(box, visit, form.with_error("slot", _(SlotTaken.words))), 409
    return _keep(visit, box, "when", {"room": room_id.hex, "at": starts_at.isoformat()})


def _when(box: Letterbox, visit: Visit, form: forms.Form) -> str:
    slots = free_for(box.school_id, _student(visit))
    return _asking("when", box, visit, form, choices=choices(box.school_id, slots))


def _student(visit: Visit) -> UUID | None:
    return who_came(visit).student_id if "card" in visit.content else None


def _slot_kept(visit: Visit) -> str:
    kept = visit.content["answers"].get("when")
    return f"{kept['room']}-{int(datetime.fromisoformat(kept['at']).timestamp())}" if kept else ""


def _slot_of(visit: Visit) -> tuple[UUID, datetime]:
    kept = visit.content["answers"]["when"]
    return UUID(hex=kept["room"]), datetime.fromisoformat(kept["at"])


@times_out.route("/about", methods=["GET", "POST"])
@public
@repeatable
def about(address: str) -> Any:
    """Ask what it is about, as coarse as anybody likes to say it; nobody has to."""
    box = box_at(address)
    visit = TIMES.demand(box, "answers")
    if _comes_too_soon(visit, "about"):
        return _next(visit, box)
    options = [(code, _(label)) for code, label in ABOUT.items() if code]
    if request.method != "POST":
        return _asking("about", box, visit, forms.blank(**visit.content["answers"].get("about", {})), options=options)
    form = forms.read(About(), request.form)
    if form.errors:
        return _asking("about", box, visit, form, options=options), 422
    said = "" if form.data["skip"] else form.data["about"]
    return _keep(visit, box, "about", {"about": said})


@times_out.get("/check")
@public
def check(address: str) -> Any:
    """Show everything once more before it is booked."""
    box = box_at(address)
    visit = TIMES.demand(box, "answers")
    if any(step not in visit.content["answers"] for step in _steps(visit)):
        return _next(visit, box)
    return _checking(box, visit)


def _checking(box: Letterbox, visit: Visit, refused: Refusal | None = None) -> str:
    answers = visit.content["answers"]
    (chosen,) = choices(box.school_id, [_as_slot(visit, box)])
    label = ABOUT[answers["about"]["about"]]
    return show(
        "check", box, visit, answers=answers, chosen=chosen, about=_(label),
        readers=_readers(box), refused=refused, by_name="name" in answers,
    )


def _as_slot(visit: Visit, box: Letterbox) -> FreeSlot:
    """Return the chosen time as one that can be shown, also when somebody else has it by now."""
    room_id, starts_at = _slot_of(visit)
    for slot in free_for(box.school_id, _student(visit)):
        if slot.start == starts_at:
            return slot
    return FreeSlot(room_id, starts_at, starts_at, ())


def _stretch_code() -> None:
    """Do the slow work of a code that is about to be sent, before the transaction."""
    with current_app.extensions["database"].transaction(writes=False):
        visit = TIMES.visit_in_front()
        if visit is None or not {"code", "answers"} <= visit.content.keys():
            return
        stretch = letters.stretching(visit.content["code"])
    g.writer = stretch()


@times_out.post("/send")
@public
@repeatable
@ahead(_stretch_code)
def send(address: str) -> Any:
    """Book the time and keep in the same transaction that it is done: whoever sends again finds it booked."""
    box = box_at(address)
    visit = TIMES.visit_to(box)
    if visit is not None and "booked" in visit.content:
        return go_on(visit, "done", box)
    if visit is not None and "typed" in visit.content and "answers" not in visit.content:
        return go_on(visit, "code" if "code" in visit.content else "done", box)
    if visit is None or "answers" not in visit.content:
        raise VisitOver()
    if any(step not in visit.content["answers"] for step in _steps(visit)):
        return _next(visit, box)
    try:
        with savepoint():
            content = _by_card(box, visit) if "card" in visit.content else _by_name(box, visit)
    except (Conflict, Invalid) as refused:
        return _checking(box, visit, refused), refused.status
    return go_on(visits.keep(visit, content), "done" if "booked" in content else "code", box)


def _by_card(box: Letterbox, visit: Visit) -> dict[str, Any]:
    student_id = who_came(visit).student_id
    assert student_id is not None
    booking = book_with_card(
        box.school_id, student_id, when=_slot_of(visit), about=visit.content["answers"]["about"]["about"]
    )
    return {"card": visit.content["card"], "student": visit.content["student"], "booked": booking.id.hex}


def _by_name(box: Letterbox, visit: Visit) -> dict[str, Any]:
    answers = visit.content["answers"]
    typed = ask_by_name(
        box.school_id, when=_slot_of(visit), about=answers["about"]["about"], written=answers["name"], writer=g.writer
    )
    return {"code": visit.content["code"], "typed": typed.id.hex}


@times_out.route("/code", methods=["GET", "POST"])
@public
@repeatable
def code(address: str) -> Any:
    """Show the code of somebody without a card until they have kept it."""
    box = box_at(address)
    visit = TIMES.visit_to(box)
    if visit is not None and "booked" in visit.content:
        return go_on(visit, "done", box)
    visit = TIMES.demand(box, "typed")
    if "code" not in visit.content:
        return go_on(visit, "own", box)
    if request.method != "POST":
        return show("code", box, visit, form=forms.blank(), **written_out(visit.content["code"]))
    form = read_kept(visit.content["code"])
    if form.errors:
        return show("code", box, visit, form=form, **written_out(visit.content["code"])), 422
    typed = who_came(visit).typed
    assert typed is not None
    content = {"typed": visit.content["typed"], "booked": typed.appointment_id.hex}
    return go_on(visits.keep(visit, content), "done", box)


@times_out.get("/done")
@public
def done(address: str) -> str:
    """Say what is booked, what comes next, and how to come back."""
    box = box_at(address)
    visit = TIMES.demand(box, "booked")
    booking: Appointment = as_it_stands(UUID(visit.content["booked"]))
    school = get_organisation(box.school_id)
    return show(
        "done", box, visit, line=own_line(booking), by_name="typed" in visit.content,
        school=school.name if school else "",
    )
