"""What comes over bookings that are there: a holiday, a closed room, somebody who leaves. Nothing is lost."""

from datetime import date, timedelta

from app.appointments import service
from app.appointments.queries import displaced, get_appointment, get_room, live_seats
from app.core import clock
from app.core.database import session
from app.directory.models import Organisation, Student
from app.schooltime import Holiday, default_calendar
from tests.appointments.telling import TUESDAY_MORNING, booked, claims, implied, noon, state_of, wish
from tests.world import World


def causes(world: World, name: str = "lin") -> list[tuple[int, str]]:
    """Return what somebody is told does not fit any more: the day in October, and why."""
    with world.acting(name) as by:
        return [(found.booking.starts_at.day, found.cause) for found in displaced(by, world.school)]


def test_a_holiday_an_absence_a_closed_room_and_a_leaver_are_listed_and_nothing_is_called_off(world: World) -> None:
    made = [booked(world, day=day, counsellor_id=world.people["lin"]) for day in (14, 15, 16, 19)]
    made.append(booked(world, day=20, student="zoe", counsellor_id=world.people["lin"]))
    assert causes(world) == []
    calendar = default_calendar(date(2026, 10, 13))
    sports = Holiday("运动会", date(2026, 10, 14), date(2026, 10, 14))
    with world.acting("sam") as sam:
        session().get_one(Organisation, world.school).calendar = type(calendar)(
            calendar.zone, calendar.terms, calendar.schedules, (*calendar.holidays, sports), calendar.make_up_days
        ).dump()
        room = get_room(world.school)
        service.block_room(room, starts_at=noon(15), ends_at=noon(15) + timedelta(hours=1), by=sam)
        service.block_person(room, world.people["lin"], cause="absent", starts_at=noon(16), ends_at=noon(17), by=sam)
        zoe = session().get_one(Student, world.students["zoe"])
        zoe.state, zoe.left_on = "left", date(2026, 10, 13)
    expected = [(14, "closed"), (15, "closed"), (16, "away"), (20, "student_left")]
    assert causes(world) == causes(world, "bo") == expected
    for name in ("tan", "cruz", "gao", "pia", "sam", "dee", "eve"):
        assert causes(world, name) == [], name
    with world.database.transaction():
        world.end_posts("lin", date(2026, 10, 18))
    assert causes(world, "bo") == [*expected[:3], (19, "left"), (20, "student_left")]
    assert {state_of(world, one) for one in made} == {"confirmed"}


def choices(world: World, day: int, student: str) -> dict[int, None]:
    """Leave out whatever of fifteen weeks falls into holidays."""
    with world.database.transaction(writes=False):
        planned = service.plan_series(
            wish(world, day, student), every_weeks=1, times=15, by=world.actor("lin")
        )
    return {one.number: None for one in planned if one.cause}


def test_a_deputy_takes_over_thirty_bookings_in_one_act_and_hears_what_stays(world: World) -> None:
    lin, bo = world.people["lin"], world.people["bo"]
    gaps = {day: choices(world, day, student) for day, student in ((14, "ana"), (15, "rui"))}
    with world.acting("lin") as by:
        room = get_room(world.school)
        service.change_room(
            room, name="心灵屋", open=True, places=2, minutes_before=0, minutes_after=0, revision=1, by=by
        )
        for day, student in ((14, "ana"), (15, "rui")):
            wanted = wish(world, day, student, counsellor_id=lin)
            service.book_series(wanted, every_weeks=1, times=15, choices=gaps[day], by=by)
    group = booked(world, day=13, student=None, kind="group", seats=3, counsellor_id=lin)
    with world.acting("lin") as by:
        seat = service.join(get_appointment(group), world.students["ivo"], by=by).id
    busy = booked(world, "bo", day=16, student="zoe", counsellor_id=bo)
    stays = booked(world, day=16, student="ana", counsellor_id=lin)
    with world.acting("cruz") as cruz:
        kept = service.ask_for(
            wish(world, 19, counsellor_id=lin), reason={"about": "teacher"}, excluded=[bo], by=cruz
        ).id
    with world.acting("lin") as by:
        found = service.hand_on(get_room(world.school), of=lin, to=bo, by=by)
        assert len(found.done) >= 25
        assert {one.id for one in found.left} == {stays, kept}, "Bo has Zoe then, and must not know of the other"
    assert claims(world) == implied(world)
    with world.database.transaction(writes=False):
        assert {get_appointment(one).counsellor_id for one in (group, seat, busy)} == {bo}
        assert [one.id for one in live_seats(get_appointment(group))] == [seat]
        assert get_appointment(kept).state == "requested" and get_appointment(kept).expires_at is not None
    with world.acting("bo") as by:
        assert service.hand_on(get_room(world.school), of=bo, to=lin, since=date(2026, 11, 1), by=by).done


def test_what_is_kept_from_whoever_hands_on_is_not_named(world: World) -> None:
    lin, bo = world.people["lin"], world.people["bo"]
    with world.acting("cruz") as cruz:
        kept = service.ask_for(wish(world, 14, counsellor_id=bo), excluded=[lin], by=cruz).id
    with world.acting("lin") as by:
        found = service.hand_on(get_room(world.school), of=bo, to=lin, by=by)
        assert not found.done and not found.left
    with world.database.transaction(writes=False):
        assert get_appointment(kept).counsellor_id == bo
    with clock.at(TUESDAY_MORNING + timedelta(days=30)), world.acting("lin") as by:
        assert service.hand_on(get_room(world.school), of=bo, to=lin, by=by).done == []
