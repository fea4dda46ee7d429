"""Pages of letters ask the same of the database however many letters there are, and however long one has grown."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.letterbox.service import answering, returning
from tests.letterbox.conftest import GRAVE, TEXT, Post, Posted, come_back, letter_of
from tests.queries import counted
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


def cost(app: Flask, client: FlaskClient, path: str) -> int:
    client.get(path)
    with counted(app.extensions["database"]) as statements:
        assert client.get(path).status_code == 200
    return len(statements)


def talk(world: World, posted: Posted, times: int) -> None:
    """Let counsellor and child write to each other."""
    for _ in range(times):
        with world.acting("lin") as lin:
            letter = letter_of(posted)
            answering.answer(letter, words=TEXT, revision=letter.revision, by=lin)
        with world.database.transaction():
            returning.go_on(come_back(world, posted), TEXT)


@pytest.mark.unlike
@pytest.mark.parametrize("path", ["/letters", "/letters?part=overdue", "/"])
def test_a_list_of_many_letters_costs_what_a_list_of_two_does(
    world: World, app: Flask, post: Post, browser_of: BrowserOf, path: str
) -> None:
    lin = browser_of("lin")
    for _ in range(2):
        post(GRAVE)
    few = cost(app, lin, path)
    for _ in range(6):
        post(GRAVE)
    assert cost(app, lin, path) == few
    assert few < 45


@pytest.mark.unlike
def test_a_long_letter_costs_what_a_short_one_does(
    world: World, app: Flask, post: Post, browser_of: BrowserOf
) -> None:
    posted, lin = post(GRAVE), browser_of("lin")
    talk(world, posted, 1)
    short = cost(app, lin, f"/letters/{posted.id}")
    talk(world, posted, 4)
    assert cost(app, lin, f"/letters/{posted.id}") == short
    assert short < 60
