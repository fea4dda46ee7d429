"""The table of moves is whole: every state is reached, every open one leads on, and what it lacks is refused."""

from dataclasses import dataclass
from itertools import product
from typing import get_args

import pytest

from app.escalation.events import EVENT_OF, EVENTS
from app.escalation.levels import GRAVE, LEVELS, is_higher
from app.escalation.notices import AFTER
from app.escalation.tiers import (
    AT_CENTRE,
    CLOCK_NAMES,
    CLOCKS,
    CLOSED,
    DEEDS,
    MOVES,
    OPEN,
    ROLES,
    SOURCES,
    STANDS_IN,
    STATES,
    TIERS,
    ClockName,
    allowed,
    chain_from,
    find_move,
    first_tier,
    turn,
)
from app.escalation.words import CLOCKS as CLOCK_WORDS
from app.escalation.words import DEEDS as DEED_WORDS
from app.escalation.words import STATES as STATE_WORDS
from app.escalation.words import STATES_FOR_REPORTER
from app.notifications.words import KINDS


@dataclass(frozen=True)
class At:
    """Where a concern could stand."""

    state: str
    tier: str
    level: str = "R2"
    source: str = "teacher"


EVERYWHERE = [At(*found) for found in product(STATES, TIERS, LEVELS, SOURCES)]
# Two people, and a page of its own.
BY_TWO = {"agree_lower", "agree_close", "refuse", "propose_lower", "propose_close"}


def following(state: str) -> set[str]:
    """Return the states a concern can be in right after this one."""
    after = {move.to for move in MOVES if state in move.states}
    back = {before for before in OPEN if before not in AT_CENTRE} if "before" in after else set()
    return {to for to in after if to in STATES} | back


def test_every_state_is_reached_from_raised() -> None:
    reached, waiting = {"raised"}, ["raised"]
    while waiting:
        new = following(waiting.pop()) - reached
        reached |= new
        waiting += new
    assert reached == set(STATES)


def test_from_every_open_state_a_closed_one_is_reached() -> None:
    for state in OPEN:
        reached, waiting = {state}, [state]
        while waiting:
            new = following(waiting.pop()) - reached
            reached |= new
            waiting += new
        assert reached & set(CLOSED), state


@pytest.mark.parametrize("state", OPEN)
def test_whoever_owns_an_open_concern_has_a_way_on(state: str) -> None:
    """Also in another's stead, at every level: a way on is a deed that leads to another state."""
    for at in (at for at in EVERYWHERE if at.state == state):
        if at.source != "teacher" and at.state in ("acknowledged", "asked", "answered"):
            continue
        ways = {deed for deed in allowed(at, at.tier) if any(m.deed == deed and m.to != "stays" for m in MOVES)}
        ways -= {"raise_level"} | BY_TWO
        assert ways or {"propose_close"} & set(allowed(at, at.tier)) or waits_for_others(at), at


def waits_for_others(at: At) -> bool:
    """The sender of an offer withdraws it; what is with the centre is the centre's to answer."""
    return at.state in AT_CENTRE and at.tier != "centre" and at.state == "accepted_by_centre"


def test_what_is_not_in_the_table_is_refused() -> None:
    listed = {(deed, state) for move in MOVES for deed, state in product((move.deed,), move.states)}
    for deed, at, role in product(DEEDS, EVERYWHERE, ROLES):
        if (deed, at.state) not in listed:
            assert find_move(deed, at, role) is None
        elif (found := find_move(deed, at, role)) is not None:
            assert at.state in found.states and at.level in found.levels


def test_a_role_outside_the_row_acts_only_in_the_stead_of_the_one_whose_turn_it_is() -> None:
    for deed, at, role in product(DEEDS, EVERYWHERE, ROLES):
        found = find_move(deed, at, role)
        if found is not None and role not in found.by:
            assert role == at.tier and role in STANDS_IN[turn(at)] and turn(at) in found.by, (deed, at, role)


