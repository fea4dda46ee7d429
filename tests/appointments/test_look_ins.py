"""A watched student who does not come is looked after the same day; nobody else learns that they are watched."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments import service
from app.appointments.models import LookIn
from app.appointments.queries.look_ins import look_ins_of
from app.appointments.service import look_ins
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Stale
from app.escalation import service as concerns
from app.notifications.models import Notice
from tests.appointments.telling import booked, does, noon
from tests.attacking import HTTPS
from tests.escalation.telling import LOW_MOOD, Story
from tests.files import steps
from tests.world import World


def tasks(world: World, name: str) -> list[UUID]:
    with world.acting(name) as by:
        return [one.id for one in look_ins_of(by)]


def missed(world: World, by: str = "lin", **more: Any) -> UUID:
    """Let a booking at noon on Tuesday pass without its student."""
    booking = booked(world, **more)
    with clock.at(noon(13) + timedelta(minutes=15)):
        does(world, by, service.miss, booking)
    return booking


def notices(world: World, kind: str) -> set[UUID]:
    with world.database.transaction(writes=False):
        return set(session().scalars(select(Notice.person_id).where(Notice.kind == kind)))


def test_nothing_comes_of_it_where_nobody_watches_over_the_student(world: World) -> None:
    missed(world)
    with world.database.transaction(writes=False):
        assert not session().scalars(select(LookIn)).all()


def test_who_is_in_charge_has_it_until_school_ends_and_then_those_who_know_are_told(
    world: World, browser_of: Callable[[str], FlaskClient]
) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    steps.restrict(world, "lin", file_id, "lin")
    # Bo notes it, and cannot tell that Lin keeps a file.
    booking = missed(world, "bo")
    (task,) = tasks(world, "lin")
    assert not any(tasks(world, name) for name in ("bo", "cruz", "gao", "pia", "tan", "dee"))
    assert notices(world, "look_in:begun") == {world.people["lin"]}
    with world.acting("bo") as bo, pytest.raises(Missing):
        look_ins.close(session().get_one(LookIn, task), outcome="met", by=bo)
    with world.database.transaction(writes=False):
        due = session().get_one(LookIn, task).due_at
    assert noon(13) < due < noon(13) + timedelta(hours=8)
    for moment, told in ((due - timedelta(minutes=1), 0), (due, 1), (due + timedelta(hours=1), 0)):
        with clock.at(moment), world.database.transaction():
            assert look_ins.tell_of_overdue() == told
    assert notices(world, "look_in:overdue") == {world.people["lin"]}
    lin, page = browser_of("lin"), f"/appointments/look-ins/{task}"
    assert page in lin.get("/", **HTTPS).get_data(as_text=True)
    assert browser_of("bo").get(page, **HTTPS).status_code == 404
    assert lin.get(page, **HTTPS).status_code == 200
    assert lin.post(page, data={"outcome": "came"}, **HTTPS).status_code == 422
    assert lin.post(page, data={"outcome": "met"}, **HTTPS).status_code == 303
    assert not tasks(world, "lin")
    with world.acting("lin") as by, pytest.raises(Stale):
        look_ins.close(session().get_one(LookIn, task), outcome="met", by=by)
    assert [row.action for row in world.events() if row.action.startswith("look_in:")] == [
        "look_in:begun", "look_in:overdue", "look_in:done",
    ]
    assert booking


def test_who_comes_late_needs_no_looking_after(world: World) -> None:
    steps.open_file(world, "lin", "ana")
    booking = missed(world)
    assert len(tasks(world, "lin")) == 1
    with clock.at(noon(13) + timedelta(minutes=20)):
        does(world, "lin", service.attend, booking)
    assert not tasks(world, "lin")
    with clock.at(noon(13) + timedelta(minutes=21)):
        does(world, "lin", service.miss, booking)
    assert len(tasks(world, "lin")) == 1


def test_an_open_concern_is_watching_over_somebody_for_those_who_hold_its_key(world: World) -> None:
    story = Story(world).raised("cruz", {**LOW_MOOD, "families": ["self_harm"]})
    story.does("lin", concerns.accept)
    story.does("lin", concerns.assess, level="R3", reason="after a first talk")
    missed(world, "bo", counsellor_id=world.people["bo"])
    assert len(tasks(world, "bo")) == 1 and not tasks(world, "lin"), "it is the booking's counsellor's"
    with world.database.transaction(writes=False):
        due = session().scalars(select(LookIn)).one().due_at
    with clock.at(due), world.database.transaction():
        look_ins.tell_of_overdue()
    assert world.people["lin"] in notices(world, "look_in:overdue")
    assert len(tasks(world, "lin")) == 1 and not tasks(world, "gao") and not tasks(world, "cruz")
