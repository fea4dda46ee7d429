"""Tiers, states and clocks of a concern as data: one table of moves, and what is not in it is refused."""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from app.escalation.levels import GRAVE, LEVELS, Level
from app.schooltime import Clock

Tier = Literal["grade", "room", "leadership", "centre"]
Role = Literal["reporter", "grade", "room", "leadership", "centre"]
State = Literal[
    "raised", "acknowledged", "asked", "answered", "passed_to_room", "accepted", "in_support",
    "offered_to_centre", "accepted_by_centre", "advised", "returned", "follow_up", "closed_by_grade", "closed",
    "reopened",
]
Source = Literal["teacher", "room", "letter"]
ClockName = Literal[
    "acknowledge", "decide", "answer", "accept", "assess", "support", "centre_answer", "centre_work", "follow_up"
]

TIERS: tuple[Tier, ...] = get_args(Tier)
ROLES: tuple[Role, ...] = get_args(Role)
STATES: tuple[State, ...] = get_args(State)
SOURCES: tuple[Source, ...] = get_args(Source)
CLOCK_NAMES: tuple[ClockName, ...] = get_args(ClockName)

CLOSED: tuple[State, ...] = ("closed_by_grade", "closed")
OPEN: tuple[State, ...] = tuple(state for state in STATES if state not in CLOSED)
AT_CENTRE: tuple[State, ...] = ("offered_to_centre", "accepted_by_centre")
_REVIEW: tuple[State, ...] = ("raised", "acknowledged", "asked", "answered")
_WORK: tuple[State, ...] = ("in_support", "advised", "returned", "follow_up")
_AT_SCHOOL: tuple[State, ...] = tuple(state for state in OPEN if state not in AT_CENTRE)
_ORDINARY: tuple[Level, ...] = ("R0", "R1", "R2")


class Standing(Protocol):
    """Where a concern stands, as far as the table asks."""

    @property
    def state(self) -> str: ...

    @property
    def tier(self) -> str: ...

    @property
    def level(self) -> str: ...

    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class Move:
    """One row of the table: who may do what in which states, where it leads, and which clock starts.

    `turn` limits a row to the states in which it is this tier's turn; whoever stands in for that tier may do
    it too. `levels` are those the concern has once the deed is done. `owner` is the tier that owns it then.
    `words` says that the deed needs its words: a reason, a question, an answer. Without a clock the running
    one goes on, save where the concern closes.
    """

    deed: str
    states: tuple[State, ...]
    to: State | Literal["stays", "before"]
    by: tuple[Role, ...]
    owner: Tier | Literal["keeps", "sender", "before"] = "keeps"
    clock: ClockName | Literal["before"] | None = None
    turn: Tier | None = None
    levels: tuple[Level, ...] = LEVELS
    words: bool = False


MOVES = (
    # The review by the head of grade.
    Move("acknowledge", ("raised",), "acknowledged", ("grade",), clock="decide", turn="grade"),
    Move("ask", ("raised", "acknowledged", "answered"), "asked", ("grade",), clock="answer", turn="grade", words=True),
    Move("answer", ("asked",), "answered", ("reporter",), clock="decide", words=True),
    Move("pass_on", _REVIEW, "passed_to_room", ("grade",), owner="room", clock="accept", turn="grade"),
    Move("close_by_grade", ("acknowledged", "answered"), "closed_by_grade", ("grade",), turn="grade",
         levels=("R0", "R1"), words=True),
    # The room's work.
    Move("accept", ("raised", "passed_to_room", "reopened"), "accepted", ("room",), owner="room", clock="assess",
         turn="room"),
    Move("assess", ("accepted",), "in_support", ("room",), clock="support", turn="room", words=True),
    Move("assess", ("follow_up",), "stays", ("room",), clock="follow_up", turn="room", words=True),
    Move("assess", _WORK, "stays", ("room",), clock="support", turn="room", words=True),
    Move("follow_up", ("accepted", *_WORK), "follow_up", ("room",), clock="follow_up", turn="room"),
    Move("close", _WORK, "closed", ("room",), turn="room", levels=_ORDINARY, words=True),
    Move("reopen", ("closed_by_grade",), "reopened", ("grade", "room"), owner="room", clock="accept", turn="grade",
         words=True),
    Move("reopen", ("closed",), "reopened", ("room",), owner="room", clock="accept", turn="room", words=True),
    # What takes a second person: the room proposes, somebody else who holds the action card decides.
    Move("propose_lower", ("accepted",), "in_support", ("room",), clock="support", turn="room", words=True),
    Move("propose_lower", _WORK, "stays", ("room",), turn="room", words=True),
    Move("propose_close", _WORK, "stays", ("room",), turn="room", levels=GRAVE, words=True),
    Move("agree_lower", _WORK, "stays", ("grade", "leadership", "centre")),
    Move("agree_close", _WORK, "closed", ("grade", "leadership", "centre")),
    Move("refuse", _WORK, "stays", ("grade", "leadership", "centre")),
    # Raising a level: anybody with grounds, at any time. From R3 on the review is over.
    Move("raise_level", _REVIEW, "passed_to_room", ROLES, owner="room", clock="accept", turn="grade", levels=GRAVE,
         words=True),
    Move("raise_level", OPEN, "stays", ROLES, words=True),
    # The hand-over. Pending, the sender stays responsible; declined or withdrawn, all is as it was.
    Move("offer", _AT_SCHOOL, "offered_to_centre", ("room",), owner="sender", clock="centre_answer"),
    Move("call_centre", _AT_SCHOOL, "offered_to_centre", ("grade", "leadership"), owner="sender",
         clock="centre_answer"),
    Move("withdraw", ("offered_to_centre",), "before", ("grade", "room", "leadership"), owner="before",
         clock="before"),
    Move("decline", ("offered_to_centre",), "before", ("centre",), owner="before", clock="before", words=True),
    Move("accept_by_centre", ("offered_to_centre",), "accepted_by_centre", ("centre",), owner="centre",
         clock="centre_work"),
    Move("advise", ("accepted_by_centre",), "advised", ("centre",), owner="room", clock="support", words=True),
    Move("return", ("accepted_by_centre", "advised"), "returned", ("centre",), owner="room", clock="support"),
    # What changes nothing but is kept.
    Move("feedback", STATES, "stays", ("grade", "room"), words=True),
    Move("note_seen", OPEN, "stays", ("grade", "leadership")),
)
DEEDS = tuple(dict.fromkeys(move.deed for move in MOVES))
OPINION_DEEDS = ("agree_lower", "agree_close", "refuse")

