"""The blueprint behind the pages of the counselling room's calendar, and the words that its templates use."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext

from app.appointments import schemas, words
from app.schooltime.names import words_of

appointments = Blueprint("appointments", "app.appointments", template_folder="templates")


@appointments.context_processor
def _words() -> dict[str, Any]:
    return {"appointment_words": words, "slot_key": schemas.slot_key, "period_words": period_words}


def period_words(name: str | None) -> str | None:
    """Return a period as people say it: a lesson that bears a number is named as a lesson."""
    if not name:
        return None
    return gettext("Lesson %(number)s", number=name) if name.isdecimal() else gettext(words_of(name))
