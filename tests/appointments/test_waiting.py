"""Nothing is free, so Ana waits: what becomes free is held for her for half an hour, then for the next one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.appointments import service
from app.appointments.errors import (
    NobodySuits,
    NobodyToAnswer,
    NoLongerWaits,
    NoSuchCounsellor,
    NoSuchPeriod,
    NotOffered,
    NotPossible,
    OfferedAlready,
    SlotTaken,
    StudentLeft,
    WaitsAlready,
)
from app.appointments.models import Appointment, WaitingEntry, WaitingOffer
from app.appointments.queries import get_appointment, get_entry, get_room, open_offers, waiting_for
from app.appointments.service import Suits
from app.appointments.service.reasons import read_reason
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Stale
from app.directory.models import Student
from tests.appointments.telling import TUESDAY_MORNING, booked, claims, does, implied, noon, state_of, wish
from tests.world import World

HALF_AN_HOUR = timedelta(minutes=30)


def waits(world: World, student: str = "ana", by: str = "lin", **more: Any) -> UUID:
    """Put somebody on the list and return the entry's id."""
    with world.acting(by) as actor:
        return service.add_waiting(world.students[student], by=actor, **more).id


def offers(world: World) -> dict[str, datetime]:
    """Return who is offered which time just now."""
    who = {student_id: name for name, student_id in world.students.items()}
    with world.database.transaction(writes=False):
        rows = session().scalars(select(WaitingOffer).where(WaitingOffer.answered_at.is_(None))).all()
        return {who[row.entry.student_id]: row.appointment.starts_at for row in rows}


def held(world: World, student: str) -> UUID:
    """Return the booking that holds a student's time."""
    with world.database.transaction(writes=False):
        return session().scalars(
            select(Appointment.id).where(
                Appointment.student_id == world.students[student], Appointment.state == "held"
            )
        ).one()


def answered(world: World, student: str, deed: Any) -> None:
    """Let the room note an answer."""
    does(world, "lin", deed, held(world, student))


def full(world: World, last: int = 30) -> dict[int, UUID]:
    """Book every noon of October from Tuesday on for Ivo, so that nothing is free within three weeks."""
    made = {}
    for day in range(13, last + 1):
        if date(2026, 10, day).isoweekday() < 6:
            made[day] = booked(world, "lin", day=day, student="ivo")
    for day in (2, 3):
        with world.acting("lin") as lin:
            made[30 + day] = service.book(wish(world, student="ivo", starts_at=noon(day, 11)), by=lin).id
    return made


def test_what_is_called_off_is_held_for_the_first_and_then_for_the_next(world: World) -> None:
    made = full(world)
    for number, student in enumerate(("ana", "rui", "zoe")):
        with clock.at(TUESDAY_MORNING + timedelta(minutes=number)):
            waits(world, student, urgency=1 if student == "zoe" else 2)
    assert service.offer_openings(world.database) == 0, "nothing is free"
    does(world, "lin", service.cancel, made[15])
    assert service.offer_openings(world.database) == 1 and service.offer_openings(world.database) == 0
    assert offers(world) == {"zoe": noon(15)}, "who is more urgent comes first"
    assert claims(world) == implied(world), "the hold claims what a booking claims"
    with world.acting("bo") as bo, pytest.raises(SlotTaken):
        service.book(wish(world, day=15, student="ivo"), by=bo)
    answered(world, "zoe", service.decline_offer)
    service.offer_openings(world.database)
    assert offers(world) == {"ana": noon(15)}, "then who waits longer"
    with clock.at(TUESDAY_MORNING + HALF_AN_HOUR):
        with world.database.transaction():
            assert service.expire_due() == 1
        service.offer_openings(world.database)
        assert offers(world) == {"rui": noon(15)}
        answered(world, "rui", service.accept_offer)
        assert claims(world) == implied(world)
        service.offer_openings(world.database)
        assert offers(world) == {}, "each was asked about this time once"
    with world.acting("bo") as bo:
        assert [entry.student_id for entry in waiting_for(bo)] == [world.students["zoe"], world.students["ana"]]
    assert [row.action for row in world.events() if row.action.startswith("waiting:o")] == ["waiting:offered"] * 3


