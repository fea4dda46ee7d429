"""Everybody says for themselves how they want to be told; where that leads is kept sealed and never shown whole."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app import vault
from app.core.database import session
from app.directory.models import Person
from app.notifications.models import Notice, NoticeChoice
from app.notifications.outbox import send_waiting
from app.notifications.queries import get_choice
from app.vault import Damaged
from tests.api.programs import Program
from tests.notifications.receiving import TOKEN, Chats, Postbox, chat_server, give_address, mail_server, states, tell
from tests.notifications.test_robots import DING, SECRET, WECOM
from tests.world import World, sign_in

BrowserOf = Callable[[str], FlaskClient]
PAGE, TEST = "/notices/choice", "/notices/test"
CALM = {"way": "none", "pace": "at_once", "quiet_from": "21:00", "quiet_until": "07:00"}


def kept(world: World, name: str) -> dict[str, Any]:
    with world.database.transaction(writes=False):
        found = get_choice(world.people[name])
        return {"way": found.way_code, "pace": found.pace, "robot": found.robot} if found else {}


def saved(browser: FlaskClient, **changes: str) -> None:
    answer = browser.post(PAGE, data=CALM | changes)
    assert answer.status_code == 303, answer.text


def refused(browser: FlaskClient, **changes: str) -> str:
    answer = browser.post(PAGE, data=CALM | changes)
    assert answer.status_code == 422
    return answer.text


def test_it_is_found_from_the_account_and_from_the_notices(browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    for page in ("/account", "/notices"):
        assert PAGE in lin.get(page).text
    page = lin.get(PAGE).text
    assert "通知方式" in page
    assert 'value="21:00"' in page


def test_lin_chooses_dingtalk_and_tries_it(
    app: Flask, world: World, browser_of: BrowserOf, tmp_path: Any
) -> None:
    database = app.extensions["database"]
    with chat_server(database, tmp_path) as chats:
        lin = browser_of("lin")
        saved(lin, way="dingtalk", robot=DING, secret=SECRET, pace="mornings", quiet_from="", quiet_until="")
        assert lin.post(TEST).status_code == 303
        assert "正在发送" in lin.get(PAGE).text
        chats.answer = (200, b'{"errcode": 310000}')
        assert send_waiting(database) == 0
        assert "未能送达" in lin.get(PAGE).text
        chats.answer = (200, b'{"errcode": 0}')
        saved(lin, way="dingtalk")
        assert "未能送达" not in lin.get(PAGE).text, "what failed was another choice"
        lin.post(TEST)
        assert send_waiting(database) == 1
        page = lin.get(PAGE).text
    assert "已送出" in page
    assert len(chats.arrived) == 2
    assert "测试通知" in lin.get("/notices").text


def test_where_it_leads_is_never_shown_whole_and_stays_when_left_empty(
    world: World, browser_of: BrowserOf
) -> None:
    lin = browser_of("lin")
    saved(lin, way="dingtalk", robot=DING, secret=SECRET)
    saved(lin, way="dingtalk", pace="hourly")
    robot = kept(world, "lin")["robot"]
    assert (robot.token, robot.secret) == (TOKEN, SECRET)
    page = lin.get(PAGE).text
    assert TOKEN[-4:] in page
    for shown in (page, refused(lin, way="dingtalk", robot=DING + "?", secret=SECRET), lin.get("/account").text):
        assert TOKEN not in shown
        assert SECRET not in shown


def test_what_was_chosen_before_is_forgotten_with_its_robot(world: World, browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    saved(lin, way="dingtalk", robot=DING)
    saved(lin, way="none")
    assert kept(world, "lin")["robot"] is None
    assert "机器人的地址" in refused(lin, way="dingtalk"), "it is asked for again"


@pytest.mark.parametrize(("changes", "field"), [
    ({"way": "mail"}, "way"),
    ({"way": "pigeon"}, "way"),
    ({"way": "dingtalk"}, "robot"),
    ({"way": "dingtalk", "robot": "https://127.0.0.1/robot/send?access_token=" + TOKEN}, "robot"),
    ({"way": "dingtalk", "robot": WECOM}, "robot"),
    ({"way": "dingtalk", "secret": SECRET}, "robot"),
    ({"way": "wecom", "robot": WECOM, "secret": SECRET}, "secret"),
    ({"pace": "never"}, "pace"),
    ({"quiet_until": ""}, "quiet_until"),
    ({"quiet_from": "07:00"}, "quiet_until"),
    ({"quiet_from": "25:00"}, "quiet_from"),
    ({"person_id": "x"}, "person_id"),
])
def test_what_makes_no_sense_is_refused_beside_its_field(
    world: World, browser_of: BrowserOf, changes: dict[str, str], field: str
) -> None:
    assert f'href="#f-{field}"' in refused(browser_of("lin"), **changes)
    assert kept(world, "lin") == {}
    status, _code = Program(browser_of("lin")).refused(PAGE, method="PUT", **{**CALM, **changes})
    assert status == 422
    assert kept(world, "lin") == {}


def test_nobody_chooses_for_somebody_else_or_sees_what_they_chose(world: World, browser_of: BrowserOf) -> None:
    saved(browser_of("lin"), way="dingtalk", robot=DING)
    saved(browser_of("bo"), way="none", pace="hourly")
    assert kept(world, "lin")["way"] == "dingtalk"
    for name in ("bo", "sam", "root", "eve"):
        browser = browser_of(name)
        # The tokens of forms are random, and may end like anything.
        assert TOKEN[-4:] not in re.sub('"[^"]*"', "", browser.get(PAGE).text)
        assert Program(browser).get(PAGE)["robot_ending"] is None


def test_without_a_session_there_is_nothing(app: Flask) -> None:
    nobody = app.test_client()
    for path, method in ((PAGE, "GET"), (PAGE, "POST"), (TEST, "POST")):
        app.config["WTF_CSRF_ENABLED"] = False
        assert "/sign-in" in nobody.open(path, method=method, base_url="https://localhost").headers["Location"]
        assert Program(nobody).ask("PUT" if path == PAGE and method == "POST" else method, path).status_code == 401


def test_with_nothing_chosen_there_is_nothing_to_try(browser_of: BrowserOf, world: World) -> None:
    lin = browser_of("lin")
    assert TEST not in lin.get(PAGE).text
    assert lin.post(TEST).status_code == 409
    assert Program(lin).refused(TEST) == (409, "NothingToTest")
    with world.database.transaction(writes=False):
        assert session().query(Notice).count() == 0


def test_a_school_can_close_the_chats(app_with: Callable[..., Flask], world: World) -> None:
    closed = app_with(chat_notices=False)
    closed.config["WTF_CSRF_ENABLED"] = False
    lin = closed.test_client()
    lin.environ_base["wsgi.url_scheme"] = "https"
    sign_in(lin, "lin")
    assert "DingTalk" not in lin.get(PAGE).text
    assert 'href="#f-way"' in refused(lin, way="dingtalk", robot=DING)


def test_mail_is_offered_where_there_is_a_server_and_an_address(
    app: Flask, world: World, browser_of: BrowserOf
) -> None:
    with mail_server(app.extensions["database"]):
        lin, gao = browser_of("lin"), browser_of("gao")
        give_address(world, "lin", "lin@school.example")
        assert Program(lin).get(PAGE)["ways"][-1] == "none"
        assert "mail" in Program(lin).get(PAGE)["ways"]
        assert "mail" not in Program(gao).get(PAGE)["ways"]
        saved(lin, way="mail")
        refused(gao, way="mail")


def test_programs_choose_as_people_do(world: World, browser_of: BrowserOf, app: Flask, tmp_path: Any) -> None:
    lin = Program(browser_of("lin"))
    assert lin.get(PAGE) == {
        "way": "none", "pace": "at_once", "quiet_from": "21:00", "quiet_until": "07:00", "robot_ending": None,
        "ways": ["dingtalk", "wecom", "none"], "tested": None,
    }
    chosen = {"way": "wecom", "pace": "hourly", "quiet_from": None, "quiet_until": None, "robot": WECOM}
    answer = lin.ask("PUT", PAGE, json=chosen)
    assert answer.status_code == 200
    assert answer.headers["Content-Location"] == f"/api/v1{PAGE}"
    assert answer.json["robot_ending"] == WECOM[-4:]
    assert WECOM.partition("=")[2] not in answer.text
    with chat_server(app.extensions["database"], tmp_path):
        lin.post(TEST)
        assert lin.get(PAGE)["tested"] == "under_way"
        send_waiting(app.extensions["database"])
    assert lin.get(PAGE)["tested"] == "sent"


def test_the_trail_keeps_that_somebody_chose_and_not_what(world: World, browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    saved(lin, way="dingtalk", robot=DING, secret=SECRET)
    lin.post(TEST)
    events = [event for action in ("notice:chosen", "notice:tested") for event in world.events(action)]
    assert [event.person_id for event in events] == [world.people["lin"]] * 2
    for event in events:
        assert not [word for word in (b"dingtalk", TOKEN.encode(), SECRET.encode()) if word in event.body]


def test_a_choice_moved_to_another_person_opens_nothing(world: World, browser_of: BrowserOf) -> None:
    for name in ("lin", "bo"):
        saved(browser_of(name), way="dingtalk", robot=DING)
    with world.database.transaction():
        of_lin, of_bo = (session().get_one(NoticeChoice, world.people[name]) for name in ("lin", "bo"))
        of_bo.robot_sealed = of_lin.robot_sealed
        with pytest.raises(Damaged):
            assert of_bo.robot


@pytest.mark.parametrize("change", [
    "way_code = 'fax'", "pace_code = 'never'", "robot_sealed = NULL", "quiet_from = NULL", "quiet_from = quiet_until",
    "quiet_from = 1440", "way_code = 'none'",
])
def test_the_database_keeps_a_choice_whole(world: World, browser_of: BrowserOf, change: str) -> None:
    saved(browser_of("lin"), way="dingtalk", robot=DING)
    with pytest.raises(IntegrityError), world.database.transaction():
        session().execute(text("UPDATE notice_choice SET " + change))


def test_a_mail_address_entered_later_is_used_without_anybody_choosing(world: World, postbox: Postbox) -> None:
    tell(world, "lin")
    with world.database.transaction():
        vault.write_server(session().get_one(Person, world.people["lin"]), "mail_sealed", "lin@school.example")
    tell(world, "lin")
    assert states(world) == ["none", "waiting"]
    assert send_waiting(world.database) == 1


def test_who_has_no_address_any_more_holds_nobody_up(world: World, postbox: Postbox, chats: Chats) -> None:
    for name in ("lin", "bo"):
        give_address(world, name, f"{name}@school.example")
    tell(world, "lin", "bo")
    give_address(world, "lin", None)
    assert send_waiting(world.database) == 1
    assert sorted(states(world)) == ["sent", "waiting"]
    with world.database.transaction(writes=False):
        assert set(session().scalars(select(Notice.mail_tries))) == {1}
