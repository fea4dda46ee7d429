"""The first page for programs: what waits for the caller, the periods of the day, and the figures of their posts."""

from typing import Any

from flask import g, url_for
from marshmallow import fields, validate

from app.access import PostKind, guard
from app.core.forms import Shape
from app.core.openapi import blueprint
from app.home.day import strip_of
from app.home.figures import figures_open_to
from app.home.tasks import RANKS, Task, first_tasks
from app.identity.policy import OWN_ACCOUNT

home_api = blueprint("home", __name__, description="What waits for the caller")

# What a task is about, by the page on which it is done, and where a program reads it; None: in a browser only.
ABOUT: dict[str, tuple[str, str | None]] = {
    "escalation.concern": ("concern", "concerns_api.show"),
    "escalation.hand_over": ("hand_over", "concerns_api.hand_over"),
    "escalation.write": ("draft", None),
    "files.entry": ("entry", "files_api.entry"),
    "letterbox.letter": ("letter", "letters_api.show"),
    "letterbox.letters": ("letterbox", "letters_api.index"),
    "letterbox.opening": ("name_opening", None),
    "letterbox.open_letter": ("letter_in_emergency", None),
    "letterbox.late": ("letters_late", None),
    "rooms.displaced": ("displaced_appointments", "rooms_api.displaced"),
    "look_ins.one": ("look_in", None),
    "appointments.show": ("appointment", "appointments_api.show"),
    "appointments.who": ("appointment", "appointments_api.show"),
    "identity.tasks": ("admission", "keys_api.waiting"),
    "identity.card": ("recovery_card", None),
}


class TaskOut(Shape):
    """Something to do, in the order in which it should be done; `address` is null for what only a browser does."""

    rank = fields.Str(validate=validate.OneOf(RANKS))
    about = fields.Str(validate=validate.OneOf([code for code, _endpoint in ABOUT.values()]))
    address = fields.Str(allow_none=True, metadata={"description": "Where it is read under /api/v1."})
    who = fields.Str(attribute="task.what", metadata={"description": "Whom it is about."})
    where = fields.Str(attribute="task.where")
    why = fields.Str(attribute="task.why")
    level = fields.Str(attribute="task.code", allow_none=True)
    due_at = fields.AwareDateTime(attribute="task.due_at", allow_none=True)
    deed = fields.Str(allow_none=True, metadata={"description": "What can be done to the concern at once."})
    version = fields.Int(allow_none=True, metadata={"description": "The version that the deed builds on."})


class PeriodOut(Shape):
    """A period of today, and whether it is now; times are school time."""

    name = fields.Str(attribute="label")
    starts_at = fields.Str(attribute="words")
    now = fields.Bool()


class FiguresOut(Shape):
    """Counts without names; a count under 5 is hidden."""

    covers = fields.Str(validate=validate.OneOf(("own_schools", "district")))
    by_level = fields.Dict(keys=fields.Str(), values=fields.Str())
    open = fields.Str()
    overdue = fields.Str()
    hand_overs = fields.Str()


class TodayOut(Shape):
    """The first page of whoever asks."""

    tasks = fields.List(fields.Nested(TaskOut))
    periods = fields.List(fields.Nested(PeriodOut))
    figures = fields.List(fields.Nested(FiguresOut))


@home_api.get("/today")
@guard(OWN_ACCOUNT)
@home_api.response(200, TodayOut)
def today() -> Any:
    """Say what waits for the caller, the most urgent first; the lists of each post have addresses of their own."""
    return {
        "tasks": [_task(task) for task in first_tasks(g.actor)],
        "periods": [one for one in strip_of(g.actor) if one["words"]] if g.actor.holds(PostKind.COUNSELLOR) else [],
        "figures": [{"covers": covers, **vars(figures)} for covers, figures in figures_open_to(g.actor).items()],
    }


def _task(task: Task) -> dict[str, Any]:
    about, endpoint = ABOUT[task.page]
    name, _words, version = task.deed or (None, "", None)
    return {
        "task": task, "rank": RANKS[task.rank], "about": about, "deed": name, "version": version,
        "address": url_for(endpoint, **task.ids) if endpoint else None,
    }
