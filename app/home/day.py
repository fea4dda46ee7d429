"""The periods of a school day as they stand on the first page: where the day is now, and who comes when."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.access import Actor, PostKind
from app.appointments.queries.waiting import waiting_for
from app.appointments.schemas import slot_key
from app.appointments.views import Row, calendar_days, school_of
from app.appointments.waiting_views import suited
from app.appointments.words import KINDS
from app.core import clock
from app.directory.queries import calendar_of
from app.schooltime import bells_on, day_at, is_school_day, wall_at

MOST_MARKS = 4


def strip_of(actor: Actor) -> list[dict[str, Any]]:
    """Return today's periods at the actor's school, the present one marked; empty on a day without school.

    For a counsellor each has its bookings and free times as marks, `more` says how many besides; names are for
    the page to mask.
    """
    school_id = school_of(actor) or actor.posts[0].organisation_id
    calendar = calendar_of(school_id)
    now = clock.now()
    day = day_at(calendar, now)
    if not is_school_day(calendar, day):
        return []
    rows = calendar_days(actor, school_id, day, 1, free=True)[0].rows if actor.holds(PostKind.COUNSELLOR) else ()
    waiting = suited(school_id, waiting_for(actor), [row.free for row in rows if row.free is not None])
    wall = wall_at(calendar.zone, now).time()
    bells = bells_on(calendar, day)
    found = [
        {
            "label": _(bell.words), "state": "lesson", "words": f"{bell.start:%H:%M}",
            "now": bell.start <= wall < bell.end, **_marked((row for row in rows if row.period == bell.name), waiting),
        }
        for bell in bells
    ]
    between = _marked((row for row in rows if row.period is None), waiting)
    if between["marks"]:
        found.append({"label": _("Between lessons"), "state": "lesson", "words": "", "now": False, **between})
    return found


def _marked(rows: Iterable[Row], waiting: Mapping[str, int]) -> dict[str, Any]:
    """Return the marks of a period: as many as can be read, and how many more there are."""
    marks: Sequence[dict[str, Any]] = [_mark(row, waiting) for row in rows]
    return {"marks": marks[:MOST_MARKS], "more": len(marks) - MOST_MARKS if len(marks) > MOST_MARKS else 0}


def _mark(row: Row, waiting: Mapping[str, int]) -> dict[str, Any]:
    if row.free is not None:
        wait = waiting.get(f"{row.free.room_id}{row.free.start}", 0)
        words = _("Free, waiting %(count)s", count=wait) if wait else _("Still free")
        return {"state": "free", "words": words, "url": url_for("appointments.new", slot=slot_key(row.free))}
    line = row.line
    assert line is not None
    if not line.known:
        return {"state": "closed", "words": _("Taken"), "url": None}
    url = url_for("appointments.show", appointment_id=line.booking.id)
    if line.booking.is_session:
        words = _("Group %(taken)s of %(seats)s", taken=line.seats, seats=line.booking.seats)
        return {"state": "group", "words": words, "url": url}
    state = "asked" if line.booking.state in ("requested", "held") else "booked"
    # Who was found by no name, or gave none, is a talk like any other.
    who = {"name": line.who.name} if line.who else {"words": _(KINDS[line.booking.kind])}
    mark = {"state": state, **who, "url": url}
    return mark | {"note": _("waits for an answer")} if state == "asked" else mark
