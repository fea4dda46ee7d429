"""Where a student arrives who wants a time: what it is, who is there, and whether they have a card."""

from flask import Response, jsonify
from werkzeug.wrappers import Response as AnyResponse

from app.access import public
from app.appointments.pages.own.blueprint import go_on, show, times_out
from app.core import clock
from app.core.requests import repeatable
from app.directory.queries import get_organisation
from app.entrance import visits
from app.entrance.doors import TIMES, VisitOver, box_at
from app.entrance.naming import named
from app.escalation.readers import teams_around
from app.vault.return_codes import new_return_code

# What a browser can be busy with: a code to keep, questions half-answered, bookings come back to.
_PARTS = ("code", "answers", "card", "typed")


@times_out.get("")
@public
def start(address: str) -> str:
    """Say what a time is and who is there, and lead on."""
    box = box_at(address)
    visit, school = TIMES.visit_to(box), get_organisation(box.school_id)
    room = teams_around(school_id=box.school_id, grade_id=None, excluded=())["room"]
    return show(
        "start", box, visit, school=school.name if school else "", readers=named(room.living, box.school_id),
        busy_with=next((part for part in _PARTS if visit is not None and part in visit.content), None),
        has_asked=visit is not None and "typed" in visit.content, letters=box.open,
    )


@times_out.post("/begin")
@public
@repeatable
def begin(address: str) -> AnyResponse:
    """Begin without a card; the code to come back with is made now, before anything is sent."""
    box, visit = box_at(address), TIMES.visit_to(box_at(address))
    if visit is not None and "typed" in visit.content and "code" in visit.content:
        return go_on(visit, "code", box)
    if visit is None or "code" not in visit.content:
        visit = TIMES.begin_anew(box, {"code": new_return_code(), "answers": {}})
    return go_on(visit, "name", box)


@times_out.post("/keep")
@public
@repeatable
def keep(address: str) -> Response:
    """Keep a visit for another half hour."""
    visit = TIMES.visit_to(box_at(address))
    if visit is None:
        raise VisitOver()
    visit = visits.keep(visit, visit.content)
    answer = jsonify(ends_in=int((visit.expires_at - clock.now()).total_seconds()))
    TIMES.give(answer, visit)
    return answer
