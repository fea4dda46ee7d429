"""The periods of a school day as they stand on the first page: where the day is now."""

from typing import Any

from flask_babel import gettext as _

from app.access import Actor
from app.core import clock
from app.directory.queries import calendar_of
from app.schooltime import bells_on, day_at, is_school_day, wall_at


def strip_of(actor: Actor) -> list[dict[str, Any]]:
    """Return today's periods at the actor's school, the present one marked; empty on a day without school."""
    calendar = calendar_of(actor.posts[0].organisation_id)
    now = clock.now()
    day = day_at(calendar, now)
    if not is_school_day(calendar, day):
        return []
    wall = wall_at(calendar.zone, now).time()
    return [
        {
            "label": _(bell.words), "state": "lesson", "words": f"{bell.start:%H:%M}",
            "now": bell.start <= wall < bell.end,
        }
        for bell in bells_on(calendar, day)
    ]
