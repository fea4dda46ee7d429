"""Whoever joins and waits for a key is announced to those who hold it, and to nobody else."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.access import PostKind as K
from app.audit import system
from app.core import clock
from app.core.database import session
from app.directory.service import give_post
from app.identity.arrivals import tell_of_begun
from app.identity.keys import waiting_for
from app.identity.service import close_account
from app.notifications.models import Notice
from app.notifications.queries import unseen_count
from tests.identity.browsing import signed_in
from tests.identity.newcomers import joined, newcomer, slip_for
from tests.world import World

pytestmark = pytest.mark.alike


def told(world: World) -> set[str]:
    with world.database.transaction(writes=False):
        rows = session().query(Notice).filter(Notice.kind == "key:waiting").all()
        names = {person_id: name for name, person_id in world.people.items()}
        assert len({row.person_id for row in rows}) == len(rows), "each is told once"
        return {names[row.person_id] for row in rows}


def test_a_third_counsellor_is_announced_to_the_room_and_the_grades(app: Flask, world: World) -> None:
    newcomer(world, "yan", K.COUNSELLOR)
    assert told(world) == set()
    joined(app, slip_for(world, "yan", by="sam"))
    assert told(world) == {"lin", "bo", "gao", "hart"}


def test_a_class_teacher_waits_for_nothing_and_nobody_is_told(app: Flask, world: World) -> None:
    newcomer(world, "yan")
    joined(app, slip_for(world, "yan", by="sam"))
    assert told(world) == set()


def test_who_starts_anew_after_a_lost_password_is_announced_again(app: Flask, world: World) -> None:
    joined(app, slip_for(world, "pia", by="sam"))
    assert "sam" in told(world), "the staff key comes from the administrator"
    assert not told(world) & {"cruz", "moss", "sol", "tan", "uma", "dee"}


def test_the_notice_leads_to_the_page_where_one_admits(app: Flask, world: World) -> None:
    newcomer(world, "yan", K.COUNSELLOR)
    joined(app, slip_for(world, "yan", by="sam"))
    lin = signed_in(app, "lin")
    with world.database.transaction(writes=False):
        notice = session().query(Notice).filter(Notice.person_id == world.people["lin"]).one()
    page = lin.get("/notices").get_data(as_text=True)
    assert "Yan" not in page
    answer = lin.post(f"/notices/{notice.id}")
    assert answer.status_code == 303 and answer.location.endswith("/keys")
    assert "Yan" in lin.get("/").get_data(as_text=True)


def test_who_admits_without_following_the_notice_has_read_it_all_the_same(app: Flask, world: World) -> None:
    newcomer(world, "yan", K.COUNSELLOR)
    joined(app, slip_for(world, "yan", by="sam"))
    lin = signed_in(app, "lin")
    [group_id, *_] = re.findall(r'name="group" value="([^"]+)"', lin.get("/keys").get_data(as_text=True))
    lin.post("/keys/admit", data={"person": world.people["yan"], "group": group_id, "epoch": 1})
    for name, count in (("lin", 0), ("bo", 1)):
        with world.acting(name) as actor:
            assert unseen_count(actor) == count


# A post for somebody who has an account already.


@pytest.fixture
def sam_gives(app: Flask, world: World) -> Callable[..., None]:
    """Sam gives somebody a post at the school, by the page."""
    sam = signed_in(app, "sam")

    def give(name: str, kind: K, **more: str) -> None:
        asked = {"kind": kind.value, "organisation": str(world.school), **more}
        answer = sam.post(f"/people/{world.people[name]}/posts", data=asked)
        assert answer.status_code == 303, answer.text

    return give


def told_of_posts(world: World) -> list[str]:
    """Return who has a notice of a new post, one name for each."""
    with world.database.transaction(writes=False):
        names = {person_id: name for name, person_id in world.people.items()}
        return sorted(names[row.person_id] for row in session().query(Notice).filter(Notice.kind == "post:given"))


def test_cruz_becomes_a_counsellor_and_both_she_and_the_room_learn_of_it(
    app: Flask, world: World, sam_gives: Callable[..., None]
) -> None:
    sam_gives("cruz", K.COUNSELLOR)
    assert told_of_posts(world) == ["cruz"]
    assert told(world) == {"lin", "bo", "gao", "hart"}
    cruz = signed_in(app, "cruz")
    page = cruz.get("/notices").text
    assert "You were given a post" in page and "counsellor" not in page.partition("<main")[2].lower()
    with world.database.transaction(writes=False):
        notice = session().query(Notice).filter(Notice.person_id == world.people["cruz"]).one()
    assert cruz.post(f"/notices/{notice.id}").headers["Location"] == "/account"
    assert "Cruz" in signed_in(app, "lin").get("/keys").text


def test_a_post_that_asks_for_no_other_key_is_told_to_its_holder_alone(
    world: World, sam_gives: Callable[..., None]
) -> None:
    sam_gives("cruz", K.SUBJECT_TEACHER)
    assert told_of_posts(world) == ["cruz"] and told(world) == set()


def test_the_same_post_twice_is_told_once(world: World, sam_gives: Callable[..., None]) -> None:
    for _ in range(2):
        sam_gives("cruz", K.LEAD)
    assert told_of_posts(world) == ["cruz"] and told(world) == {"pia"}


def test_a_post_to_come_is_told_to_its_holder_and_keeps_nobody_waiting_yet(
    world: World, sam_gives: Callable[..., None]
) -> None:
    sam_gives("cruz", K.LEAD, starts_on=(clock.now().date() + timedelta(days=9)).isoformat())
    assert told_of_posts(world) == ["cruz"] and told(world) == set()


def test_on_the_first_day_of_a_post_those_who_hold_its_key_are_told_once(
    world: World, sam_gives: Callable[..., None]
) -> None:
    # Noon, so that it is the same day here and at the school.
    first_day = (clock.now() + timedelta(days=9)).replace(hour=4)
    sam_gives("cruz", K.LEAD, starts_on=first_day.date().isoformat())
    sam_gives("moss", K.SUBJECT_TEACHER, starts_on=first_day.date().isoformat())
    with clock.at(first_day - timedelta(days=1)):
        assert tell_of_begun(world.database) == 0
    with clock.at(first_day):
        assert tell_of_begun(world.database) == 1 and told(world) == {"pia"}
        with world.acting("pia") as pia:
            assert [one.person_id for one in waiting_for(pia)] == [world.people["cruz"]], "as a task on the first page"
    with clock.at(first_day + timedelta(days=2)):
        assert tell_of_begun(world.database) == 0 and told(world) == {"pia"}, "each is told once"


def test_what_begins_while_the_server_is_off_is_told_of_afterwards(
    world: World, sam_gives: Callable[..., None]
) -> None:
    first_day = clock.now() + timedelta(days=9)
    sam_gives("cruz", K.LEAD, starts_on=first_day.date().isoformat())
    sam_gives("moss", K.LEAD, starts_on=first_day.date().isoformat())
    with world.database.transaction():
        close_account(world.people["moss"], by=system("test"))
    with clock.at(first_day + timedelta(days=5)):
        assert tell_of_begun(world.database) == 1 and told(world) == {"pia"}
    with clock.at(first_day + timedelta(days=60)):
        assert tell_of_begun(world.database) == 0


def test_who_has_no_account_hears_nothing_before_joining(
    app: Flask, world: World, sam_gives: Callable[..., None]
) -> None:
    newcomer(world, "yan")
    sam_gives("yan", K.COUNSELLOR)
    assert told_of_posts(world) == [] and told(world) == set()
    joined(app, slip_for(world, "yan", by="sam"))
    assert told_of_posts(world) == [] and told(world) == {"lin", "bo", "gao", "hart"}


def test_a_closed_account_is_told_nothing_and_waits_for_nothing(
    world: World, sam_gives: Callable[..., None]
) -> None:
    with world.database.transaction():
        close_account(world.people["cruz"], by=system("test"))
    sam_gives("cruz", K.COUNSELLOR)
    assert told_of_posts(world) == [] and told(world) == set()


def test_a_program_and_a_list_tell_as_the_page_does(app: Flask, world: World) -> None:
    sam = signed_in(app, "sam")
    post = {"kind": "lead", "organisation_id": str(world.school)}
    answer = sam.post(f"/api/v1/people/{world.people['cruz']}/posts", json=post)
    assert answer.status_code == 201, answer.text
    with app.extensions["database"].transaction():
        give_post(person_id=world.people["moss"], kind=K.LEAD, organisation_id=world.school, by=system("list"))
    assert told_of_posts(world) == ["cruz", "moss"]


@pytest.mark.parametrize("name", ["cruz", "moss", "tan", "dee", "eve", "root"])
def test_nobody_else_is_told_of_somebodys_post(
    app: Flask, world: World, sam_gives: Callable[..., None], name: str
) -> None:
    sam_gives("sol", K.COUNSELLOR)
    assert "You were given a post" not in signed_in(app, name).get("/notices").text
    assert name not in told(world)