def test_closed_concerns_can_only_be_opened_again_or_answered_for() -> None:
    for at, role in product(EVERYWHERE, ROLES):
        if at.state in CLOSED:
            assert set(allowed(at, role)) <= {"reopen", "feedback"}


def test_whoever_owned_a_concern_that_was_closed_can_open_it_again() -> None:
    """Found by the state machine: what was closed in the grade's place could not be opened again by anybody."""
    for at in EVERYWHERE:
        possible = at.tier in ("room", "centre") or (at.state == "closed_by_grade" and at.tier != "grade")
        if at.state in CLOSED and possible:
            assert "reopen" in allowed(at, at.tier), at


def test_from_r3_no_row_closes_without_a_second_person() -> None:
    closing = {deed for deed, at, role in product(DEEDS, EVERYWHERE, ROLES)
               if at.level in GRAVE and (m := find_move(deed, at, role)) and m.to in CLOSED}
    assert closing == {"agree_close"}


def test_the_one_who_proposes_is_never_of_the_role_that_agrees() -> None:
    propose = {role for move in MOVES if move.deed.startswith("propose") for role in move.by}
    agree = {role for move in MOVES if move.deed.startswith("agree") for role in move.by}
    assert not propose & agree


def test_the_grade_never_reviews_from_r3_on() -> None:
    for deed, level in product(("acknowledge", "ask", "pass_on", "close_by_grade"), GRAVE):
        assert find_move(deed, At("raised", "room", level), "grade") is None


@pytest.mark.parametrize("level", GRAVE)
@pytest.mark.parametrize("state", ["raised", "acknowledged", "asked", "answered"])
def test_a_level_that_rises_to_r3_ends_the_review(state: str, level: str) -> None:
    for role in ROLES:
        found = find_move("raise_level", At(state, "grade", "R1"), role, level=level)
        assert found is not None and (found.to, found.owner, found.clock) == ("passed_to_room", "room", "accept")


def test_a_grave_concern_starts_in_the_room_and_letters_never_with_grade_or_leadership() -> None:
    assert [first_tier("teacher", level) for level in LEVELS] == ["grade", "grade", "grade", "room", "room"]
    assert {first_tier(source, level) for source in ("room", "letter") for level in LEVELS} == {"room"}
    assert chain_from("room", "letter") == ("room", "centre")
    assert chain_from("grade", "teacher") == ("grade", "room", "leadership", "centre")


def test_every_tier_is_in_every_chain_of_a_teachers_concern() -> None:
    assert all(set(chain_from(tier, "teacher")) == set(TIERS) for tier in TIERS)


def test_every_clock_is_there_at_every_level_and_a_graver_level_never_waits_longer_by_its_kind() -> None:
    assert set(CLOCKS) == set(get_args(ClockName)) == set(CLOCK_NAMES)
    for name, by_level in CLOCKS.items():
        assert set(by_level) == set(LEVELS), name
        assert by_level["R4"].kind in ("always", "wall_days"), f"{name}: an R4 clock runs always"
        for lower, higher in product(LEVELS, LEVELS):
            one, other = by_level[lower], by_level[higher]
            if is_higher(higher, lower) and one.kind == other.kind:
                assert other.amount <= one.amount, (name, lower, higher)


def test_every_move_into_an_open_state_starts_a_clock() -> None:
    for move in MOVES:
        if move.to not in ("stays", *CLOSED):
            assert move.clock is not None, move


def test_every_code_has_its_words() -> None:
    assert set(EVENT_OF) == {"raise", *DEEDS} == set(DEED_WORDS)
    assert set(EVENT_OF.values()) <= set(EVENTS)
    assert set(STATES) == set(STATE_WORDS) == set(STATES_FOR_REPORTER)
    assert set(CLOCK_NAMES) == set(CLOCK_WORDS)
    assert {kind for told in AFTER.values() for kind, _ in told} <= set(KINDS)
    assert set(AFTER) <= set(DEEDS)
