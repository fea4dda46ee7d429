"""What students without an account do to the tables, on each database: cards, typed names, claims."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.appointments import service
from app.appointments.errors import NotPossible, SlotTaken
from app.appointments.models import Appointment, StudentCard
from app.appointments.queries import get_appointment
from app.appointments.queries.cards import cards_by_class, cards_by_student
from app.appointments.queries.own import count_unsettled, own_bookings, typed_name_of
from app.appointments.service.by_students import ask_by_name, book_with_card, cancel_own, move_own, typed_name_behind
from app.appointments.service.cards import holder_of_code, withdraw_card
from app.appointments.service.matching import is_nobody, match, written_names
from app.audit import broken
from app.core.database import session
from app.core.errors import Stale
from app.vault import NoKey, letters
from app.vault.return_codes import new_return_code
from tests.appointments.own import printed
from tests.appointments.telling import booked, claims, does, implied, noon, state_of
from tests.thief import Thief
from tests.world import World

WRITTEN = {"name": "王瑞", "class_name": "四(1)班"}


def asked(world: World, day: int, code: str) -> UUID:
    """Ask for a noon by name, and return the booking's id."""
    with world.database.transaction():
        writer = letters.writer_of(code)
        when = (world.school, noon(day))
        return ask_by_name(world.school, when=when, about="mood", written=WRITTEN, writer=writer).appointment_id


def test_cards_say_whose_they_are_to_the_room_and_to_their_code_alone(world: World) -> None:
    codes = printed(world)
    shape, ana = world.classes["school", "四年级", "1班"], world.students["ana"]
    with world.acting("bo") as bo:
        assert cards_by_class(world.school)[shape].count == 2
        assert cards_by_student(bo, world.school).keys() == {ana, world.students["rui"]}
    for name in ("cruz", "gao", "pia", "sam", "tan", "dee"):
        with world.acting(name) as stranger:
            assert cards_by_student(stranger, world.school) == {}, name
    with world.database.transaction(writes=False):
        writer = letters.writer_of(codes["ana"])
        assert holder_of_code(writer, school_id=world.school).student_id == ana
        for card in session().scalars(select(StudentCard)):
            assert ana.bytes not in card.locked + card.holder + card.lookup
    printed(world)
    with world.acting("bo") as bo:
        assert [len(cards) for cards in cards_by_student(bo, world.school).values()] == [1, 1]
        assert cards_by_class(world.school)[shape].count == 2


def test_what_a_card_books_claims_the_student_and_moves_and_goes(world: World) -> None:
    ana = world.students["ana"]
    with world.database.transaction():
        made = book_with_card(world.school, ana, when=(world.school, noon(13)), about="friends").id
    booked(world, day=14, student="rui")
    for day in (13, 14):
        with pytest.raises(SlotTaken), world.database.transaction():
            book_with_card(world.school, ana, when=(world.school, noon(day)), about="")
    with world.database.transaction():
        booking = session().get_one(Appointment, made)
        with pytest.raises(SlotTaken):
            move_own(booking, when=(world.school, noon(14)), revision=1)
        assert (booking.state, booking.revision) == ("confirmed", 1), "as it was, also for the page that says so"
        moved = move_own(booking, when=(world.school, noon(15)), revision=1).id
    assert claims(world) == implied(world)
    with world.database.transaction():
        (booking,) = (one for one in own_bookings(ana) if one.id == moved)
        with pytest.raises(Stale):
            cancel_own(booking, revision=7)
        cancel_own(booking, revision=1)
    assert claims(world) == implied(world) and state_of(world, moved) == "cancelled"


def test_a_typed_name_takes_the_students_time_when_it_is_found_and_is_closed_for_good(world: World) -> None:
    code, rui = new_return_code(), world.students["rui"]
    made = asked(world, 13, code)
    other = asked(world, 14, new_return_code())
    with world.acting("lin") as lin:
        booking = get_appointment(made)
        assert booking is not None and written_names([booking], by=lin) == {made: WRITTEN}
        assert count_unsettled(world.school) == 2
    with world.acting("cruz") as cruz:
        assert written_names([booking], by=cruz) == {}
    # Rui is somewhere else at that time: matching is refused whole, and the time stays kept.
    with world.acting("bo") as bo:
        elsewhere = service.walk_in(
            service.Wish(world.school, noon(13), "crisis", None, bo.person_id, rui), by=bo
        ).id
    with pytest.raises(SlotTaken):
        does(world, "lin", lambda found, revision, by: match(found, rui, revision=revision, by=by), made)
    assert claims(world) == implied(world) and state_of(world, made) == "requested"
    does(world, "bo", service.cancel, elsewhere)
    does(world, "lin", lambda found, revision, by: match(found, rui, revision=revision, by=by), made)
    does(world, "lin", lambda found, revision, by: is_nobody(found, revision=revision, by=by), other)
    assert claims(world) == implied(world) and state_of(world, other) == "cancelled"
    with world.acting("lin") as lin:
        booking = get_appointment(made)
        assert booking is not None and booking.student_id == rui and written_names([booking], by=lin) == {}
        typed = typed_name_of(booking)
        assert typed is not None and typed.settled_by == lin.person_id and count_unsettled(world.school) == 0
        with pytest.raises(NoKey):
            lin.ring.open(typed.id)
        with pytest.raises(NotPossible):
            is_nobody(booking, revision=booking.revision, by=lin)
        assert typed_name_behind(letters.writer_of(code), school_id=world.school).id == typed.id


def test_a_withdrawn_card_that_is_put_back_is_found_and_so_is_a_destroyed_key(world: World) -> None:
    printed(world)
    thief = Thief(world)
    thief.is_not_found()
    card = thief.reads("student_card")[0]
    with world.acting("lin") as lin:
        for one in session().scalars(select(StudentCard)):
            withdraw_card(one, by=lin)
    thief.is_not_found()
    thief.puts("student_card", card)
    thief.is_found()
    thief.runs("DELETE FROM student_card")
    made = asked(world, 13, new_return_code())
    held = thief.reads("object_grant", holder_kind="group")
    does(world, "lin", lambda found, revision, by: is_nobody(found, revision=revision, by=by), made)
    thief.is_not_found()
    left = {row["object_id"] for row in thief.reads("object_grant", holder_kind="group")}
    (taken,) = (row for row in held if row["object_id"] not in left)
    thief.puts("object_grant", taken)
    thief.is_found(broken.KEY_PUT_BACK)
