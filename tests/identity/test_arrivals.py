"""Whoever joins and waits for a key is announced to those who hold it, and to nobody else."""

import re

from flask import Flask

from app.access import PostKind as K
from app.core.database import session
from app.notifications.models import Notice
from app.notifications.queries import unseen_count
from tests.identity.browsing import signed_in
from tests.identity.newcomers import joined, newcomer, slip_for
from tests.world import World


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
    lin.post("/keys/admit", data={"person": world.people["yan"], "group": group_id})
    for name, count in (("lin", 0), ("bo", 1)):
        with world.acting(name) as actor:
            assert unseen_count(actor) == count
