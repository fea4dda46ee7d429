"""Whoever does whatever in whichever order: one owner who is there and can read, one due time, nothing lost or leaked.

The promise of 1-product.md ("No alert is dropped") for the moves that people make, as a state machine.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Refusal, Stale
from app.directory.queries import today_at
from app.escalation import hand_overs, opinions, service
from app.escalation.events import EVENT_OF
from app.escalation.levels import LEVELS, is_higher
from app.escalation.models import LIVE_HAND_OVERS, Concern, ConcernStep, HandOver, SecondOpinion
from app.escalation.queries import deeds_open_to, live_hand_over, pending_opinion
from app.escalation.readers import NobodyToTell, teams_around
from app.escalation.tiers import CLOSED, STATES, TIERS
from app.notifications.models import Notice
from tests.escalation.telling import EVERYDAY, IN_DANGER, LOW_MOOD, PACKET, SELF_HARM, TUESDAY_MORNING, Story
from tests.world import STAFF, World

INSIDE = ("cruz", "gao", "lin", "bo", "pia", "dee", "dora")
OUTSIDE = ("moss", "hart", "sol", "sam", "tan", "quill", "root", "eve")
COULD_BE_PART_OF_IT = ("gao", "lin", "bo", "pia", "dee", "dora", "moss")
AT_CENTRE = {"offered": "offered_to_centre", "accepted": "accepted_by_centre"}


def live(concern: Concern) -> HandOver:
    """Return the hand-over under way, or one that nobody can have."""
    found = live_hand_over(concern.id)
    if found is None:
        raise Refusal()
    return found


def pending(concern: Concern) -> SecondOpinion:
    """Return the proposal that waits."""
    found = pending_opinion(concern.id)
    if found is None:
        raise Refusal()
    return found


# What each deed is done with: the concern, the revision of the page, a level, some days, and who does it.
Doing = Callable[[Concern, int, str, int, Actor], object]
DOINGS: dict[str, Doing] = {
    "acknowledge": lambda c, r, level, days, by: service.acknowledge(c, revision=r, by=by),
    "ask": lambda c, r, level, days, by: service.ask(c, question="？", revision=r, by=by),
    "answer": lambda c, r, level, days, by: service.answer(c, words="。", revision=r, by=by),
    "pass_on": lambda c, r, level, days, by: service.pass_on(c, revision=r, by=by),
    "close_by_grade": lambda c, r, level, days, by: service.close_by_grade(c, reason="。", revision=r, by=by),
    "accept": lambda c, r, level, days, by: service.accept(c, revision=r, by=by),
    "assess": lambda c, r, level, days, by: service.assess(c, level=level, reason="。", revision=r, by=by),
    "raise_level": lambda c, r, level, days, by: service.raise_level(c, level=level, grounds="。", revision=r, by=by),
    "follow_up": lambda c, r, level, days, by: service.follow_up(
        c, review_on=today_at(c.school_id) + timedelta(days=days), revision=r, by=by
    ),
    "close": lambda c, r, level, days, by: service.close(c, reason="。", revision=r, by=by),
    "reopen": lambda c, r, level, days, by: service.reopen(c, reason="。", revision=r, by=by),
    "feedback": lambda c, r, level, days, by: service.give_feedback(c, words="。", by=by),
    "note_seen": lambda c, r, level, days, by: service.note_seen(c, by=by),
    "offer": lambda c, r, level, days, by: hand_overs.offer(c, basis="SELF_HARM", packet=PACKET, revision=r, by=by),
    "call_centre": lambda c, r, level, days, by: hand_overs.call_centre(
        c, basis="ABUSE_REPORT", packet=PACKET, revision=r, by=by
    ),
    "withdraw": lambda c, r, level, days, by: hand_overs.withdraw(live(c), revision=r, by=by),
    "decline": lambda c, r, level, days, by: hand_overs.decline(live(c), reason="。", revision=r, by=by),
    "accept_by_centre": lambda c, r, level, days, by: hand_overs.accept_by_centre(live(c), revision=r, by=by),
    "advise": lambda c, r, level, days, by: hand_overs.advise(live(c), advice="。", revision=r, by=by),
    "return": lambda c, r, level, days, by: hand_overs.return_to_school(live(c), revision=r, by=by),
    "agree": lambda c, r, level, days, by: opinions.decide(pending(c), agrees=True, revision=r, by=by),
    "refuse": lambda c, r, level, days, by: opinions.decide(pending(c), agrees=False, revision=r, by=by),
}
# Which of these stands behind a deed of the table.
BEHIND = {"agree_lower": "agree", "agree_close": "agree", "propose_close": "close", "propose_lower": "assess"}
levels, days = st.sampled_from(LEVELS), st.integers(0, 20)


class AnyInterleaving(RuleBasedStateMachine):
    """One concern, everybody of the cast, and a clock that goes on."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = TUESDAY_MORNING
        self.story: Story | None = None
        self.excluded: tuple[str, ...] = ()

    @contextmanager
    def acting(self, name: str) -> Iterator[Actor]:
        """Let somebody act at the machine's own time."""
        with clock.at(self.now), self.world.acting(name) as by:
            yield by

    @initialize(
        name=st.sampled_from(("cruz", "cruz", "gao", "pia", "lin")),
        answers=st.sampled_from((EVERYDAY, LOW_MOOD, SELF_HARM, IN_DANGER)),
        excluded=st.lists(st.sampled_from(COULD_BE_PART_OF_IT), unique=True, max_size=6),
        letter=st.booleans(), level=levels,
    )
    def raised(self, name: str, answers: dict[str, Any], excluded: list[str], letter: bool, level: str) -> None:
        self.excluded = tuple(person for person in excluded if person != name)
        more = {"source": "letter" if letter else "room", "level": level} if name == "lin" else {}
        try:
            with clock.at(self.now):
                self.story = Story(self.world).raised(name, answers, excluded=self.excluded, **more)
            self.check()
        except NobodyToTell:
            assert {"gao", "lin", "bo", "pia", "dee", "dora"} <= {*self.excluded, name}

    @rule(hours=st.integers(1, 24 * 9))
    def time_goes_on(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.story is not None)
    @rule(data=st.data(), deeds=st.integers(1, 8))
    def people_do_what_their_pages_offer(self, data: st.DataObject, deeds: int) -> None:
        for _ in range(deeds):
            offered = self.offered()
            deed = data.draw(st.sampled_from(sorted(offered)))
            self.do(data.draw(st.sampled_from(offered[deed])), deed, data.draw(levels), data.draw(days))

    def offered(self) -> dict[str, list[str]]:
        """Return what could be done now and by whom, as the buttons of their pages say it."""
        found: dict[str, list[str]] = {}
        for name in INSIDE:
            with self.acting(name) as by:
                for deed in sorted(deeds_open_to(self.story.concern(), by) - {"feedback", "note_seen"}):
                    found.setdefault(BEHIND.get(deed, deed), []).append(name)
        return found

    @precondition(lambda self: self.story is not None)
    @rule(name=st.sampled_from((*INSIDE, *OUTSIDE)), deed=st.sampled_from(sorted(DOINGS)), level=levels, days=days)
    def somebody_tries_anything(self, name: str, deed: str, level: str, days: int) -> None:
        done = self.do(name, deed, level, days)
        assert not (done and name in (*OUTSIDE, *self.excluded)), (name, deed)

    @precondition(lambda self: self.story is not None)
    @rule(name=st.sampled_from(INSIDE), deed=st.sampled_from(sorted(set(DOINGS) - {"feedback", "note_seen"})))
    def somebody_comes_with_an_old_page(self, name: str, deed: str) -> None:
        assert not self.do(name, deed, "R4", 0, behind=1), "an old page does nothing"

    def do(self, name: str, deed: str, level: str, days: int, *, behind: int = 0) -> bool:
        """Let somebody do something; what is refused leaves everything as it was."""
        before = self._standing()
        try:
            with self.acting(name) as by:
                concern = self.story.concern()
                DOINGS[deed](concern, concern.revision - behind, level, days, by)
        except Refusal as refused:
            assert self._standing() == before, deed
            assert behind or not isinstance(refused, Stale)
            return False
        if (after := self.story.now()).due_at is not None and deed not in ("feedback", "note_seen", "raise_level"):
            assert after.due_at >= self.now or after.due_at == before[0]
        self.check()
        return True

    def _standing(self) -> tuple[Any, ...]:
        now = self.story.now()
        with self.world.database.transaction(writes=False):
            steps = len(session().scalars(select(ConcernStep.id).where(ConcernStep.concern_id == now.id)).all())
        return now.due_at, now.state, now.tier, now.level, now.owner_id, now.revision, steps

    def check(self) -> None:
        """Ask after every deed, and not again where nothing was done: it takes most of the time."""
        self.one_owner_who_is_there_and_reads_and_one_due_time()
        self.nobody_reads_who_must_not()
        self.every_deed_is_a_step_and_an_event()
        self.a_level_sinks_by_one_person_once_and_then_by_two()
        self.the_hand_over_says_what_the_concern_says()

    def one_owner_who_is_there_and_reads_and_one_due_time(self) -> None:
        now = self.story.now()
        assert now.state in STATES and now.tier in TIERS
        assert (now.due_at is None) is (now.state in CLOSED) is (now.closed_at is not None)
        if now.state in CLOSED:
            return
        with self.world.database.transaction(writes=False), clock.at(self.now):
            teams = teams_around(
                school_id=now.school_id, grade_id=now.grade_id,
                excluded=[self.world.people[name] for name in self.excluded],
            )
            owners = teams[now.tier].living
        assert owners
        for name, person_id in self.world.people.items():
            if person_id in owners:
                with self.acting(name) as owner:
                    assert owner.ring.open_many([now.card_id]), (name, now.tier)
                    assert deeds_open_to(self.story.concern(), owner), "whoever owns it can do something"

    def nobody_reads_who_must_not(self) -> None:
        now = self.story.now()
        for name in (*OUTSIDE, *self.excluded):
            with self.acting(name) as actor:
                packets = session().scalars(select(HandOver.id).where(HandOver.concern_id == now.id)).all()
                assert not actor.ring.open_many([now.id, now.card_id, *packets], standby=True), name
        with self.world.database.transaction(writes=False):
            about = [now.id, *packets]
            told = set(session().scalars(select(Notice.person_id).where(Notice.subject_id.in_(about))))
        assert not told & {self.world.people[name] for name in (*OUTSIDE, *self.excluded)}

    def every_deed_is_a_step_and_an_event(self) -> None:
        with self.world.database.transaction(writes=False):
            steps = session().scalars(
                select(ConcernStep).where(ConcernStep.concern_id == self.story.id).order_by(ConcernStep.number)
            ).all()
            now = self.story.concern()
            assert [step.number for step in steps] == list(range(1, len(steps) + 1))
            assert [step.from_state for step in steps] == [None, *(step.to_state for step in steps[:-1])]
            assert (steps[-1].to_state, steps[-1].level, steps[-1].tier) == (now.state, now.level, now.tier)
            said = [(EVENT_OF[step.deed], step.person_id) for step in steps]
        kept = [(row.action, row.person_id) for row in self.world.events() if row.subject_id == self.story.id]
        assert kept == said

    def a_level_sinks_by_one_person_once_and_then_by_two(self) -> None:
        with self.world.database.transaction(writes=False):
            steps = session().scalars(
                select(ConcernStep).where(ConcernStep.concern_id == self.story.id).order_by(ConcernStep.number)
            ).all()
            decided = session().scalars(
                select(SecondOpinion).where(
                    SecondOpinion.concern_id == self.story.id, SecondOpinion.outcome.in_(("agreed", "refused"))
                )
            ).all()
            assert all(opinion.decided_by not in (None, opinion.proposed_by) for opinion in decided)
            agreed = [(o.deed, o.decided_by) for o in decided if o.outcome == "agreed"]
            for before, after in itertools.pairwise(steps):
                if is_higher(before.level, after.level):
                    alone = after.deed == "assess" and before.level != "R4"
                    assert alone or ("lower", after.person_id) in agreed
                if after.to_state == "closed" and before.to_state != "closed" and after.level in ("R3", "R4"):
                    assert ("close", after.person_id) in agreed

    def the_hand_over_says_what_the_concern_says(self) -> None:
        now = self.story.now()
        with self.world.database.transaction(writes=False):
            states = session().scalars(select(HandOver.state).where(HandOver.concern_id == now.id)).all()
        under_way = [state for state in states if state in LIVE_HAND_OVERS]
        assert len(under_way) <= 1
        at_centre = [AT_CENTRE[state] for state in under_way if state in AT_CENTRE]
        assert at_centre == [now.state] if now.state in AT_CENTRE.values() else not at_centre
        if not under_way and now.level not in ("R3", "R4") and now.tier != "centre":
            for name in ("dee", "dora"):
                with self.acting(name) as actor:
                    stood_in = actor.ring.open_many([now.id])
                    assert stood_in or not actor.ring.open_many([now.card_id]), "what was given was taken back"


