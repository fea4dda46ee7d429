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
from app.appointments.models import Appointment, WaitingEntry, WaitingOffer
from app.appointments.openings import suits
from app.appointments.queries import get_appointment, get_entry, get_room
from app.appointments.queries.waiting import offers_to, open_offers, waiting_at
from app.appointments.service import Suits
from app.appointments.service.claims import KEPT
from app.appointments.service.series import SeriesConflict
from app.appointments.slots import FreeSlot
from app.appointments.states import ANSWERS, CLAIMING, OFFER_HOLDS, STATES
from app.core import clock
from app.core.database import session
from app.core.errors import Refusal
from app.directory.queries import calendar_of
from tests.appointments.telling import TUESDAY_MORNING, claims, implied, noon, wish
from tests.world import World

ROOM_PEOPLE = ("lin", "bo")
STUDENTS = ("ana", "rui", "zoe", "ivo")
# Slots of a quarter of an hour, kept five minutes apart, so that buffers overlap more than times do.
MINUTES = 15
LIVE_OFFERS = WaitingOffer.answered_at.is_(None)
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
        self.answers: set[str] = set()

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
            self.answers |= set(session().scalars(select(WaitingOffer.answer_code).distinct())) - {None}
            self.check_offers()

    def check_offers(self) -> None:
        """An open offer has a hold that ends, no opening is offered twice at once, and nobody is offered two."""
        live = session().scalars(select(WaitingOffer).where(LIVE_OFFERS)).all()
        assert len({offer.entry_id for offer in live}) == len(live)
        for offer in live:
            booking = offer.appointment
            assert (booking.state, offer.entry.ended_at) == ("held", None)
            assert booking.expires_at <= offer.offered_at + OFFER_HOLDS
        taken = {(one.appointment.room_id, one.appointment.place, one.appointment.starts_at) for one in live}
        assert len(taken) == len(live)
        placed = session().scalars(select(WaitingEntry.id).where(WaitingEntry.end_code == "placed")).all()
        accepted = session().scalars(select(WaitingOffer.entry_id).where(WaitingOffer.answer_code == "accepted")).all()
        assert sorted(placed) == sorted(accepted), "a wait ends with one yes"

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

    @rule(student=st.sampled_from(STUDENTS), urgency=st.integers(1, 3), weekday=st.sampled_from((None, 2, 3, 4)),
          counsellor=st.sampled_from(("lin", None)))
    def somebody_waits(self, student: str, urgency: int, weekday: int | None, counsellor: str | None) -> None:
        wished = Suits((weekday,) if weekday else (), (), self.world.people[counsellor] if counsellor else None)
        student_id = self.world.students[student]
        self.tries("lin", lambda by: service.add_waiting(student_id, urgency=urgency, suits=wished, by=by))

    @rule()
    def what_is_free_is_offered(self) -> None:
        """The job comes: whoever is named was the first whom their time suits, of those who could be asked."""
        with clock.at(self.now):
            before = self.offered()
            service.offer_openings(self.world.database)
            with self.world.database.transaction(writes=False):
                made = [offer for offer in session().scalars(select(WaitingOffer)) if offer.id not in before]
                for offer in made:
                    self.check_order(offer, {one.entry_id for one in made})
        self.check()

    def offered(self) -> set[UUID]:
        with self.world.database.transaction(writes=False):
            return set(session().scalars(select(WaitingOffer.id)))

    def check_order(self, offer: WaitingOffer, named: set[UUID]) -> None:
        """Nobody who comes before and went without could have had this time."""
        booking = offer.appointment
        slot = FreeSlot(booking.room_id, booking.starts_at, booking.ends_at, (booking.counsellor_id,))
        calendar = calendar_of(self.world.school)
        busy = session().scalars(
            select(Appointment.student_id).where(
                Appointment.state.in_(CLAIMING), Appointment.starts_at < booking.ends_at,
                Appointment.ends_at > booking.starts_at,
            )
        ).all()
        for entry in waiting_at(self.world.school):
            mine = (offer.entry.urgency, offer.entry.since, offer.entry.id)
            if (entry.urgency, entry.since, entry.id) >= mine or entry.id in named or open_offers([entry.id]):
                continue
            resting = entry.rests_until is not None and entry.rests_until > self.now
            asked = booking.starts_at in {one.appointment.starts_at for one in offers_to(entry)}
            elsewhere = entry.counsellor_id not in (None, booking.counsellor_id)
            # Claims lie on five minutes: who is busy until just before may be too, so all that touches counts.
            assert resting or asked or elsewhere or entry.student_id in busy or not suits(entry, slot, calendar)

    @rule(which=st.integers(0, 30), how=st.sampled_from(("accept_offer", "decline_offer", "take_off", "offer")),
          number=numbers)
    def somebody_who_waits_answers(self, which: int, how: str, number: int) -> None:
        with self.world.database.transaction(writes=False):
            entries = [entry.id for entry in waiting_at(self.world.school)]
        if not entries:
            return

        def do(by: Actor) -> None:
            entry = get_entry(entries[which % len(entries)])
            if how == "take_off":
                service.take_off(entry, code="not_wanted", by=by)
            elif how == "offer":
                service.offer(entry, room_id=self.world.school, starts_at=self.time_of(number), by=by)
            elif offer := open_offers([entry.id]).get(entry.id):
                getattr(service, how)(offer.appointment, by=by)

        self.tries("bo", do)

    @rule(number=numbers)
    def a_time_is_offered_to_the_next(self, number: int) -> None:
        at, school = self.time_of(number), self.world.school
        self.tries("bo", lambda by: service.offer_next(get_room(school), starts_at=at, by=by))

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
            assert session().scalars(select(WaitingOffer).where(LIVE_OFFERS)).all() == []
            for entry in waiting_at(self.world.school):
                service.take_off(entry, code="mistake", by=self.world.actor("lin"))
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


def test_a_long_way_answers_every_offer_in_every_way(world: World) -> None:
    """The same for those who wait, while others book, move and call off between the offers."""
    prepare(world)
    chance, machine = Random(11), AnyInterleaving()
    machine.world = world
    for number in range(8):
        for student in STUDENTS[:3]:
            machine.somebody_waits(student, chance.randint(1, 3), chance.choice((None, None, 3)), None)
        machine.what_is_free_is_offered()
        machine.somebody_books(chance.choice(ROOM_PEOPLE), "ivo", chance.randrange(12), None, chance.choice(HOWS))
        hows = ("accept_offer", "decline_offer", chance.choice(("take_off", "offer")))
        for which, how in enumerate(hows if number < 7 else ()):
            machine.somebody_who_waits_answers(which, how, chance.randrange(12))
        machine.something_becomes_of_a_booking(chance.choice(ROOM_PEOPLE), chance.randrange(31), chance.choice(WAYS))
        machine.a_time_is_offered_to_the_next(chance.randrange(12))
        machine.time_goes_on_and_the_jobs_come(10 if number < 7 else 45)
    assert machine.answers == set(ANSWERS)
    machine.teardown()
