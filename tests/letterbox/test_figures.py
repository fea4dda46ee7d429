"""Figures say how the box is looked after and point at nobody."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core import clock
from app.core.database import session
from app.escalation.levels import FAMILIES
from app.letterbox.figures import figures_of, in_steps
from app.letterbox.models import LetterCount
from app.letterbox.service import answering, boxes
from tests.letterbox.conftest import GRAVE, TEXT, Post, letter_of
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


def came(post: Post, weeks_ago: int, *texts: str, **answers: Any) -> None:
    with clock.at(WEDNESDAY - timedelta(weeks=weeks_ago)):
        for text in texts:
            post(text, **answers)


def signed_off(world: World, name: str = "lin") -> None:
    with clock.at(WEDNESDAY), world.acting(name) as by:
        boxes.sign_off(world.school, "room", by=by)


def counted(world: World) -> dict[tuple[date, str], int]:
    with world.database.transaction(writes=False):
        return {(row.week, row.family_code): row.count for row in session().scalars(select(LetterCount))}


def test_what_a_lone_letter_is_about_stands_nowhere(world: World, post: Post) -> None:
    came(post, 0, *[GRAVE] * 6)
    came(post, 1, *[GRAVE] * 4)
    signed_off(world)
    assert counted(world) == {} and figures(world).families == [], "this week is not over, and the last had but four"


def test_five_letters_are_counted_together_and_every_family_is_named(world: World, post: Post) -> None:
    came(post, 3, GRAVE, GRAVE)
    came(post, 2, TEXT)
    came(post, 1, GRAVE, GRAVE)
    signed_off(world)
    monday = date(2026, 11, 16)
    assert counted(world) == {(monday, ""): 5, (monday, "self_harm"): 4}
    assert dict(figures(world).families) == dict.fromkeys(FAMILIES, "<5")
    before = figures(world).families
    signed_off(world, "bo")
    assert figures(world).families == before and len(counted(world)) == 2, "counted once, whoever opens the box next"


def test_one_letter_more_changes_no_figure(world: World, post: Post) -> None:
    came(post, 6, *[GRAVE] * 5)
    signed_off(world)
    assert dict(figures(world).families)["self_harm"] == "5+"
    for weeks_ago in (3, 2):
        came(post, weeks_ago, GRAVE)
        signed_off(world)
    came(post, 0, GRAVE, GRAVE, GRAVE)
    signed_off(world)
    assert [family for family, figure in figures(world).families if figure != "<5"] == ["self_harm"]
    assert sum(number for (_week, family), number in counted(world).items() if not family) == 5


def test_what_is_kept_from_who_opens_the_box_is_not_counted_by_them(world: World, post: Post) -> None:
    came(post, 1, *[GRAVE] * 4)
    came(post, 1, GRAVE, excluded=[world.people["lin"]])
    signed_off(world)
    assert counted(world) == {}
    signed_off(world, "bo")
    assert counted(world)[date(2026, 11, 16), ""] == 5


@given(st.integers(0, 200), st.integers(0, 200))
@pytest.mark.alike
def test_steps_tell_no_two_counts_apart_within_five(one: int, other: int) -> None:
    if one // 5 == other // 5:
        assert in_steps(one) == in_steps(other)
    assert in_steps(one) == "<5" or 0 <= one - int(in_steps(one)[:-1]) < 5


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
