"""The room's bookings and free times for programs, through the same services and permissions as the pages."""

from datetime import timedelta
from typing import Any

from flask import Response, g

from app.access import guard
from app.appointments import policy, queries, schemas, service, views
from app.appointments.api.blueprint import appointments_api
from app.appointments.api.shapes import BookedAndFree, BookingOut, SlotOut, answer, booking_out
from app.appointments.booking_for import book_for, change
from app.appointments.models import Appointment
from app.core.errors import Missing
from app.directory.queries import get_placed_student, today_at


@appointments_api.get("/appointments")
@guard(policy.CALENDAR)
@appointments_api.arguments(schemas.CalendarPart, location="query")
@appointments_api.response(200, BookedAndFree)
def calendar(wanted: dict[str, Any]) -> Any:
    """List what is booked and free from a day on: for a day, a week or four weeks."""
    school_id = views.school_of(g.actor)
    if school_id is None:
        raise Missing()
    first = wanted["day"] or today_at(school_id)
    days = views.calendar_days(g.actor, school_id, first, views.VIEWS[wanted["view"]], free=True)
    rows = [row for day in days for row in day.rows]
    return {
        "bookings": [booking_out(row.line) for row in rows if row.line is not None],
        "free": [row.free for row in rows if row.free is not None],
    }


@appointments_api.get("/students/<uuid:student_id>/free")
@guard(policy.BOOK, load=get_placed_student)
@appointments_api.response(200, SlotOut(many=True))
def free(student: Any) -> Any:
    """List the next free times for a student."""
    return views.free_soon(g.actor, student.school_id, student.id, days=int(timedelta(weeks=4).days))


@appointments_api.post("/students/<uuid:student_id>/appointments")
@guard(policy.BOOK, load=get_placed_student)
@appointments_api.arguments(schemas.BookIn)
@appointments_api.response(201, BookingOut)
def book(student: Any, given: dict[str, Any]) -> Response:
    """Book for a student; a time that is taken is refused with 409 `SlotTaken` and the `nearest` free ones."""
    starts_at, room_id = given.pop("starts_at"), given.pop("room_id")
    when = (room_id, starts_at) if starts_at else None
    return answer(book_for(student, **given, when=when, by=g.actor), 201)


@appointments_api.get("/appointments/<uuid:appointment_id>")
@guard(policy.READ, load=queries.get_appointment, visit="appointment:viewed")
@appointments_api.response(200, BookingOut)
def show(booking: Appointment) -> Response:
    """Open a booking."""
    return answer(booking, 200)


@appointments_api.post("/appointments/<uuid:appointment_id>")
@guard(policy.CHANGE, load=queries.get_appointment)
@appointments_api.arguments(schemas.Change)
@appointments_api.response(200, BookingOut)
def do(booking: Appointment, given: dict[str, Any]) -> Response:
    """Confirm or call off, or note who came."""
    change(booking, given["deed"], revision=given["version"], by=g.actor)
    return answer(booking, 200)


@appointments_api.post("/appointments/<uuid:appointment_id>/move")
@guard(policy.CHANGE, load=queries.get_appointment)
@appointments_api.arguments(schemas.MoveIn)
@appointments_api.response(201, BookingOut)
def move(booking: Appointment, given: dict[str, Any]) -> Response:
    """Move a booking: the answer is the one that stands for the new time."""
    revision = given.pop("version")
    return answer(service.move(booking, **given, revision=revision, by=g.actor), 201)
