"""Figures say how the box is looked after and point at nobody."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.core import clock
from app.letterbox.figures import figures_of
from app.letterbox.service import answering, boxes
from tests.letterbox.conftest import GRAVE, Post, letter_of
from tests.world import World

WEDNESDAY = datetime.fromisoformat("2026-11-25T10:00:00+08:00")


def answered_after(world: World, post: Post, hours: int) -> None:
    with clock.at(WEDNESDAY - timedelta(days=7)):
        posted = post()
    with clock.at(WEDNESDAY - timedelta(days=7) + timedelta(hours=hours)), world.acting("lin") as lin:
        letter = letter_of(posted)
        answering.answer(letter, words="好的", revision=letter.revision, by=lin)


def figures(world: World) -> Any:
    with clock.at(WEDNESDAY), world.database.transaction(writes=False):
        return figures_of(world.school, "room")


def test_few_letters_are_not_counted_out_loud(world: World, post: Post) -> None:
    for hours in (1, 2, 3, 4):
        answered_after(world, post, hours)
    found = figures(world)
    assert dict(found.weeks)[date(2026, 11, 16)] == "<5"
    assert (found.total, found.median_hours, found.slow_hours, found.in_time) == ("1+", None, None, None)


def test_from_five_on_they_say_how_soon_letters_are_answered(world: World, post: Post) -> None:
    for hours in (1, 2, 3, 40, 60):
        answered_after(world, post, hours)
    found = figures(world)
    assert (found.total, found.median_hours, found.slow_hours, found.in_time) == ("5", 3, 60, 60)


def test_what_letters_are_about_is_counted_and_hidden_while_few(world: World, post: Post) -> None:
    with clock.at(WEDNESDAY):
        for _ in range(4):
            post(GRAVE)
    assert figures(world).families == [("self_harm", "<5")]
    with clock.at(WEDNESDAY):
        post(GRAVE)
    assert figures(world).families == [("self_harm", "5")]


def test_days_in_a_row_and_days_left_out(world: World, letterbox: Any) -> None:
    for back in (1, 2, 5, 6, 7):
        with clock.at(WEDNESDAY - timedelta(days=back)), world.acting("lin") as lin:
            boxes.sign_off(world.school, "room", by=lin)
    found = figures(world)
    assert found.streak == 5, "Saturday and Sunday are no gap"
    before = found.gaps
    with clock.at(WEDNESDAY - timedelta(days=8)), world.acting("bo") as bo:
        boxes.sign_off(world.school, "room", by=bo)
    assert (figures(world).streak, figures(world).gaps) == (6, before - 1)


@pytest.mark.alike
def test_the_page_shows_each_their_own_box(world: World, letterbox: Any, browser_of: Any) -> None:
    assert "心语信箱" in browser_of("lin").get("/letters/figures").get_data(as_text=True)
    principal = browser_of("pia").get("/letters/figures").get_data(as_text=True)
    assert "校长信箱" in principal and "心语信箱" in principal, "leadership sees that the room opens its box"
    assert "校长信箱" not in browser_of("lin").get("/letters/figures").get_data(as_text=True)
    for name in ("cruz", "sam", "dee", "eve"):
        assert browser_of(name).get("/letters/figures").status_code == 404
