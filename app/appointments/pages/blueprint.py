"""The blueprint behind the pages of the counselling room's calendar, and the words that its templates use."""

from typing import Any

from flask import Blueprint

from app.appointments import schemas, words
from app.appointments.choosing import period_words

appointments = Blueprint("appointments", "app.appointments", template_folder="templates")


@appointments.context_processor
def _words() -> dict[str, Any]:
    return {"appointment_words": words, "slot_key": schemas.slot_key, "period_words": period_words}
