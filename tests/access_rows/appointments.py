"""Who may do what with appointments: the room's counsellors, and whoever asked, about what they asked for.

Lin booked for Ana ("lin's"); Cruz asked for Ana ("without a reason"), and for Rui so that Lin must not know
("without lin").
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.appointments import service
from app.appointments.models import LookIn
from app.appointments.queries import free_between, get_appointment, get_entry, get_room
from app.appointments.queries.look_ins import get_look_in
from app.appointments.queries.series import get_programme, get_series
from app.appointments.service import Wish, groups
from app.core import clock
from app.core.database import session
from app.directory.queries import get_placed_student, today_at
from tests.files import steps
from tests.world import World

ABOUT = "app.appointments.policy"
_ROOM = "lin bo newcomer"
TABLE = {
    "appointment:book": {"the school's room": _ROOM, "the other school's room": "tan", "missing": ""},
    "appointment:read_reason": {"lin's": "lin bo", "without lin": "bo", "without a reason": "", "missing": ""},
    "appointment:change": {
        "lin's": "lin bo", "without lin": "bo", "without a reason": "lin bo newcomer", "missing": "",
    },
    "appointment:hold": {
        "lin's": "lin bo", "without lin": "bo", "without a reason": "lin bo newcomer", "missing": "",
    },
    "appointment:calendar": {"-": "lin bo tan newcomer"},
    "appointment:read": {
        "lin's": "lin bo", "without lin": "bo", "without a reason": "lin bo newcomer", "missing": "",
    },
    "appointment:ask_for": {"ana": "cruz sol", "zoe": "moss sol", "kai": "quill", "missing": ""},
    "appointment:take_back": {"lin's": "", "without a reason": "cruz", "without lin": "cruz", "missing": "",
                              "ana waits": "cruz", "rui waits, without lin": "cruz"},
    "student_card:list": {"-": "lin bo tan newcomer"},
    "student_card:keep": {"the school's room": _ROOM, "the other school's room": "tan", "missing": ""},
    "look_in:close": {"ana's": "lin", "missing": ""},
    "waiting:keep": {
        "ana waits": "lin bo newcomer", "rui waits, without lin": "bo", "missing": "",
    },
    "feed:keep": {"-": "lin bo newcomer tan"},
    "feed:make": {"-": "lin bo newcomer tan"},
    "room:open": {"the school's room": _ROOM, "the other school's room": "tan", "missing": ""},
    "room:log": {"the school's room": f"{_ROOM} pia sam", "the other school's room": "tan uma", "missing": ""},
    "room:list": {"-": "lin bo newcomer tan pia sam uma"},
    "series:read": {"lin's series": "lin bo", "a series without lin": "bo", "missing": ""},
    "group:read": {"lin's group": "lin bo", "missing": ""},
    "group:keep": {"lin's group": "lin bo", "missing": ""},
    "room:keep": {"the school's room": f"{_ROOM} sam", "the other school's room": "tan uma", "missing": ""},
}


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Make the bookings, and return how each is found in a transaction."""
    said = {"about": "friends"}
    with world.database.transaction(writes=False):
        today = today_at(world.school)
        noons = [slot.start for slot in free_between(world.school, today, today + timedelta(days=120))]

    def wish(number: int, student: str) -> Wish:
        return Wish(world.school, noons[number], room_id=world.school, student_id=world.students[student])

    with world.acting("lin") as lin:
        made = {"lin's": service.book(wish(0, "ana"), reason=said, by=lin).id}
    with world.acting("cruz") as cruz:
        made["without a reason"] = service.ask_for(wish(1, "ana"), by=cruz).id
        hidden = service.ask_for(wish(2, "rui"), reason=said, excluded=[world.people["lin"]], by=cruz)
        made["without lin"] = hidden.id
    once: Any = {"every_weeks": 1, "times": 2, "choices": {2: None}}
    with world.acting("bo") as bo:
        away = [world.people["lin"]]
        hidden_series = service.book_series(wish(3, "rui"), **once, reason=said, excluded=away, by=bo).id
    with world.acting("lin") as lin:
        mine = service.book_series(wish(4, "ana"), **once, reason=said, by=lin).id
        meets = Wish(world.school, noons[5], "group", world.school, seats=4)
        group = groups.begin_group(meets, theme="friends", **once, by=lin).id
    found: dict[str, Callable[[], Any]] = {
        name: (lambda booking_id=booking_id: get_appointment(booking_id)) for name, booking_id in made.items()
    }
    for name in ("ana", "zoe", "kai"):
        found[name] = lambda name=name: get_placed_student(world.students[name])
    steps.open_file(world, "lin", "ana")
    with clock.at(noons[0]), world.acting("lin") as lin:
        missed = get_appointment(made["lin's"])
        assert missed is not None
        service.miss(missed, revision=missed.revision, by=lin)
        task = session().scalars(select(LookIn)).one().id
    found |= {
        "lin's series": lambda: get_series(mine), "a series without lin": lambda: get_series(hidden_series),
        "lin's group": lambda: get_programme(group),
    }
    found["ana's"] = lambda: get_look_in(task)
    with world.acting("cruz") as cruz:
        waits = service.ask_to_wait(world.students["ana"], by=cruz).id
        kept = service.ask_to_wait(world.students["rui"], reason=said, excluded=[world.people["lin"]], by=cruz).id
    found["ana waits"] = lambda: get_entry(waits)
    found["rui waits, without lin"] = lambda: get_entry(kept)
    found["the school's room"] = lambda: get_room(world.school)
    found["the other school's room"] = lambda: get_room(world.organisations["other_school"])
    return found
