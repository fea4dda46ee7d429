"""The room's log: opened on time, late or not at all, and the hours of a week beside what is wanted."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from app.appointments import service
from app.appointments.errors import NotOpened, OpenAlready
from app.appointments.queries import WeekLog, get_room, week_log
from app.core import clock
from app.core.errors import Missing
from tests.appointments.telling import noon
from tests.world import World


def at(world: World, moment: datetime, deed: Callable[..., object], name: str = "lin") -> None:
    with clock.at(moment), world.acting(name) as by:
        deed(get_room(world.school), by=by)


def week(world: World, name: str = "lin", day: int = 14) -> WeekLog:
    with world.acting(name) as by:
        return week_log(get_room(world.school), date(2026, 10, day), by=by)


def test_a_week_says_when_the_room_was_open_and_when_it_should_have_been(world: World) -> None:
    minute = timedelta(minutes=1)
    at(world, noon(12) - minute, service.open_up)
    at(world, noon(12) + 45 * minute, service.close_up, "bo")
    at(world, noon(13) + 6 * minute, service.open_up)
    with pytest.raises(OpenAlready):
        at(world, noon(13) + 7 * minute, service.open_up, "bo")
    # Nobody closed it on Tuesday: it counts until the end of its last slot.
    at(world, noon(15) + 4 * minute, service.open_up)
    at(world, noon(15) + 3 * 60 * minute, service.close_up)
    with pytest.raises(NotOpened):
        at(world, noon(15) + 4 * 60 * minute, service.close_up)
    with clock.at(noon(15) + 4 * 60 * minute):
        found = week(world)
    assert [day.on_time for day in found.days] == [True, False, False, True, None, None, None]
    # On Thursday a lesson, and twenty-five minutes of another, were held beside it.
    assert [day.minutes for day in found.days] == [46, 34, 0, 176 - 35 - 25, 0, 0, 0]
    assert (found.wanted, found.is_met, found.late) == (600, False, 2)
    assert [row.action for row in world.events() if row.action in ("room:opened", "room:closed")] == [
        "room:opened", "room:closed", "room:opened", "room:closed", "room:opened", "room:closed",
    ]


def test_a_school_sets_its_own_rule_and_leadership_sees_the_figures(world: World) -> None:
    with world.acting("sam") as sam:
        service.change_room(
            get_room(world.school), name="心灵屋", open=True, places=1, minutes_before=0, minutes_after=0,
            minutes_wanted=30, revision=1, by=sam,
        )
    at(world, noon(13), service.open_up)
    with clock.at(noon(13) + timedelta(minutes=40)):
        assert week(world, "pia").is_met and week(world, "sam").days[1].still_open
        for name in ("cruz", "gao", "tan", "dee", "eve"):
            with pytest.raises(Missing):
                week(world, name)
    for name in ("cruz", "pia", "sam", "tan"):
        with pytest.raises(Missing):
            at(world, noon(14), service.open_up, name)


@pytest.mark.alike
def test_a_clock_set_back_makes_no_time_negative(world: World) -> None:
    at(world, noon(13), service.open_up)
    at(world, noon(13) - timedelta(minutes=30), service.close_up)
    assert week(world).days[1].minutes == 0
