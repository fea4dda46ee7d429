"""Pages of letters ask the same of the database however many letters there are, and however long one has grown."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.letterbox.service import answering, breaking, releasing, returning
from tests.letterbox.conftest import GRAVE, TEXT, Post, Posted, come_back, letter_of
from tests.letterbox.test_child_pages import Child, address, child, child_of
from tests.queries import counted
from tests.world import World

__all__ = ["address", "child", "child_of"]
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
@pytest.mark.parametrize(("path", "most"), [("/letters", 45), ("/letters?part=overdue", 45), ("/", 75)])
def test_a_list_of_many_letters_costs_what_a_list_of_two_does(
    world: World, app: Flask, post: Post, browser_of: BrowserOf, path: str, most: int
) -> None:
    """Today asks for the room's day, its waiting list and much else beside."""
    lin = browser_of("lin")
    for _ in range(2):
        post(GRAVE)
    few = cost(app, lin, path)
    for _ in range(6):
        post(GRAVE)
    assert cost(app, lin, path) == few
    assert few < most


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


@pytest.mark.unlike
def test_what_its_writer_sees_and_whom_to_tell_cost_the_same_for_a_long_letter(
    world: World, app: Flask, post: Post, child: Child, browser_of: BrowserOf
) -> None:
    posted, lin = post(GRAVE, mode="sealed", name="陈子涵"), browser_of("lin")
    release, thread = f"/letters/{posted.id}/release", f"/w/{child.address}/thread"
    talk(world, posted, 1)
    assert child.comes_back(posted.code).status_code == 303

    def costs() -> tuple[int, int]:
        return cost(app, lin, release), cost(app, child.phone, thread)

    def tell_and_open() -> None:
        with world.acting("lin") as by:
            letter = letter_of(posted)
            releasing.release(letter, to=world.people["gao"], basis="CONSENT", words=TEXT, by=by)
            breaking.open_name(letter, basis="SELF_HARM", reason=TEXT, by=by)

    tell_and_open()
    short = costs()
    talk(world, posted, 4)
    for _ in range(3):
        tell_and_open()
    assert costs() == short
    assert short[0] < 60 and short[1] < 40
