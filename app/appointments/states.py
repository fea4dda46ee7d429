"""The kinds and states of a booking as data: one table of moves, and what is not in it is refused."""

from datetime import timedelta
from typing import Literal, cast, get_args

Kind = Literal["individual", "group", "parent", "crisis", "walk_in"]
State = Literal["requested", "held", "confirmed", "attended", "no_show", "cancelled", "expired", "moved"]
Deed = Literal["confirm", "cancel", "expire", "move", "attend", "miss"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STATES: tuple[State, ...] = get_args(State)
DEEDS: tuple[Deed, ...] = get_args(Deed)

WAITING: tuple[State, ...] = ("requested", "held")
"""What somebody still has to say yes to: it ends by itself at a moment that is written down with it."""
LIVE: tuple[State, ...] = (*WAITING, "confirmed")
CLAIMING: tuple[State, ...] = (*LIVE, "attended")
"""In these states a booking has its time; whoever did not come has given it back."""
AT_ANY_TIME: tuple[Kind, ...] = ("crisis", "walk_in")
"""These wait for no opening hours."""

WAITED_FOR: tuple[Kind, ...] = ("individual", "parent")
"""What somebody can wait for: the rest is at once, or has seats."""
ENDS = ("placed", "booked", "not_wanted", "elsewhere", "not_reached", "taken_back", "left", "mistake")
"""Why somebody no longer waits."""
ANSWERS = ("accepted", "declined", "ran_out", "withdrawn")
"""What became of a time that was held for somebody who waits."""

OFFER_HOLDS = timedelta(minutes=30)
"""How long a time that is offered to somebody is theirs (3. Appointments, the waiting list)."""
EARLY = timedelta(minutes=15)
"""So long before its time somebody can be there already."""

# Requested: the room has yet to agree. Held: offered to a student, who has yet to agree. A booking that is moved stays
# as it was, and a new one stands for the new time. Who came late was marked too soon: the last two go both ways.
_MOVES: dict[State, dict[Deed, State]] = {
    "requested": {"confirm": "confirmed", "cancel": "cancelled", "expire": "expired", "move": "moved"},
    "held": {"confirm": "confirmed", "cancel": "cancelled", "expire": "expired"},
    "confirmed": {"cancel": "cancelled", "move": "moved", "attend": "attended", "miss": "no_show"},
    "attended": {"miss": "no_show"},
    "no_show": {"attend": "attended"},
}


def after(state: str, deed: Deed) -> State | None:
    """Return the state to which a deed leads from another, or None where the table has no such row."""
    return _MOVES.get(cast(State, state), {}).get(deed)


def deeds_from(state: str) -> tuple[Deed, ...]:
    """Return what can become of a booking in this state."""
    return tuple(_MOVES.get(cast(State, state), {}))
