"""Whoever books, moves, calls off, ends or offers in whichever order: no two live bookings share five minutes.

The promise of 1-product.md ("No room, counsellor or student is booked twice") as a state machine: after every deed,
done or refused, what is claimed is exactly what the live bookings imply.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select

from app.access import Actor
from app.appointments import service
from app.appointments.cells import cell_at
from app.appointments.models import Appointment
from app.appointments.queries import get_appointment, get_room
from app.appointments.service.claims import KEPT
from app.appointments.service.series import SeriesConflict
from app.appointments.states import STATES
from app.core import clock
from app.core.database import session
from app.core.errors import Refusal
from tests.appointments.telling import TUESDAY_MORNING, claims, implied, noon, wish
from tests.world import World

ROOM_PEOPLE = ("lin", "bo")
STUDENTS = ("ana", "rui", "zoe", "ivo")
# Slots of a quarter of an hour, kept five minutes apart, so that buffers overlap more than times do.
MINUTES = 15
HOWS = ("book", "hold", "ask", "walk", "group")
WAYS = ("confirm", "cancel", "attend", "miss", "take_back")
deeds = st.sampled_from(WAYS)
numbers = st.integers(0, 11)


def prepare(world: World) -> None:
    """Give the room two places, short slots that overlap each other, and time around them."""
    with clock.at(TUESDAY_MORNING), world.acting("lin") as lin:
        room = get_room(world.school)
        service.change_room(
            room, name="心灵屋", open=True, places=2, minutes_before=0, minutes_after=5, revision=1, by=lin
        )
        for weekday in range(1, 6):
            for start, end in ((time(12), time(13, 30)), (time(12, 10), time(13, 0))):
                service.add_hours(
                    room, service.Opening(weekday, noon(1).date(), start=start, end=end, minutes=MINUTES), by=lin
                )


class AnyInterleaving(RuleBasedStateMachine):
    """One room, two counsellors, four students, and a clock that goes on."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.now = TUESDAY_MORNING
        self.first: datetime = TUESDAY_MORNING
        self.seen: set[str] = set()

    @contextmanager
    def acting(self, name: str) -> Iterator[Actor]:
        with clock.at(self.now), self.world.acting(name) as by:
            yield by

    @initialize()
    def another_week(self) -> None:
        """Begin where no example before has booked anything: the world is one, and time goes on in it."""
        self.now = self.first = type(self).beginning
        type(self).beginning += timedelta(weeks=1)

    beginning: datetime = TUESDAY_MORNING

    def time_of(self, number: int) -> datetime:
        """Return one of the times at which a slot may begin: twelve, on three days."""
        return self.first + timedelta(days=number // 4, hours=2, minutes=(0, 10, 20, 40)[number % 4])

    def bookings(self) -> list[UUID]:
        with self.world.database.transaction(writes=False):
            rows = select(Appointment.id).where(Appointment.starts_at >= self.first).order_by(Appointment.id)
            return list(session().scalars(rows))

    def tries(self, name: str, deed: Callable[[Actor], Any]) -> bool:
        """Let somebody try something; what is refused leaves everything as it was."""
        before = claims(self.world)
        try:
            with self.acting(name) as by:
                deed(by)
        except Refusal:
            assert claims(self.world) == before
            return False
        self.check()
        return True

    def check(self) -> None:
        kept = cell_at(self.now - KEPT)
        wanted = {claim: owner for claim, owner in implied(self.world).items() if claim.cell >= kept}
        assert {claim: owner for claim, owner in claims(self.world).items() if claim.cell >= kept} == wanted
        with self.world.database.transaction(writes=False):
            self.seen |= set(session().scalars(select(Appointment.state).distinct()))

    @rule(name=st.sampled_from(ROOM_PEOPLE), student=st.sampled_from(STUDENTS), number=numbers,
          counsellor=st.sampled_from(("lin", "bo", None)), how=st.sampled_from(HOWS))
    def somebody_books(self, name: str, student: str, number: int, counsellor: str | None, how: str) -> None:
        with_whom = self.world.people[counsellor] if counsellor else None
        wanted = wish(self.world, student=student, starts_at=self.time_of(number), counsellor_id=with_whom)
        if how == "book":
            self.tries(name, lambda by: service.book(wanted, by=by))
        elif how == "hold":
            self.tries(name, lambda by: service.hold(wanted, by=by))
        elif how == "ask":
            self.tries("sol", lambda by: service.ask_for(wanted, by=by))
        elif how == "walk":
            now = wish(self.world, student=student, kind="walk_in", starts_at=self.now, minutes=20)
            self.tries(name, lambda by: service.walk_in(now, by=by))
        else:
            group = wish(self.world, student=None, kind="group", seats=2, starts_at=self.time_of(number))
            self.tries(name, lambda by: service.book(group, by=by))

    @rule(name=st.sampled_from(ROOM_PEOPLE), which=st.integers(0, 30), deed=deeds)
    def something_becomes_of_a_booking(self, name: str, which: int, deed: str) -> None:
        if not (known := self.bookings()):
            return
        booking_id = known[which % len(known)]
        doing = getattr(service, deed)

        def do(by: Actor) -> None:
            booking = get_appointment(booking_id)
            doing(booking, revision=booking.revision, by=by)

        self.tries("sol" if deed == "take_back" else name, do)

    @rule(name=st.sampled_from(ROOM_PEOPLE), which=st.integers(0, 30), number=numbers,
          counsellor=st.sampled_from(("lin", "bo", None)))
    def a_booking_is_moved(self, name: str, which: int, number: int, counsellor: str | None) -> None:
        if not (known := self.bookings()):
            return

        def do(by: Actor) -> None:
            booking = get_appointment(known[which % len(known)])
            to = self.world.people[counsellor] if counsellor else None
            service.move(
                booking, starts_at=self.time_of(number), counsellor_id=to, revision=booking.revision, by=by
            )

        self.tries(name, do)

    @rule(which=st.integers(0, 30), student=st.sampled_from(STUDENTS))
    def a_student_joins_a_group(self, which: int, student: str) -> None:
        with self.world.database.transaction(writes=False):
            groups = session().scalars(
                select(Appointment.id).where(Appointment.seats.is_not(None), Appointment.starts_at >= self.first)
                .order_by(Appointment.id)
            ).all()
        if groups:
            group_id = groups[which % len(groups)]
            self.tries(
                "lin", lambda by: service.join(get_appointment(group_id), self.world.students[student], by=by)
            )

    @rule(of=st.sampled_from(ROOM_PEOPLE), to=st.sampled_from(ROOM_PEOPLE))
    def a_deputy_takes_over(self, of: str, to: str) -> None:
        people = self.world.people
        self.tries(
            "lin", lambda by: service.hand_on(get_room(self.world.school), of=people[of], to=people[to], by=by)
        )

    @rule(number=numbers, student=st.sampled_from(STUDENTS), skip=st.booleans())
    def a_series_is_booked(self, number: int, student: str, skip: bool) -> None:
        wanted = wish(self.world, student=student, starts_at=self.time_of(number))

        def do(by: Actor) -> None:
            try:
                service.book_series(wanted, every_weeks=1, times=2, by=by)
            except SeriesConflict as found:
                if not skip:
                    raise
                gaps = {one.number: None for one in found.occurrences if one.cause}
                service.book_series(wanted, every_weeks=1, times=2, choices=gaps, by=by)

        self.tries("lin", do)

    @rule(minutes=st.sampled_from((10, 45, 60 * 5, 60 * 24)))
    def time_goes_on_and_the_jobs_come(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        with clock.at(self.now), self.world.database.transaction():
            service.expire_due()
            service.forget_past()
        self.check()

    def teardown(self) -> None:
        """Nothing waits for ever: long after, no time is anybody's that nobody confirmed."""
        with clock.at(self.now + timedelta(days=40)), self.world.database.transaction():
            service.expire_due()
            rows = session().scalars(select(Appointment).where(Appointment.starts_at >= self.first))
            states = {row.state for row in rows}
        assert states <= set(STATES) - {"requested", "held"}


def run(world: World, examples: int, steps: int) -> None:
    """Run the machine over one copy of the world; every example has weeks of its own."""

    class Machine(AnyInterleaving):
        pass

    Machine.world = world
    prepare(world)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_interleaving_books_anybody_twice(world: World) -> None:
    run(world, 8, 15)


@pytest.mark.soak
def test_no_interleaving_whatever(world: World) -> None:
    run(world, 200, 40)


def test_a_long_way_reaches_every_state(world: World) -> None:
    """So that the machine above does not pass by doing nothing."""
    prepare(world)
    chance, machine = Random(7), AnyInterleaving()
    machine.world = world
    for _ in range(60):
        machine.somebody_books(
            chance.choice(ROOM_PEOPLE), chance.choice(STUDENTS), chance.randrange(12), None, chance.choice(HOWS)
        )
        machine.something_becomes_of_a_booking(chance.choice(ROOM_PEOPLE), chance.randrange(31), chance.choice(WAYS))
        machine.a_booking_is_moved(chance.choice(ROOM_PEOPLE), chance.randrange(31), chance.randrange(12), None)
        machine.a_student_joins_a_group(chance.randrange(31), chance.choice(STUDENTS))
        machine.time_goes_on_and_the_jobs_come(chance.choice((10, 10, 45)))
    assert machine.seen == set(STATES)
    machine.teardown()