def test_of_two_who_answer_at_once_and_of_an_offer_that_ended(world: World) -> None:
    entry_id = waits(world)
    service.offer_openings(world.database)
    assert offers(world) == {"ana": noon(13)}
    booking_id = held(world, "ana")
    with clock.at(TUESDAY_MORNING + HALF_AN_HOUR), world.acting("lin") as lin, pytest.raises(NotOffered):
        service.accept_offer(get_appointment(booking_id), by=lin)
    with world.acting("lin") as lin, pytest.raises(Stale):
        service.accept_offer(get_appointment(booking_id), revision=7, by=lin)
    does(world, "lin", service.accept_offer, booking_id)
    assert state_of(world, booking_id) == "confirmed"
    for deed in (service.accept_offer, service.decline_offer):
        with world.acting("lin") as lin, pytest.raises(NotOffered):
            deed(get_appointment(booking_id), by=lin)
    with world.acting("lin") as lin:
        entry = get_entry(entry_id)
        assert entry.end_code == "placed"
        for deed in (
            lambda: service.take_off(entry, code="not_wanted", by=lin),
            lambda: service.change_waiting(entry, urgency=1, suits=Suits(), revision=2, by=lin),
            lambda: service.offer(entry, room_id=world.school, starts_at=noon(14), by=lin),
        ):
            with pytest.raises(NoLongerWaits):
                deed()


def test_outside_school_an_offer_waits_for_the_morning(world: World) -> None:
    entry_id = waits(world)
    evening, morning = TUESDAY_MORNING + timedelta(hours=10), TUESDAY_MORNING + timedelta(hours=22)
    for moment in (evening, evening + timedelta(hours=3), TUESDAY_MORNING + timedelta(days=4)):
        with clock.at(moment):
            assert service.offer_openings(world.database) == 0
            with world.acting("lin") as lin, pytest.raises(NobodyToAnswer):
                service.offer(get_entry(entry_id), room_id=world.school, starts_at=noon(19), by=lin)
            with world.acting("lin") as lin, pytest.raises(NobodyToAnswer):
                service.offer_next(get_room(world.school), starts_at=noon(19), by=lin)
    with clock.at(morning):
        assert service.offer_openings(world.database) == 1
        assert offers(world) == {"ana": noon(14)}
    with clock.at(noon(13) - timedelta(minutes=20)):
        with world.database.transaction():
            service.expire_due()
        assert service.offer_openings(world.database) == 0, "half an hour before its time there is none to answer in"


def test_who_did_not_answer_rests_until_the_morning_and_others_are_asked(world: World) -> None:
    waits(world, "ana")
    service.offer_openings(world.database)
    with clock.at(TUESDAY_MORNING + timedelta(minutes=31)):
        waits(world, "rui")
        with world.database.transaction():
            service.expire_due()
        service.offer_openings(world.database)
        assert offers(world) == {"rui": noon(13)}
        answered(world, "rui", service.accept_offer)
        assert service.offer_openings(world.database) == 0
    with clock.at(TUESDAY_MORNING + timedelta(days=1)):
        service.offer_openings(world.database)
        assert offers(world) == {"ana": noon(14)}


def test_what_suits_is_asked_for_and_a_person_may_decide_otherwise(world: World) -> None:
    thursdays = waits(world, "ana", suits=Suits(weekdays=(4,), counsellor_id=world.people["bo"]))
    waits(world, "rui", suits=Suits(periods=("1",)))
    for unknown, refusal in ((Suits(periods=("没有这一节",)), NoSuchPeriod),
                             (Suits(counsellor_id=world.people["tan"]), NoSuchCounsellor)):
        with pytest.raises(refusal):
            waits(world, "zoe", suits=unknown)
    service.offer_openings(world.database)
    assert offers(world) == {"ana": noon(15)}
    with world.database.transaction(writes=False):
        (offer,) = open_offers([thursdays]).values()
        assert offer.appointment.counsellor_id == world.people["bo"]
    answered(world, "ana", service.decline_offer)
    with world.acting("lin") as lin:
        entry = get_entry(thursdays)
        service.change_waiting(entry, urgency=3, suits=Suits(weekdays=(5,)), revision=1, by=lin)
        with pytest.raises(Stale):
            service.change_waiting(entry, urgency=1, suits=Suits(), revision=1, by=lin)
        made = service.offer(entry, room_id=world.school, starts_at=noon(14), by=lin)
        assert made.starts_at == noon(14) and made.counsellor_id in (world.people["lin"], world.people["bo"])
        with pytest.raises(OfferedAlready):
            service.offer(entry, room_id=world.school, starts_at=noon(16), by=lin)
        with pytest.raises(NobodySuits):
            service.offer_next(get_room(world.school), starts_at=noon(16), by=lin)


