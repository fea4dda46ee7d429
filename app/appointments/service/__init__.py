"""Doing things with appointments: booking, moving, calling off, keeping the rooms."""

from app.appointments.service.booking import (
    ask_for,
    attend,
    book,
    cancel,
    confirm,
    expire_due,
    hold,
    miss,
    move,
    take_back,
    walk_in,
)
from app.appointments.service.claims import (
    forget_past,
)
from app.appointments.service.feeds import (
    end_feed,
    make_feed,
)
from app.appointments.service.handing import (
    HandedOn,
    Planned,
    hand_on,
    plan_hand_on,
)
from app.appointments.service.log import (
    close_up,
    open_up,
)
from app.appointments.service.placing import (
    Wish,
)
from app.appointments.service.reasons import (
    read_reason,
)
from app.appointments.service.rooms import (
    Opening,
    add_hours,
    add_turn,
    block_person,
    block_room,
    change_room,
    end_hours,
    end_turn,
    make_room,
    unblock,
)
from app.appointments.service.seats import (
    join,
)
from app.appointments.service.series import (
    Occurrence,
    SeriesConflict,
    book_series,
    end_series,
    plan_series,
)
from app.appointments.service.waiting import (
    Suits,
    accept_offer,
    add_waiting,
    ask_to_wait,
    booked_otherwise,
    change_waiting,
    decline_offer,
    offer,
    offer_next,
    offer_openings,
    take_off,
    take_wait_back,
)

__all__ = [
    "HandedOn",
    "Occurrence",
    "Opening",
    "Planned",
    "SeriesConflict",
    "Suits",
    "Wish",
    "accept_offer",
    "add_hours",
    "add_turn",
    "add_waiting",
    "ask_for",
    "ask_to_wait",
    "attend",
    "block_person",
    "block_room",
    "book",
    "book_series",
    "booked_otherwise",
    "cancel",
    "change_room",
    "change_waiting",
    "close_up",
    "confirm",
    "decline_offer",
    "end_feed",
    "end_hours",
    "end_series",
    "end_turn",
    "expire_due",
    "forget_past",
    "hand_on",
    "hold",
    "join",
    "make_feed",
    "make_room",
    "miss",
    "move",
    "offer",
    "offer_next",
    "offer_openings",
    "open_up",
    "plan_hand_on",
    "plan_series",
    "read_reason",
    "take_back",
    "take_off",
    "take_wait_back",
    "unblock",
    "walk_in",
]