def run(world: World, examples: int, steps: int) -> None:
    """Run the machine over one copy of the world; every example is a concern of its own."""

    class Machine(AnyInterleaving):
        pass

    Machine.world = world
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_interleaving_drops_a_concern_or_lets_the_wrong_people_read(world: World) -> None:
    run(world, 8, 12)


# Rare ways are taken often, ways out and back seldom.
SELDOM = {"call_centre": 1, "offer": 2, "withdraw": 1, "decline": 1, "raise_level": 2, "close": 2, "agree": 2}


def walk(world: World, seed: int, deeds: int) -> set[str]:
    """Let people do what their pages offer, many deeds long, and return what was done."""
    chance, machine = Random(seed), AnyInterleaving()
    machine.world = world
    answers = chance.choice((EVERYDAY, LOW_MOOD, SELF_HARM, IN_DANGER))
    excluded = chance.sample(COULD_BE_PART_OF_IT, chance.choice((0, 0, 1, 3)))
    machine.raised("cruz", answers, excluded, letter=False, level="R1")
    done = set()
    for _ in range(deeds):
        offered = machine.offered()
        deed = chance.choices(sorted(offered), [SELDOM.get(deed, 5) for deed in sorted(offered)])[0]
        machine.time_goes_on(chance.randint(1, 48))
        if machine.do(chance.choice(offered[deed]), deed, chance.choice(LEVELS), chance.randint(0, 20)):
            done.add(deed)
    return done


@pytest.mark.parametrize("seed", range(3))
def test_a_long_way_with_many_deeds_drops_nothing_either(world: World, seed: int) -> None:
    assert len(walk(world, seed, 25)) >= 6


@pytest.mark.soak
def test_long_ways_do_every_deed_there_is(world: World) -> None:
    done: set[str] = set()
    for seed in range(100, 140):
        done |= walk(world, seed, 40)
    assert done == set(DOINGS) - {"feedback", "note_seen"}


@pytest.mark.soak
def test_no_interleaving_whatever(world: World) -> None:
    run(world, 300, 40)


def test_everybody_of_the_cast_is_inside_or_outside() -> None:
    assert set(STAFF) - set(INSIDE) - set(OUTSIDE) == {"nora", "uma"}
