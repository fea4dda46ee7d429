"""Servers that receive, and a clock that stands at four in the afternoon of a school day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core import clock
from tests.notifications.receiving import AFTERNOON, Chats, Postbox, chat_server, mail_server
from tests.world import World


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[None]:
    with clock.at(AFTERNOON):
        yield


@pytest.fixture
def postbox(world: World) -> Iterator[Postbox]:
    with mail_server(world.database) as box:
        yield box


@pytest.fixture
def chats(world: World, tmp_path: Path) -> Iterator[Chats]:
    with chat_server(world.database, tmp_path) as receiving:
        yield receiving
