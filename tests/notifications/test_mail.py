"""Mails go through a real SMTP server: one a person, without content; a gateway that is down loses nothing."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from app import vault
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.directory.models import Person
from app.notifications import service
from app.notifications.mail import Gateway, send_waiting
from app.notifications.models import Notice
from tests.world import World

START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@dataclass
class Postbox:
    """What arrived, and whether the server takes anything at present."""

    arrived: list[tuple[list[str], bytes]] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 not now"
        self.arrived.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


@pytest.fixture
def postbox(world: World) -> Iterator[Postbox]:
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    world.database.info["gateway"] = Gateway(f"smtp://127.0.0.1:{port}", "xinxia@school.example")
    yield box
    controller.stop()


def give_address(world: World, name: str, address: str | None) -> None:
    with world.database.transaction():
        vault.write_server(session().get_one(Person, world.people[name]), "mail_sealed", address)


def tell(world: World, *names: str) -> None:
    with world.acting("cruz") as cruz:
        service.queue(
            "concern:raised", to=[world.people[name] for name in names], organisation=world.school,
            subject=("concern", new_id()), by=cruz,
        )


def states(world: World) -> list[str]:
    with world.database.transaction(writes=False):
        return list(session().scalars(select(Notice.mail_state).order_by(Notice.id)))


def test_lin_gets_one_mail_for_three_notices_and_it_says_nothing(world: World, postbox: Postbox) -> None:
    give_address(world, "lin", "lin@school.example")
    for _ in range(3):
        tell(world, "lin", "gao")
    assert send_waiting(world.database) == 1
    [(recipients, content)] = postbox.arrived
    assert recipients == ["lin@school.example"]
    text = message_from_bytes(content, policy=policy.default).get_content()
    assert "sign in" in text
    assert not [word for word in ("concern", "关注单", "Cruz", "青禾") if word in text]
    assert send_waiting(world.database) == 0


def test_a_gateway_that_is_down_loses_nothing(world: World, postbox: Postbox) -> None:
    give_address(world, "lin", "lin@school.example")
    with clock.at(START):
        tell(world, "lin")
        postbox.refuses = True
        assert send_waiting(world.database) == 0
        assert states(world) == ["waiting"]
        postbox.refuses = False
        assert send_waiting(world.database) == 0, "not before its next turn"
    with clock.at(START + timedelta(minutes=2)):
        assert send_waiting(world.database) == 1
    assert states(world) == ["sent"]


def test_after_a_day_of_refusals_the_mail_is_given_up_and_the_notice_stays(world: World) -> None:
    give_address(world, "lin", "lin@school.example")
    world.database.info["gateway"] = Gateway("smtp://127.0.0.1:1", "xinxia@school.example")
    with clock.at(START):
        tell(world, "lin")
    for hours in range(0, 48, 2):
        with clock.at(START + timedelta(hours=hours)):
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