def test_what_is_kept_from_somebody_stays_so_on_the_list_in_the_offer_and_in_the_choice_of_whom(world: World) -> None:
    said, without_lin = {"words": "和林老师有关"}, [world.people["lin"]]
    with world.acting("cruz") as cruz:
        entry_id = service.ask_to_wait(world.students["ana"], reason=said, excluded=without_lin, by=cruz).id
        with pytest.raises(WaitsAlready):
            service.ask_to_wait(world.students["ana"], by=cruz)
    with world.acting("lin") as lin:
        assert waiting_for(lin) == []
        with pytest.raises(Missing):
            service.take_off(get_entry(entry_id), code="mistake", by=lin)
        own = service.add_waiting(world.students["ana"], by=lin)
        service.take_off(own, code="mistake", by=lin)
    service.offer_openings(world.database)
    booking_id = held(world, "ana")
    with world.acting("bo") as bo:
        booking = get_appointment(booking_id)
        assert booking.counsellor_id == world.people["bo"] and booking.booked_by == world.people["cruz"]
        assert read_reason(booking, by=bo) == read_reason(get_entry(entry_id), by=bo) == {"about": "", **said}
    with world.acting("lin") as lin, pytest.raises(Missing):
        service.cancel(get_appointment(booking_id), revision=1, by=lin)
    with world.acting("cruz") as cruz:
        service.take_wait_back(get_entry(entry_id), by=cruz)
    assert state_of(world, booking_id) == "cancelled" and claims(world) == {}
    told = {row.subject_id for row in world.events("waiting:answered")}
    assert told == {entry_id}


def test_taking_off_gives_back_what_is_held_and_a_booking_ends_the_wait(world: World) -> None:
    entry_id = waits(world)
    service.offer_openings(world.database)
    with world.acting("bo") as bo:
        service.take_off(get_entry(entry_id), code="not_wanted", by=bo)
    assert claims(world) == {}
    with world.database.transaction(writes=False):
        (offer,) = session().scalars(select(WaitingOffer)).all()
        assert (offer.answer_code, offer.entry.end_code) == ("withdrawn", "not_wanted")
    again = waits(world)
    with world.acting("lin") as lin:
        service.booked_otherwise(world.students["ana"], "individual", by=lin)
        assert get_entry(again).end_code == "booked"


def test_nobody_waits_for_what_is_at_once_twice_from_elsewhere_or_after_leaving(world: World) -> None:
    with world.acting("lin") as lin:
        for kind in ("crisis", "walk_in", "group"):
            with pytest.raises(NotPossible):
                service.add_waiting(world.students["ana"], kind=kind, by=lin)
        service.add_waiting(world.students["ana"], by=lin)
        service.add_waiting(world.students["ana"], kind="parent", by=lin)
        with pytest.raises(WaitsAlready):
            service.add_waiting(world.students["ana"], by=lin)
        with pytest.raises(Missing):
            service.add_waiting(world.students["kai"], by=lin)
        with pytest.raises(Missing):
            service.ask_to_wait(world.students["ana"], by=lin)
        ana = session().get_one(Student, world.students["ana"])
        ana.state, ana.left_on = "left", date(2026, 10, 12)
        with pytest.raises(StudentLeft):
            service.add_waiting(world.students["ana"], by=lin)
    service.offer_openings(world.database)
    with world.database.transaction(writes=False):
        assert {one.end_code for one in session().scalars(select(WaitingEntry))} == {"left"}
        assert session().scalars(select(Appointment)).all() == []
    for name in ("cruz", "gao", "pia", "sam", "tan", "dee"):
        with world.acting(name) as by, pytest.raises(Missing):
            service.add_waiting(world.students["zoe"], by=by)


def test_several_workers_at_once_hold_one_opening_once(world: World) -> None:
    for student in ("ana", "rui", "zoe"):
        waits(world, student, suits=Suits(weekdays=(4,)))
    with world.acting("lin") as lin:
        for day in (22, 29):
            service.book(wish(world, student="ivo", starts_at=noon(day)), by=lin)

    def work(_number: int) -> int:
        return service.offer_openings(world.database)

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(4))) == 1
    assert offers(world) == {"ana": noon(15)} and claims(world) == implied(world)
