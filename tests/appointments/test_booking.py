"""Booking, asking, moving, calling off, coming and not coming: each answer is clear, and no time has two owners."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.appointments import service
from app.appointments.errors import (
    CounsellorAway,
    InThePast,
    NotOpen,
    NotPossible,
    NotYet,
    SessionFull,
    SlotTaken,
    StudentLeft,
)
from app.appointments.models import Appointment, AppointmentClaim
from app.appointments.queries import get_appointment, get_room, live_seats, school_timetable
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Refusal, Stale
from app.directory.models import Student
from app.upkeep import dump
from tests.appointments.telling import (
    TUESDAY_MORNING,
    booked,
    claims,
    does,
    implied,
    noon,
    state_of,
    wish,
)
from tests.world import World


def test_lin_books_for_ana_and_nobody_else_has_her_the_room_or_that_noon(world: World) -> None:
    booking = booked(world)
    assert state_of(world, booking) == "confirmed"
    assert claims(world) == implied(world)
    assert {claim.resource_kind: 0 for claim in claims(world)} == {"counsellor": 0, "room": 0, "student": 0}
    with world.acting("bo") as bo, pytest.raises(SlotTaken) as refused:
        service.book(wish(world, student="rui"), by=bo)
    assert [slot.start for slot in refused.value.nearest] == [noon(14), noon(15), noon(16)]
    assert refused.value.also["nearest"][0]["starts_at"] == noon(14).isoformat()
    assert claims(world) == implied(world), "who was refused has nothing"
    made = [row.action for row in world.events() if row.action.startswith(("appointment:", "room:"))]
    assert made == ["room:made", "appointment:booked"]


def test_a_student_is_in_one_place_at_a_time_and_so_is_a_counsellor(world: World) -> None:
    with world.acting("lin") as lin:
        second = service.make_room(world.school, name="沙盘室", by=lin)
        service.add_hours(second, service.Opening(None, noon(13).date(), start=noon(13).time().replace(hour=12),
                                                  end=noon(13).time().replace(hour=13)), by=lin)
        other = second.id
    booked(world)
    with world.acting("bo") as bo, pytest.raises(SlotTaken):
        service.book(wish(world, room_id=other), by=bo)
    with world.acting("bo") as bo, pytest.raises(SlotTaken):
        service.book(wish(world, student="rui", room_id=other, counsellor_id=world.people["lin"]), by=bo)
    with world.acting("bo") as bo:
        assert service.book(wish(world, student="rui", room_id=other), by=bo).counsellor_id == world.people["bo"]
    assert claims(world) == implied(world)


@pytest.mark.alike
def test_what_makes_no_sense_is_said_clearly(world: World) -> None:
    with world.database.transaction():
        session().get_one(Student, world.students["zoe"]).state = "left"
        session().get_one(Student, world.students["zoe"]).left_on = noon(12).date()
    in_vain = [
        (wish(world, 12), InThePast, "yesterday"),
        (wish(world, 17), NotOpen, "a Saturday"),
        (wish(world, 1), InThePast, "a holiday that is over"),
        (wish(world, starts_at=noon(5, 2) + timedelta(days=365)), NotOpen, "the winter holidays"),
        (wish(world, starts_at=noon(13) + timedelta(minutes=5)), NotOpen, "not when a slot begins"),
        (wish(world, student="zoe"), StudentLeft, "who left"),
        (wish(world, student="kai"), Missing, "a student of another school"),
        (wish(world, room_id=world.organisations["other_school"]), Missing, "a room of another school"),
        (wish(world, room_id=None), Missing, "nowhere"),
        (wish(world, counsellor_id=world.people["tan"]), CounsellorAway, "a counsellor of another school"),
        (wish(world, counsellor_id=world.people["cruz"]), CounsellorAway, "no counsellor"),
        (wish(world, kind="walk_in", starts_at=TUESDAY_MORNING - timedelta(hours=1)), InThePast, "an hour ago"),
    ]
    for wanted, refusal, why in in_vain:
        with pytest.raises(refusal), world.acting("lin") as lin:
            service.book(wanted, by=lin)
        assert claims(world) == {}, why


@pytest.mark.alike
def test_only_the_rooms_counsellors_book(world: World) -> None:
    for name in ("cruz", "gao", "pia", "sam", "tan", "dee", "eve", "root", "sol"):
        with pytest.raises(Missing), world.acting(name) as by:
            service.book(wish(world), by=by)
    booking = booked(world)
    for name in ("cruz", "gao", "pia", "sam", "tan", "dee", "eve", "root", "sol"):
        for deed in (service.confirm, service.cancel, service.attend, service.miss):
            with pytest.raises(Missing):
                does(world, name, deed, booking)
    assert state_of(world, booking) == "confirmed"


def test_a_teacher_asks_the_room_agrees_and_what_nobody_answers_ends(world: World) -> None:
    with world.acting("cruz") as cruz:
        first, second = (service.ask_for(wish(world, day), by=cruz).id for day in (14, 30))
    for name, student in (("moss", "ana"), ("cruz", "zoe"), ("quill", "ana"), ("gao", "ana"), ("sam", "ana")):
        with pytest.raises(Missing), world.acting(name) as by:
            service.ask_for(wish(world, 15, student), by=by)
    assert (state_of(world, first), state_of(world, second)) == ("requested", "requested")
    with world.acting("lin") as lin, pytest.raises(SlotTaken):
        service.book(wish(world, 14, "rui"), by=lin)
    does(world, "bo", service.confirm, first)
    with clock.at(noon(16)), world.database.transaction():
        assert service.expire_due() == 1, "two school days without an answer"
        assert service.expire_due() == 0
    assert (state_of(world, first), state_of(world, second)) == ("confirmed", "expired")
    assert claims(world) == implied(world) and len(set(claims(world).values())) == 1
    with pytest.raises(NotPossible):
        does(world, "lin", service.confirm, second)
    does(world, "cruz", service.take_back, first)
    assert claims(world) == {}


def test_who_confirms_too_late_is_told_so_also_before_the_job_has_come(world: World) -> None:
    with world.acting("cruz") as cruz:
        asked = service.ask_for(wish(world), by=cruz).id
    with clock.at(noon(13)), pytest.raises(NotPossible):
        does(world, "lin", service.confirm, asked)


def test_a_move_gives_the_old_time_back_and_takes_the_new_one_or_nothing(world: World) -> None:
    ana, rui = booked(world), booked(world, day=14, student="rui")
    with pytest.raises(SlotTaken):
        does(world, "lin", service.move, ana, starts_at=noon(14))
    assert (state_of(world, ana), claims(world)) == ("confirmed", implied(world))
    moved = does(world, "bo", service.move, ana, starts_at=noon(15))
    assert (state_of(world, ana), state_of(world, moved)) == ("moved", "confirmed")
    assert claims(world) == implied(world)
    back = does(world, "lin", service.move, rui, starts_at=noon(13))
    with world.database.transaction(writes=False):
        row = get_appointment(back)
        assert row is not None and row.moved_from_id == rui and row.counsellor_id == world.people["lin"]
    for again in (service.cancel, service.attend):
        with pytest.raises(NotPossible):
            does(world, "lin", again, ana)


def test_of_two_pages_the_older_does_nothing(world: World) -> None:
    booking = booked(world)
    does(world, "lin", service.cancel, booking)
    other = booked(world)
    for wrong in (0, 2):
        with pytest.raises(Stale), world.acting("lin") as lin:
            service.cancel(get_appointment(other), revision=wrong, by=lin)
    assert state_of(world, other) == "confirmed"


def test_who_did_not_come_gives_the_time_back_and_comes_late_only_while_it_is_free(world: World) -> None:
    booking = booked(world)
    with pytest.raises(NotYet):
        does(world, "lin", service.miss, booking)
    with clock.at(noon(13) + timedelta(minutes=10)):
        does(world, "lin", service.miss, booking)
        assert claims(world) == {}
        does(world, "lin", service.attend, booking)
        does(world, "lin", service.miss, booking)
        with world.acting("lin") as lin:
            here = service.walk_in(wish(world, student="rui", kind="walk_in", starts_at=clock.now()), by=lin).id
        with pytest.raises(SlotTaken):
            does(world, "lin", service.attend, booking)
        assert (state_of(world, booking), state_of(world, here)) == ("no_show", "confirmed")
        assert claims(world) == implied(world)


def test_what_cannot_wait_waits_for_no_hours_and_still_shares_nobody(world: World) -> None:
    now = TUESDAY_MORNING
    with world.acting("lin") as lin:
        crisis = service.walk_in(
            wish(world, kind="crisis", starts_at=now, room_id=None, minutes=90), by=lin
        )
        assert (crisis.counsellor_id, crisis.room_id) == (lin.person_id, None)
        assert crisis.ends_at == now + timedelta(minutes=90)
        second = service.walk_in(wish(world, student="rui", kind="walk_in", starts_at=now), by=lin)
        assert second.counsellor_id == world.people["bo"], "Lin is with Ana"
        with pytest.raises(SlotTaken):
            service.walk_in(wish(world, student="ivo", kind="crisis", starts_at=now, room_id=None), by=lin)
        with pytest.raises(NotPossible):
            service.walk_in(wish(world), by=lin)


def test_a_group_has_so_many_seats_and_moves_and_ends_as_one(world: World) -> None:
    group = booked(world, student=None, kind="group", seats=2)
    with world.acting("lin") as lin:
        row = get_appointment(group)
        ana = service.join(row, world.students["ana"], by=lin).id
        with pytest.raises(SlotTaken):
            service.join(row, world.students["ana"], by=lin)
        service.join(row, world.students["rui"], by=lin)
        with pytest.raises(SessionFull):
            service.join(row, world.students["ivo"], by=lin)
    does(world, "lin", service.cancel, ana)
    with world.acting("bo") as bo:
        service.join(get_appointment(group), world.students["ivo"], by=bo)
    assert claims(world) == implied(world)
    with pytest.raises(SlotTaken):
        booked(world, "bo", day=13, student="zoe")
    booked(world, "bo", day=15, student="rui")
    with pytest.raises(SlotTaken):
        does(world, "bo", service.move, group, starts_at=noon(15))
    moved = does(world, "bo", service.move, group, starts_at=noon(16))
    with world.database.transaction(writes=False):
        seats = live_seats(get_appointment(moved))
        assert [(seat.seat, seat.student_id) for seat in seats] == [
            (1, world.students["ivo"]), (2, world.students["rui"]),
        ] and {seat.starts_at for seat in seats} == {noon(16)}
    assert claims(world) == implied(world)
    does(world, "lin", service.cancel, moved)
    assert state_of(world, seats[0].id) == "cancelled" and len(set(claims(world).values())) == 1


def test_an_offer_is_held_for_half_an_hour_and_then_anybodys(world: World) -> None:
    with world.acting("lin") as lin:
        offered = service.hold(wish(world), by=lin).id
    with pytest.raises(SlotTaken):
        booked(world, "bo", student="rui")
    with clock.at(TUESDAY_MORNING + timedelta(minutes=30)), world.database.transaction():
        assert service.expire_due() == 1
    assert state_of(world, offered) == "expired"
    booked(world, "bo", student="rui")


def test_the_database_itself_refuses_a_cell_that_somebody_has(world: World) -> None:
    booking = booked(world)
    first = min(claims(world))
    with pytest.raises(IntegrityError), world.database.transaction():
        session().add(AppointmentClaim(**first._asdict(), appointment_id=booking))
        session().flush()
    with pytest.raises(IntegrityError), world.database.transaction():
        session().get_one(Appointment, booking).expires_at = noon(13)
        session().flush()


def test_what_is_over_is_claimed_by_nobody_after_a_while(world: World) -> None:
    booked(world)
    later = booked(world, day=16)
    with clock.at(noon(15) + timedelta(hours=2)), world.database.transaction():
        assert service.forget_past() > 0
        assert service.forget_past() == 0
    assert set(claims(world).values()) == {later}


def test_a_reason_is_sealed_without_those_from_whom_it_is_kept(world: World) -> None:
    said = {"about": "family", "words": "想谈谈家里的事"}
    with world.acting("cruz") as cruz:
        asked = service.ask_for(wish(world, 14), reason=said, excluded=[world.people["lin"]], by=cruz)
        booking = asked.id
        assert asked.reason is not None and "家里".encode() not in asked.reason
    for name in ("lin", "cruz", "pia", "sam", "tan", "dee"):
        with pytest.raises(Missing), world.acting(name) as by:
            service.read_reason(get_appointment(booking), by=by)
    with pytest.raises(Missing):
        does(world, "lin", service.confirm, booking)
    does(world, "bo", service.confirm, booking)
    moved = does(world, "bo", service.move, booking, starts_at=noon(15))
    with world.acting("bo") as bo:
        assert service.read_reason(get_appointment(moved), by=bo) == said
    with pytest.raises(SlotTaken):
        booked(world, day=15, student="rui", counsellor_id=world.people["bo"])


@pytest.mark.alike
def test_the_roster_absences_and_a_closed_room_are_kept_to(world: World) -> None:
    people = world.people
    with world.acting("sam") as sam:
        room = get_room(world.school)
        service.add_turn(room, weekday=3, person_id=people["bo"], substitute_id=None, first_on=noon(1).date(),
                         last_on=None, by=sam)
        service.block_room(get_room(world.school), starts_at=noon(15), ends_at=noon(16) - timedelta(hours=1), by=sam)
        service.block_person(get_room(world.school), people["bo"], cause="absent", starts_at=noon(21),
                             ends_at=noon(22), by=sam)
    refused = [
        ("lin", wish(world, 14, counsellor_id=people["lin"]), None),
        ("bo", wish(world, 14, "rui", counsellor_id=people["lin"]), CounsellorAway),
        ("lin", wish(world, 15), NotOpen),
        ("lin", wish(world, 21, counsellor_id=people["bo"]), CounsellorAway),
    ]
    for name, wanted, refusal in refused:
        with world.acting(name) as by:
            if refusal is None:
                service.book(wanted, by=by)
                continue
            with pytest.raises(refusal):
                service.book(wanted, by=by)
    for name in ("cruz", "pia", "uma", "tan", "dee"):
        with pytest.raises(Missing), world.acting(name) as by:
            service.block_room(get_room(world.school), starts_at=noon(15), ends_at=noon(16), by=by)


def test_a_room_with_two_places_has_two_at_once_and_keeps_time_around_them(world: World) -> None:
    with world.acting("lin") as lin:
        room = get_room(world.school)
        service.change_room(
            room, name="心灵屋", open=True, places=2, minutes_before=5, minutes_after=10, revision=1, by=lin
        )
        service.add_hours(
            room, service.Opening(2, noon(1).date(), start=noon(1).time().replace(hour=12, minute=45),
                                  end=noon(1).time().replace(hour=13, minute=20)), by=lin,
        )
    booked(world)
    booked(world, "bo", student="rui")
    after = noon(13) + timedelta(minutes=45)
    with pytest.raises(SlotTaken):
        booked(world, student="ivo", starts_at=after)
    assert claims(world) == implied(world)
    with pytest.raises(Stale), world.acting("bo") as bo:
        service.change_room(
            get_room(world.school), name="x", open=True, places=1, minutes_before=0, minutes_after=0, revision=1, by=bo
        )


def test_a_backup_brings_bookings_back_whichever_of_them_comes_first(world: World) -> None:
    group = booked(world, student=None, kind="group", seats=2)
    with world.acting("lin") as lin:
        service.join(get_appointment(group), world.students["ana"], by=lin)
    does(world, "lin", service.move, group, starts_at=noon(14))
    tables = (Appointment.__table__, AppointmentClaim.__table__)
    with world.database.transaction():
        kept = {table: list(dump.lines_of(table)) for table in tables}
        for table in reversed(tables):
            session().execute(delete(table))
        for table in tables:
            dump.take_lines(table, reversed(kept[table]))
    assert len(kept[tables[0]]) == 4 and claims(world) == implied(world) != {}


def test_a_clock_set_back_ends_nothing_and_frees_nothing(world: World) -> None:
    with world.acting("cruz") as cruz:
        asked = service.ask_for(wish(world, 14), by=cruz).id
    with clock.at(TUESDAY_MORNING - timedelta(days=3)), world.database.transaction():
        assert service.expire_due() == service.forget_past() == 0
    assert state_of(world, asked) == "requested" and claims(world) == implied(world)


def test_a_process_that_dies_before_the_end_leaves_nothing(world: World) -> None:
    class Killed(BaseException):
        pass

    with pytest.raises(Killed), world.acting("lin") as lin:
        service.book(wish(world), by=lin)
        raise Killed
    assert claims(world) == {}
    with world.database.transaction(writes=False):
        assert session().scalars(select(Appointment)).all() == []
    assert issubclass(SlotTaken, Refusal) and SlotTaken.status == 409


def test_who_must_not_know_is_not_chosen_to_receive(world: World) -> None:
    """Whoever is on duty first would have them otherwise."""
    with world.database.transaction(writes=False):
        here = school_timetable(world.school, noon(13).date(), noon(13).date()).in_post
        first, other = (one.person_id for one in here)
    with world.acting("cruz") as cruz:
        kept = service.ask_for(wish(world), reason={"words": "x"}, excluded=[first], by=cruz)
        assert kept.counsellor_id == other
        with pytest.raises(CounsellorAway):
            asked_for = wish(world, day=14, student="rui", counsellor_id=first)
            service.ask_for(asked_for, excluded=[first], by=cruz)
