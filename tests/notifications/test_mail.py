"""Mails go through a real SMTP server: one a person, without content; a gateway that is down loses nothing."""

from datetime import timedelta
from email import message_from_bytes, policy

from app.core import clock
from app.notifications import service
from app.notifications.mail import Gateway
from app.notifications.outbox import send_waiting
from tests.notifications.receiving import AFTERNOON, Postbox, give_address, states, tell
from tests.world import World


def test_lin_gets_one_mail_for_three_notices_and_it_says_nothing(world: World, postbox: Postbox) -> None:
    give_address(world, "lin", "lin@school.example")
    for _ in range(3):
        tell(world, "lin", "gao")
    assert send_waiting(world.database) == 1
    [(recipients, content)] = postbox.arrived
    assert recipients == ["lin@school.example"]
    text = message_from_bytes(content, policy=policy.default).get_content()
    assert "sign in" in text
    assert "https://xinxia.school.example" in text
    assert not [word for word in ("concern", "关注单", "Cruz", "青禾") if word in text]
    assert send_waiting(world.database) == 0


def test_a_gateway_that_is_down_loses_nothing(world: World, postbox: Postbox) -> None:
    give_address(world, "lin", "lin@school.example")
    with clock.at(AFTERNOON):
        tell(world, "lin")
        postbox.refuses = True
        assert send_waiting(world.database) == 0
        assert states(world) == ["waiting"]
        postbox.refuses = False
        assert send_waiting(world.database) == 0, "not before its next turn"
    with clock.at(AFTERNOON + timedelta(minutes=2)):
        assert send_waiting(world.database) == 1
    assert states(world) == ["sent"]


def test_after_a_day_of_refusals_the_mail_is_given_up_and_the_notice_stays(world: World) -> None:
    give_address(world, "lin", "lin@school.example")
    world.database.info["carriers"] = {"mail": Gateway("smtp://127.0.0.1:1", "xinxia@school.example", "x", "x")}
    with clock.at(AFTERNOON):
        tell(world, "lin")
    for hours in range(0, 72, 2):
        with clock.at(AFTERNOON + timedelta(hours=hours)):
            send_waiting(world.database)
    assert states(world) == ["given_up"]


def test_what_was_read_meanwhile_is_not_mailed(world: World, postbox: Postbox) -> None:
    give_address(world, "lin", "lin@school.example")
    tell(world, "lin")
    with world.acting("lin") as lin:
        service.see_everything(by=lin)
    assert send_waiting(world.database) == 0
    assert postbox.arrived == []


def test_v1_3_11_an_address_cannot_add_a_header_and_holds_nobody_else_up(world: World, postbox: Postbox) -> None:
    give_address(world, "lin", "lin@school.example\r\nBcc: mallory@elsewhere.example")
    give_address(world, "gao", "gao@school.example")
    tell(world, "lin", "gao")
    assert send_waiting(world.database) == 1
    assert [recipients for recipients, _ in postbox.arrived] == [["gao@school.example"]]
    assert sorted(states(world)) == ["sent", "waiting"]
