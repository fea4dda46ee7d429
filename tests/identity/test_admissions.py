"""Keys follow posts: founded by the first, passed on by those who hold them, gone with the post."""

import re
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select

from app import vault
from app.access import PostKind
from app.core import clock
from app.core.database import session
from app.directory import service as directory
from app.directory.models import Post
from app.directory.queries import get_organisation
from app.identity import keys
from app.vault import Grant, NoKey, groups, people
from app.vault.models import Group
from tests.identity.browsing import may_work, signed_in
from tests.identity.newcomers import joined, newcomer, post_of, slip_for
from tests.world import World

K = PostKind


def group_of(world: World, kind: str, place: str = "school") -> Group:
    found = vault.find_group(world.organisations[place], kind)
    assert found is not None
    return found


def kinds_of(world: World, name: str) -> set[str]:
    """Return the kinds of the groups whose key somebody holds."""
    with world.acting(name) as actor:
        return {group.kind for group in keys.groups_held(actor)}


def end_yesterday(world: World, name: str) -> None:
    with world.database.transaction():
        for post in session().scalars(select(Post).where(Post.person_id == world.people[name])):
            post.ends_on = clock.now().date() - timedelta(days=2)
            post.make_mark()


def test_yan_the_third_counsellor_waits_until_lin_compares_her_words(app: Flask, world: World) -> None:
    newcomer(world, "yan", K.COUNSELLOR)
    yan = joined(app, slip_for(world, "yan", by="sam"))
    with world.database.transaction(writes=False):
        words = people.fingerprint(world.people["yan"], "en")
    lin = signed_in(app, "lin")
    page = lin.get("/keys").get_data(as_text=True)
    assert "Yan" in page
    assert re.findall(r'x-words">((?:<span>\w+</span>)+)<', page)[0] == "".join(f"<span>{w}</span>" for w in words)
    listed = re.findall(r'name="group" value="([^"]+)"', page)
    assert len(listed) > 1 and "With one press" in page and page.count('action="/keys/admit"') == 1
    before = len(world.events("key:admitted"))
    data = {"person": world.people["yan"], "group": [*listed, str(uuid4())], "epoch": 1}
    assert lin.post("/keys/admit", data=data).status_code == 404
    assert len(world.events("key:admitted")) == before, "all or none"
    assert lin.post("/keys/admit", data={**data, "group": listed}).status_code == 303
    with world.database.transaction(writes=False):
        assert all(groups.is_member(UUID(group_id), world.people["yan"]) for group_id in listed)
        assert groups.is_member(group_of(world, "room").id, world.people["yan"])
    assert len(world.events("key:admitted")) == before + len(listed), "each group is an event of its own"
    assert "Nobody waits" in lin.get("/keys").get_data(as_text=True)
    assert world.events("key:admitted")[-1].person_id == world.people["lin"]
    assert yan.get("/keys").headers["Location"] == "/account/recovery-code"


def test_the_first_page_names_who_waits_to_those_who_can_admit_and_to_nobody_else(app: Flask, world: World) -> None:
    newcomer(world, "yan", K.COUNSELLOR)
    joined(app, slip_for(world, "yan", by="sam"))
    shown = {name: "Waits to be admitted" in signed_in(app, name).get("/").text for name in ("lin", "bo", "sam", "pia")}
    assert shown == {"lin": True, "bo": True, "sam": False, "pia": False}


def test_a_room_without_a_card_is_asked_to_print_one(app: Flask, world: World) -> None:
    from tests.identity.test_cards import card_of

    lin = signed_in(app, "lin")
    assert "The room has none yet" in lin.get("/").text
    card_of(lin, world)
    assert "The room has none yet" not in lin.get("/").text
    assert "The room has none yet" not in signed_in(app, "gao").get("/").text