_TURNS: dict[str, Tier] = {
    **dict.fromkeys(("acknowledged", "asked", "answered", "closed_by_grade"), "grade"),
    **dict.fromkeys(AT_CENTRE, "centre"),
}
# Professional work is stood in for by professionals: leadership and grade pass such a concern to the centre.
STANDS_IN: dict[Tier, tuple[Tier, ...]] = {
    "grade": ("room", "leadership", "centre"), "room": ("centre",), "leadership": (), "centre": (),
}


def turn(standing: Standing) -> Tier:
    """Return whose work a concern is by the design, whoever stands in when nobody is there."""
    if standing.state == "raised":
        return first_tier(standing.source, standing.level) if standing.tier != "room" else "room"
    return _TURNS.get(standing.state, "room")


def first_tier(source: str, level: str) -> Tier:
    """Return who owns a new concern: the head of grade up to R2 when a teacher raised it, otherwise the room."""
    return "grade" if source == "teacher" and level not in GRAVE else "room"


def chain_from(tier: Tier, source: str) -> tuple[Tier, ...]:
    """Return who owns a concern in place of a tier in which nobody is there who could read it.

    Upwards, and to the grade last: what it has passed on does not come back while anybody else is there. What
    was said in a letter or a session never comes to grade or leadership: there the centre stands in for the
    room (3-vault.md, Excluded parties).
    """
    others: tuple[Tier, ...] = ("room", "leadership", "centre", "grade") if source == "teacher" else ("room", "centre")
    return (tier, *(other for other in others if other != tier))


def find_move(deed: str, standing: Standing, role: str, *, level: str | None = None) -> Move | None:
    """Return the row under which somebody in this role may do this deed now, or None."""
    for move in MOVES:
        if (
            move.deed == deed
            and standing.state in move.states
            and (level or standing.level) in move.levels
            and (move.turn is None or move.turn == turn(standing))
            and _may(move, standing, role)
        ):
            return move
    return None


def _may(move: Move, standing: Standing, role: str) -> bool:
    if role in move.by:
        # Only the side that sent a hand-over takes it back.
        return move.deed != "withdraw" or role == standing.tier
    return move.turn in move.by and role == standing.tier and role in STANDS_IN[move.turn]


def allowed(standing: Standing, role: str) -> tuple[str, ...]:
    """Return the deeds that are possible for somebody in this role as the concern stands now."""
    return tuple(deed for deed in DEEDS if find_move(deed, standing, role))


def _by_level(r4: Clock, r3: Clock, r2: Clock, r1: Clock, r0: Clock) -> dict[str, Clock]:
    return {"R4": r4, "R3": r3, "R2": r2, "R1": r1, "R0": r0}


def _always(minutes: float) -> Clock:
    return Clock("always", minutes)


def _school_days(days: int) -> Clock:
    return Clock("school_days", days)


def _wall_days(days: int) -> Clock:
    return Clock("wall_days", days)


_AT_ONCE = _always(10)
# "every 30 minutes of school time, and never more than 12 hours by the wall clock" (4-domain.md).
_SOON = Clock("school_minutes", 30, at_most_hours=12)
_REVIEWS = _by_level(_wall_days(1), _wall_days(3), _wall_days(14), _wall_days(30), _wall_days(120))

CLOCKS: dict[ClockName, dict[str, Clock]] = {
    "acknowledge": _by_level(_AT_ONCE, _SOON, _school_days(1), _school_days(3), _school_days(5)),
    "decide": _by_level(_AT_ONCE, _SOON, _school_days(1), _school_days(3), _school_days(5)),
    "answer": _by_level(_AT_ONCE, _SOON, _school_days(2), _school_days(2), _school_days(2)),
    "accept": _by_level(_AT_ONCE, _SOON, _school_days(3), _wall_days(7), _wall_days(14)),
    "assess": _by_level(_always(120), Clock("school_days", 0, at_most_hours=24), _school_days(3), _wall_days(7),
                        _wall_days(14)),
    "support": _REVIEWS,
    "centre_answer": _by_level(_always(120), _school_days(1), _school_days(3), _school_days(3), _school_days(3)),
    "centre_work": _REVIEWS,
    "follow_up": _REVIEWS,
}
"""How long each tier has at each level ([P] 4-domain.md, Levels; a default to be configured later).

acknowledge: the first human act. decide: to ask, pass on or close once acknowledged or answered. answer: the
reporter's. accept: the room takes it on; for R2 the interview is due in it. assess: the first interview of what
was accepted ("interview the same day" at R3). support, centre_work, follow_up: the next review of the level.
centre_answer: "call within 2 h" at R4, "within 1 working day" at R3.
"""


def clock_for(name: ClockName, level: str) -> Clock:
    """Return the clock of this name at a level."""
    return CLOCKS[name][level]
