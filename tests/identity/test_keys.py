"""Who holds which key follows from posts, and nothing else."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app import vault
from app.identity import keys
from app.vault import NoKey, groups
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


def test_everybody_holds_the_keys_of_their_posts_and_no_other(world: World) -> None:
    with world.acting("root"):
        for name, place, kind, expected in (
            ("lin", "school", "room", True), ("bo", "school", "room", True), ("tan", "school", "room", False),
            ("gao", "school", "room", False), ("sam", "school", "room", False), ("sam", "school", "staff", True),
            ("cruz", "school", "staff", True), ("pia", "school", "leadership", True),
            ("lin", "school", "leadership", False),
            ("dee", "centre", "centre", True), ("dora", "centre", "centre", True), ("root", "centre", "centre", False),
            ("eve", "bureau", "board", True),
        ):
            group = vault.find_group(world.organisations[place], kind)
            assert group is not None
            assert groups.is_member(group.id, world.people[name]) is expected, (name, kind)


def test_a_grade_team_is_its_head_and_the_room(world: World) -> None:
    with world.acting("root"):
        team = vault.find_group(world.school, "grade", world.grades["school", "四年级"])
        assert team is not None
        members = groups.members_of({team.id})[team.id]
        assert members == {world.people[name] for name in ("gao", "lin", "bo")}


def test_nobody_waits_once_all_are_admitted(world: World) -> None:
    for name in ("lin", "sam", "dee", "pia"):
        with world.acting(name) as actor:
            assert keys.waiting_for(actor) == []


def test_an_administrator_cannot_admit_herself_to_the_room(world: World) -> None:
    with world.acting("sam") as sam:
        room = vault.find_group(world.school, "room")
        assert room is not None
        with pytest.raises(NoKey):
            keys.admit(sam.person_id, room, by=sam)


def test_lin_signs_in_and_finds_ana_by_initials(browser_of: BrowserOf) -> None:
    answer = browser_of("lin").post("/students/search", data={"q": "czh"})
    assert answer.status_code == 200
    assert "陈子涵" in answer.get_data(as_text=True)


def test_tan_of_the_other_school_does_not_find_ana(browser_of: BrowserOf) -> None:
    assert "陈子涵" not in browser_of("tan").post("/students/search", data={"q": "czh"}).get_data(as_text=True)
