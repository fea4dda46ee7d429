"""Turning pages by key: everything once, nothing twice, also while the list grows."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core import paging
from app.core.database import session
from app.core.once import OnceDone

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BY = (OnceDone.at, OnceDone.key)


def add(number: int, *, at: datetime) -> None:
    session().add(OnceDone(key=uuid.UUID(int=number), location=str(number), at=at))


@pytest.fixture
def many(database):
    """Twenty-three rows, several of them of the same moment."""
    with database.transaction():
        for number in range(23):
            add(number, at=START + timedelta(minutes=number // 4))
    return database


def turn(database, **how) -> list[list[str]]:
    pages, cursor = [], None
    for _ in range(30):
        with database.transaction(writes=False):
            found = paging.page(select(OnceDone), by=BY, cursor=cursor, **how)
            pages.append([row.location for row in found.items])
        if found.next is None:
            return pages
        cursor = found.next
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("size", [1, 4, 5, 22, 23, 24])
def test_every_line_comes_once_and_in_order(many, size, newest_first):
    pages = turn(many, size=size, newest_first=newest_first)
    expected = [str(number) for number in range(23)]
    assert [line for page in pages for line in page] == (expected[::-1] if newest_first else expected)
    assert max(map(len, pages)) <= size
    assert all(pages)


def test_a_line_that_arrives_meanwhile_moves_nothing(many):
    with many.transaction(writes=False):
        first = paging.page(select(OnceDone), by=BY, size=5)
        seen = [row.location for row in first.items]
    with many.transaction():
        add(99, at=START + timedelta(days=1))
    with many.transaction(writes=False):
        second = paging.page(select(OnceDone), by=BY, cursor=first.next, size=5)
        assert seen[-1] == "18"
        assert [row.location for row in second.items] == ["17", "16", "15", "14", "13"]


def test_an_empty_list_is_one_empty_page(database):
    assert turn(database) == [[]]


def forged(*tagged: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(tagged).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "AAAA",
        "字",
        forged(),
        forged(["t", "yesterday"], ["u", "1"]),
        forged(["v", 1]),
        forged(["t", START.isoformat()]),
        forged(["x", 1], ["u", "271b92b252bb436e843993ec09a85f19"]),
        forged(["v", [1]], ["v", {}]),
        forged(1, 2),
        forged(["t", 5], ["u", None]),
        forged(["t", START.isoformat()], ["u", 5]),
        forged(["t", "0001-01-01T00:00:00+14:00"], ["u", "271b92b252bb436e843993ec09a85f19"]),
        forged(["t", START.isoformat()], ["v", "x"]),
        forged(["v", 1], ["v", 2]),
        forged(["v", 10**30], ["v", "\0"]),
        forged(["t", START.isoformat()], ["u", 5]),
        forged(["t", "0001-01-01T00:00:00+23:59"], ["u", "271b92b252bb436e843993ec09a85f19"]),
        forged(["v", "'; DROP TABLE once_done; --"], ["v", "x"]),
        "null",
        forged("") + "A" * 5000,
        base64.urlsafe_b64encode(b"7").decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
def test_a_cursor_that_was_tampered_with_starts_again(many, cursor):
    with many.transaction(writes=False):
        found = paging.page(select(OnceDone), by=BY, cursor=cursor, size=5)
        assert [row.location for row in found.items] == ["22", "21", "20", "19", "18"]


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\0"])
def test_a_cursor_with_a_text_that_no_database_takes_starts_again(many, text):
    with many.transaction(writes=False):
        by = (OnceDone.location, OnceDone.at)
        cursor = forged(["v", text], ["t", START.isoformat()])
        found = paging.page(select(OnceDone), by=by, cursor=cursor, size=2)
        assert [row.location for row in found.items] == ["9", "8"]
