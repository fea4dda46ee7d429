"""What the student's pages share: the blueprint, the frame, and who has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as AnyResponse

from app.appointments import words
from app.appointments.choosing import period_words
from app.appointments.models import Appointment, TypedName
from app.appointments.queries.cards import get_card
from app.appointments.queries.own import as_it_stands, get_typed_name, own_bookings
from app.appointments.schemas import slot_key
from app.appointments.states import LIVE
from app.core.errors import Missing
from app.entrance.doors import TIMES, VisitOver, frame_of
from app.entrance.models import Letterbox
from app.entrance.visits import Visit

_SHOWN = (*LIVE, "cancelled")
"""What the room called off is said until its time is over, so that nobody comes in vain."""
times_out = Blueprint(
    "times_out", "app.appointments", url_prefix="/w/<address>/time", template_folder="templates"
)


@times_out.context_processor
def _words() -> dict[str, Any]:
    return {"appointment_words": words, "slot_key": slot_key, "period_words": period_words}


@dataclass(frozen=True)
class Come:
    """Who has come with a code: a student with a card, or whoever asked by name; one of the two is None."""

    student_id: UUID | None
    typed: TypedName | None

    def bookings(self) -> Sequence[Appointment]:
        """Return what they may see, as it stands now."""
        if self.student_id is not None:
            return own_bookings(self.student_id, states=_SHOWN)
        assert self.typed is not None
        return [as_it_stands(self.typed.appointment_id)]


def who_came(visit: Visit) -> Come:
    """Return who this browser has come as; a card that was withdrawn meanwhile leads nowhere. Raises VisitOver."""
    content = visit.content
    if "card" in content and get_card(UUID(content["card"])) is not None:
        return Come(UUID(content["student"]), None)
    typed = get_typed_name(UUID(content["typed"])) if "typed" in content else None
    if typed is None:
        raise VisitOver()
    return Come(None, typed)


def own_booking(box: Letterbox, visit: Visit, appointment_id: UUID) -> Appointment:
    """Return one of the bookings of whoever came; any other looks like none."""
    for booking in who_came(visit).bookings():
        if booking.id == appointment_id and booking.school_id == box.school_id:
            return booking
    raise Missing()


def show(template: str, box: Letterbox, visit: Visit | None = None, **given: Any) -> str:
    """Return a page in the frame of a school's address."""
    return render_template(
        f"appointments/own/{template}.html", **frame_of(box, visit, keep="times_out.keep"), **given
    )


def go_on(visit: Visit, endpoint: str, box: Letterbox, **ids: Any) -> AnyResponse:
    """Lead to the next page, and let the browser keep the secret of its visit for another half hour."""
    return TIMES.lead(visit, f"times_out.{endpoint}", box, **ids)
