"""Messages to DingTalk and WeCom leave over https for the services' own hosts, and say nothing."""

import base64
import hashlib
import hmac
import json
import ssl
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core import clock
from app.core.errors import Invalid
from app.notifications.carriers import carriers_of
from app.notifications.choosing import choose
from app.notifications.outbox import send_waiting
from app.notifications.pacing import Pace
from app.notifications.robots import SERVICES, Messenger, NotARobot, NotASecret, Robot, robot_at
from tests.notifications.receiving import AFTERNOON, TOKEN, Chats, settings, states, tell
from tests.world import World

DING = f"{SERVICES['dingtalk'].begins}{TOKEN}"
WECOM = f"{SERVICES['wecom'].begins}693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
SECRET = "SEC0123456789abcdef"


def chooses(world: World, name: str, way: str, address: str = "", secret: str = "", pace: Pace | None = None) -> None:
    with world.acting(name) as by:
        choose(way=way, pace=pace or Pace(), address=address, secret=secret, by=by)


@pytest.mark.parametrize(("way", "address", "path", "asked"), [
    ("dingtalk", DING, "/robot/send", {"access_token": TOKEN}),
    ("wecom", WECOM, "/cgi-bin/webhook/send", {"key": WECOM.partition("=")[2]}),
])
def test_a_robot_gets_one_message_for_three_notices_and_it_says_nothing(
    world: World, chats: Chats, way: str, address: str, path: str, asked: dict[str, str]
) -> None:
    chooses(world, "lin", way, address)
    for _ in range(3):
        tell(world, "lin", "gao")
    assert send_waiting(world.database) == 1
    [(where, parameters, said)] = chats.arrived
    assert (where, parameters) == (path, asked)
    assert said["msgtype"] == "text"
    text = said["text"]["content"]
    assert "something waits for you" in text
    assert "https://xinxia.school.example" in text
    assert not [word for word in ("concern", "关注单", "Cruz", "Lin", "青禾", "R3") if word in text]
    assert send_waiting(world.database) == 0


def test_dingtalk_is_signed_for_as_it_asks(world: World, chats: Chats) -> None:
    chooses(world, "lin", "dingtalk", DING, SECRET)
    tell(world, "lin")
    send_waiting(world.database)
    [(_, asked, _)] = chats.arrived
    assert asked["timestamp"] == str(int(AFTERNOON.timestamp() * 1000))
    digest = hmac.new(SECRET.encode(), f"{asked['timestamp']}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert asked["sign"] == base64.b64encode(digest).decode()


@pytest.mark.parametrize("answer", [
    (200, b'{"errcode": 310000, "errmsg": "sign not match"}'),
    (200, b"<html>sign in to the school's network</html>"),
    (200, b'["errcode", 0]'),
    (200, b""),
    (302, b'{"errcode": 0}'),
    (500, b'{"errcode": 0}'),
])
def test_what_is_not_taken_is_tried_again(world: World, chats: Chats, answer: tuple[int, bytes]) -> None:
    chooses(world, "lin", "dingtalk", DING)
    tell(world, "lin")
    kept, chats.answer = chats.answer, answer
    assert send_waiting(world.database) == 0
    assert states(world) == ["waiting"]
    chats.answer = kept
    with clock.at(AFTERNOON + timedelta(minutes=2)):
        assert send_waiting(world.database) == 1
    assert states(world) == ["sent"]


def test_nobody_is_led_on_to_another_machine(world: World, chats: Chats) -> None:
    chooses(world, "lin", "dingtalk", DING)
    tell(world, "lin")
    chats.answer, chats.elsewhere = (307, b""), "/robot/send?access_token=elsewhere"
    assert send_waiting(world.database) == 0
    assert [asked["access_token"] for _, asked, _ in chats.arrived] == [TOKEN]


def test_a_machine_with_a_certificate_of_its_own_making_is_told_nothing(world: World, chats: Chats) -> None:
    chooses(world, "lin", "dingtalk", DING)
    tell(world, "lin")
    carriers = world.database.info["carriers"]
    distrusting = replace(carriers["dingtalk"], trust=ssl.create_default_context())
    world.database.info["carriers"] = {**carriers, "dingtalk": distrusting}
    assert send_waiting(world.database) == 0
    assert chats.arrived == []
    assert states(world) == ["waiting"]


@pytest.mark.parametrize("address", [
    "",
    "http://oapi.dingtalk.com/robot/send?access_token=" + TOKEN,
    "https://oapi.dingtalk.com.evil.example/robot/send?access_token=" + TOKEN,
    "https://oapi.dingtalk.com@127.0.0.1/robot/send?access_token=" + TOKEN,
    "https://127.0.0.1/robot/send?access_token=" + TOKEN,
    "https://oapi.dingtalk.com:8000/robot/send?access_token=" + TOKEN,
    "https://oapi.dingtalk.com/robot/send?access_token=../../" + TOKEN,
    "https://oapi.dingtalk.com/robot/send?access_token=" + TOKEN + "&other=1",
    "https://oapi.dingtalk.com/robot/send?access_token=" + TOKEN + "\r\nHost: 127.0.0.1",
    "https://oapi.dingtalk.com/robot/send?access_token=" + TOKEN + "#x",
    "https://oapi.dingtalk.com/robot/send?access_token=" + TOKEN.replace("0", "０"),
    "https://oapi.dingtalk.com/robot/send?access_token=short",
    "https://oapi.dingtalk.com/elsewhere?access_token=" + TOKEN,
    "file:///etc/passwd",
    WECOM,
])
def test_an_address_that_leads_elsewhere_is_no_robot(address: str) -> None:
    with pytest.raises(NotARobot):
        robot_at("dingtalk", address, "")


@pytest.mark.parametrize(("way", "address", "secret"), [
    ("wecom", WECOM, SECRET), ("dingtalk", DING, "hunter2"), ("dingtalk", DING, "SEC" + "é" * 20),
])
def test_a_secret_that_is_none_is_refused(way: str, address: str, secret: str) -> None:
    with pytest.raises(NotASecret):
        robot_at(way, address, secret)


def test_a_robot_is_in_no_text_that_somebody_could_log() -> None:
    robot = robot_at("dingtalk", f" {DING}\n", SECRET)
    assert robot == Robot(TOKEN, SECRET)
    assert TOKEN not in repr(robot)
    assert "0123" not in repr(robot)
    with pytest.raises(Invalid) as refused:
        robot_at("dingtalk", DING + "?", "")
    assert TOKEN not in str(refused.value) + json.dumps(refused.value.errors)


def test_the_settings_alone_close_the_chats_and_nothing_leads_them_elsewhere() -> None:
    assert carriers_of(settings()) == {}
    opened = carriers_of(settings(chat_notices=True))
    assert [(way, one.place) for way, one in opened.items() if isinstance(one, Messenger)] == [
        ("dingtalk", ""), ("wecom", "")
    ]
    assert {service.host for service in SERVICES.values()} == {"oapi.dingtalk.com", "qyapi.weixin.qq.com"}
