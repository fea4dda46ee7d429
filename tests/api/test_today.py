"""What waits for whom, as the first page says it: for programs with the addresses under which they read on."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.programs import CALM, GRAVE, PACKET, Program
from tests.files import steps
from tests.world import STAFF, World

pytestmark = pytest.mark.alike
ProgramOf = Callable[[str], Program]


def tasks(program: Program, about: str = "concern") -> list[dict[str, Any]]:
    return [task for task in program.get("/today")["tasks"] if task["about"] == about]


def test_a_new_concern_waits_for_gao_with_the_deed_that_takes_it_on(world: World, program_of: ProgramOf) -> None:
    gao, concern = program_of("gao"), program_of("cruz").raise_concern(world.students["ana"], **CALM)
    (task,) = tasks(gao)
    assert (task["rank"], task["level"], task["who"], task["deed"]) == ("waiting", "R2", "陈子涵", "acknowledge")
    assert task["address"] == f"/api/v1/concerns/{concern}" and task["due_at"]
    gao.post(f"{task['address']}/deeds/{task['deed']}", version=task["version"])
    (after,) = tasks(gao)
    assert after["deed"] is None and after["why"] != task["why"]


def test_a_grave_one_comes_first_for_the_room(world: World, program_of: ProgramOf) -> None:
    cruz, lin = program_of("cruz"), program_of("lin")
    steps.draft(world, "lin", steps.open_file(world, "lin", "ana"))
    cruz.raise_concern(world.students["rui"], **GRAVE)
    assert [task["rank"] for task in lin.get("/today")["tasks"]][:1] == ["urgent"]
    (unsigned,) = tasks(lin, "entry")
    assert unsigned["rank"] == "unsigned" and lin.get(unsigned["address"])["state"] == "draft"


def test_a_reporter_is_asked_and_told_no_level(world: World, program_of: ProgramOf) -> None:
    cruz = program_of("cruz")
    concern = cruz.raise_concern(world.students["ana"], **CALM)
    program_of("gao").does(concern, "ask", text="这周也这样吗？")
    (task,) = tasks(cruz)
    assert (task["rank"], task["level"], task["deed"]) == ("answer", None, None)


def test_the_centre_is_led_to_the_hand_over(world: World, program_of: ProgramOf) -> None:
    lin, concern = program_of("lin"), program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    sent = lin.post(f"/concerns/{concern}/hand-overs", version=lin.get(f"/concerns/{concern}")["version"], **PACKET)
    (task,) = tasks(program_of("dee"), "hand_over")
    assert task["address"] == f"/api/v1/hand-overs/{sent['id']}"
    assert program_of("dee").get(task["address"])["packet"]


def test_a_second_person_is_asked(world: World, program_of: ProgramOf) -> None:
    lin, concern = program_of("lin"), program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    lin.does(concern, "accept")
    lin.does(concern, "assess", level="R3", text="需要当天面谈")
    lin.does(concern, "close", text="稳定")
    (task,) = tasks(program_of("pia"))
    assert (task["rank"], task["address"]) == ("answer", f"/api/v1/concerns/{concern}")


def test_nobody_else_hears_of_a_concern(world: World, program_of: ProgramOf) -> None:
    program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    for name in {*STAFF, "root"} - {"lin", "bo", "gao", "pia"}:
        assert tasks(program_of(name)) == [], name
    (pia,) = program_of("pia").get("/today")["figures"]
    assert "陈子涵" not in str(pia)


def test_figures_are_shown_to_those_whose_page_has_them(program_of: ProgramOf) -> None:
    shown = {name: [one["covers"] for one in program_of(name).get("/today")["figures"]] for name in STAFF}
    assert {name: covers for name, covers in shown.items() if covers} == {
        "pia": ["own_schools"], "dee": ["district"], "dora": ["district"],
    }
    (root,) = program_of("root").get("/today")["figures"]
    assert set(root) == {"covers", "by_level", "open", "overdue", "hand_overs"} and root["covers"] == "district"


def test_periods_are_those_of_a_counsellors_day(program_of: ProgramOf) -> None:
    periods = program_of("lin").get("/today")["periods"]
    assert [period["now"] for period in periods].count(True) <= 1 and periods[0]["starts_at"] < periods[-1]["starts_at"]
    assert program_of("cruz").get("/today")["periods"] == []


def test_the_words_are_in_the_readers_language(world: World, program_of: ProgramOf) -> None:
    program_of("cruz").raise_concern(world.students["ana"], **CALM)
    gao = program_of("gao")
    assert tasks(gao)[0]["why"] == "新报告，来自班主任"
    gao.client.set_cookie("__Host-language", "en", domain="localhost", secure=True)
    assert tasks(gao)[0]["why"] == "New, from the class teacher"


def test_it_asks_for_a_session_and_looking_is_no_look_at_a_record(
    app: Any, world: World, program_of: ProgramOf
) -> None:
    assert Program(app.test_client()).refused("/today", method="GET") == (401, "NeedsSignIn")
    program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    program_of("lin").get("/today")
    assert not world.events("concern:viewed")