def test_both_read_the_same_words_each_in_their_language(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    for language, code in (("en", "en"), ("zh", "zh_Hans_CN")):
        with world.database.transaction(writes=False):
            words = people.fingerprint(world.people["lin"], language)
        lin.set_cookie("__Host-language", code, domain="localhost", secure=True)
        page = lin.get("/account").get_data(as_text=True)
        assert all(f"<span>{word}</span>" in page for word in words)


def test_a_key_with_other_words_is_shown_with_other_words(app: Flask, world: World) -> None:
    """Who puts another public key into the table is caught by comparing, or by its missing signature."""
    from app.vault import Untrusted
    from app.vault.keypairs import KeyPair
    from app.vault.models import UserKey

    newcomer(world, "yan", K.COUNSELLOR)
    joined(app, slip_for(world, "yan", by="sam"))
    with world.acting("lin") as lin:
        before = people.fingerprint(world.people["yan"], "en")
        session().get_one(UserKey, (world.people["yan"], 1)).kem_public = KeyPair.new().kem_public
        session().flush()
        assert people.fingerprint(world.people["yan"], "en") != before
        with pytest.raises(Untrusted):
            keys.admit(world.people["yan"], group_of(world, "room"), by=lin)


@pytest.mark.parametrize("name", ["sam", "pia", "gao", "eve", "root", "dora", "tan"])
def test_who_does_not_hold_the_room_admits_nobody_to_it(app: Flask, world: World, name: str) -> None:
    newcomer(world, "yan", K.COUNSELLOR)
    joined(app, slip_for(world, "yan", by="sam"))
    with world.acting(name) as actor:
        assert all(one.group.kind != "room" for one in keys.waiting_for(actor))
        with pytest.raises(NoKey):
            keys.admit(world.people["yan"], group_of(world, "room"), by=actor)


def test_lin_cannot_admit_a_friend_whose_post_asks_for_nothing(app: Flask, world: World) -> None:
    with world.acting("lin") as lin:
        for friend in ("cruz", "sam", "tan", "pia"):
            with pytest.raises(keys.NotWaiting):
                keys.admit(world.people[friend], group_of(world, "room"), by=lin)


def test_admitting_by_the_page_asks_for_a_group_that_is_there(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    for data in ({}, {"person": "x", "group": "y"}, {"person": world.people["bo"], "group": uuid4(), "epoch": 1}):
        assert lin.post("/keys/admit", data=data).status_code == 404


@pytest.mark.parametrize("name", ["cruz", "sol"])
def test_teachers_have_no_page_of_keys(app: Flask, name: str) -> None:
    browser = signed_in(app, name)
    assert browser.get("/keys").status_code == 404
    assert browser.post("/keys/admit", data={}).status_code == 404


def test_looking_who_waits_costs_the_same_for_a_large_staff(world: World) -> None:
    def statements() -> int:
        said: list[str] = []

        def listen(_connection, _cursor, statement, *_rest) -> None:
            said.append(statement)

        event.listen(world.database.engine, "before_cursor_execute", listen)
        with world.acting("sam") as sam:
            said.clear()
            keys.waiting_for(sam)
            count = len(said)
        event.remove(world.database.engine, "before_cursor_execute", listen)
        return count

    before = statements()
    for number in range(12):
        newcomer(world, f"new{number}")
    assert statements() == before


def test_the_first_counsellor_of_a_school_founds_its_room(app: Flask, world: World) -> None:
    """A school from nothing: the district invites its administrator, she the counsellor, he founds the room."""
    with world.acting("root") as root:
        made = directory.make_organisation(kind="school", name="新城小学", district_id=world.district, by=root)
        world.organisations["new"] = made_id = made.id
        directory.ensure_grade(school_id=made.id, label="四年级", position=0)
    newcomer(world, "yan", K.SCHOOL_ADMIN, "new")
    newcomer(world, "ming", K.COUNSELLOR, "new")
    newcomer(world, "pang", K.LEAD, "new")
    joined(app, slip_for(world, "yan", by="root"))
    with world.database.transaction(writes=False):
        assert vault.find_group(made_id, "staff") is not None
        school = get_organisation(made_id)
        assert school is not None and vault.grants_of(school.directory_id)
    _remember(world, "yan")
    joined(app, slip_for(world, "ming", by="yan"))
    joined(app, slip_for(world, "pang", by="yan"))
    with world.database.transaction(writes=False):
        founded = {group.kind for group in session().scalars(select(Group).where(Group.organisation_id == made_id))}
        assert founded == {"staff", "room", "grade", "leadership"}
        room = group_of(world, "room", "new")
        assert groups.members_of({room.id})[room.id] == {world.people["ming"]}


def _remember(world: World, name: str) -> None:
    """Let the tests act as somebody who joined by a page."""
    from tests.identity.newcomers import CHOSEN
    from tests.identity.test_invitations import _kek

    with world.database.transaction(writes=False):
        ring = people.unlock(world.people[name], kek=_kek(world, name, CHOSEN))
        world._seeds[name] = (ring.epoch, ring.pair.seed())


def test_a_new_grade_gets_its_keys_when_lin_comes_next(app: Flask, world: World) -> None:
    with world.database.transaction():
        grade = directory.ensure_grade(school_id=world.school, label="六年级", position=2)
        grade_id = grade.id
    lin = signed_in(app, "lin")
    with world.database.transaction(writes=False):
        team = vault.find_group(world.school, "grade", grade_id)
        assert team is not None and groups.is_member(team.id, world.people["lin"])
    assert "六年级" in lin.get("/keys").get_data(as_text=True)


def test_a_grade_made_while_lin_is_there_is_made_by_a_button(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    with world.database.transaction():
        directory.ensure_grade(school_id=world.school, label="六年级", position=2)
    assert "Not made yet" in lin.get("/keys").get_data(as_text=True)
    lin.post("/keys/found")
    assert "Not made yet" not in lin.get("/keys").get_data(as_text=True)


# When a post ends.


def test_when_a_post_ends_its_keys_are_gone_at_once(app: Flask, world: World) -> None:
    bo = signed_in(app, "bo")
    sam = signed_in(app, "sam")
    path = f"/people/{world.people['bo']}/posts/{post_of(world, 'bo')}/end"
    assert "Bo" in sam.get(path).get_data(as_text=True)
    assert sam.post(path, data={"last_day": ""}).status_code == 303
    assert kinds_of(world, "bo") == set()
    assert not may_work(bo), "without any post the sessions end too"
    assert world.events("key:left")[-1].subject_id == world.people["bo"]


def test_a_post_given_today_by_mistake_ends_at_once_too(app: Flask, world: World) -> None:
    with world.acting("sam") as sam:
        post = directory.give_post(
            person_id=world.people["cruz"], kind=K.COUNSELLOR, organisation_id=world.school, by=sam
        )
        post_id = post.id
    with world.acting("lin") as lin:
        for one in keys.waiting_for(lin):
            keys.admit(one.person_id, one.group, by=lin)
    assert "room" in kinds_of(world, "cruz")
    signed_in(app, "sam").post(f"/people/{world.people['cruz']}/posts/{post_id}/end", data={"last_day": ""})
    assert kinds_of(world, "cruz") == {"staff"}


def test_the_last_administrator_of_a_school_stays(app: Flask, world: World) -> None:
    path = f"/people/{world.people['sam']}/posts/{post_of(world, 'sam')}/end"
    assert signed_in(app, "root").post(path, data={"last_day": ""}).status_code == 422
    assert "staff" in kinds_of(world, "sam")


def test_a_post_that_ends_next_week_keeps_its_keys_until_then(app: Flask, world: World) -> None:
    sam = signed_in(app, "sam")
    last = clock.now().date() + timedelta(days=7)
    sam.post(f"/people/{world.people['bo']}/posts/{post_of(world, 'bo')}/end", data={"last_day": last.isoformat()})
    assert "room" in kinds_of(world, "bo")
    with clock.at(clock.now() + timedelta(days=9)), world.database.transaction():
        assert keys.leave_ended_posts() > 0
    assert kinds_of(world, "bo") == set()


def test_the_job_takes_keys_of_posts_that_ended_overnight_and_leaves_the_others(world: World) -> None:
    end_yesterday(world, "bo")
    before = kinds_of(world, "lin")
    with world.database.transaction():
        assert keys.leave_ended_posts() > 0
        assert keys.leave_ended_posts() == 0
    assert kinds_of(world, "bo") == set()
    assert kinds_of(world, "lin") == before


def test_who_holds_two_posts_keeps_what_the_other_one_asks_for(world: World) -> None:
    with world.acting("sam") as sam:
        directory.give_post(
            person_id=world.people["bo"], kind=K.SUBJECT_TEACHER, organisation_id=world.school,
            starts_on=date(2020, 9, 1), by=sam,
        )
        counselling = session().get_one(Post, _counselling(world))
        counselling.ends_on = clock.now().date() - timedelta(days=2)
        counselling.make_mark()
        assert keys.settle_person(world.people["bo"], world.school, sam) > 0
    assert kinds_of(world, "bo") == {"staff"}


def _counselling(world: World):
    return session().scalars(
        select(Post.id).where(Post.person_id == world.people["bo"], Post.kind == K.COUNSELLOR)
    ).one()


def test_keys_of_single_records_go_but_what_nobody_else_opens_is_kept(world: World) -> None:
    from app.core.ids import new_id

    shared, alone = new_id(), new_id()
    with world.acting("bo") as bo:
        lin = vault.user(world.people["lin"])
        vault.create_object(
            shared, organisation_id=world.school, to=[vault.user(bo.person_id), lin], by=bo.ring, basis="test:shared"
        )
        vault.create_object(
            alone, organisation_id=world.school, to=[vault.user(bo.person_id)], by=bo.ring, basis="test:alone"
        )
    end_yesterday(world, "bo")
    with world.database.transaction():
        keys.leave_ended_posts()
        held = session().scalars(select(Grant.object_id).where(Grant.holder_id == world.people["bo"])).all()
        assert shared not in held and alone in held


@pytest.mark.parametrize("name", ["lin", "pia", "cruz", "eve", "uma"])
def test_others_end_no_post_at_this_school(app: Flask, world: World, name: str) -> None:
    browser = signed_in(app, name)
    path = f"/people/{world.people['bo']}/posts/{post_of(world, 'bo')}/end"
    assert browser.get(path).status_code == 404
    assert browser.post(path, data={"last_day": "2026-01-01"}).status_code == 404
    assert "room" in kinds_of(world, "bo")


def test_a_post_is_not_ended_under_another_persons_name(app: Flask, world: World) -> None:
    path = f"/people/{world.people['lin']}/posts/{post_of(world, 'bo')}/end"
    assert signed_in(app, "sam").get(path).status_code == 404


# Administrators whose key was made before they had the post.


def test_a_teacher_who_became_administrator_may_invite_once_the_district_compared_words(
    app: Flask, world: World
) -> None:
    with world.acting("root") as root:
        directory.give_post(
            person_id=world.people["sol"], kind=K.SCHOOL_ADMIN, organisation_id=world.school,
            starts_on=date(2020, 9, 1), by=root,
        )
    newcomer(world, "yan")
    sol = signed_in(app, "sol")
    answer = sol.post("/people/invitations", data={"people": str(world.people["yan"])})
    assert answer.status_code == 409 and "may not invite yet" in answer.get_data(as_text=True)
    root_browser = signed_in(app, "root")
    assert "New administrators" in root_browser.get("/keys").get_data(as_text=True)
    assert root_browser.post("/keys/vouch", data={"person": world.people["sol"], "epoch": 1}).status_code == 303
    assert sol.post("/people/invitations", data={"people": str(world.people["yan"])}).status_code == 200
    joined(app, slip_for(world, "yan", by="sol"))


@pytest.mark.parametrize(("by", "whom"), [("sam", "sol"), ("root", "sol"), ("lin", "bo"), ("root", "cruz")])
def test_nobody_else_is_let_invite(app: Flask, world: World, by: str, whom: str) -> None:
    browser = signed_in(app, by)
    browser.post("/keys/vouch", data={"person": world.people[whom], "epoch": 1})
    assert "no longer waits" in browser.get("/keys").text and not world.events("key:vouched")
    with world.database.transaction(writes=False):
        assert not people.vouches(world.people[whom])
