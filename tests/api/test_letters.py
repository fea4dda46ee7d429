"""Letters for programs: the room's desk, and what a program is never given."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.database import session
from app.entrance.models import Letterbox
from app.entrance.queries import letterbox_of
from app.letterbox.service import boxes, posting, returning
from app.vault.return_codes import new_return_code
from tests.api.programs import Program
from tests.world import World

ProgramOf = Callable[[str], Program]
EVERYDAY, GRAVE, ANSWER = "食堂的汤太咸了", "我今晚就想死，药已经准备好了", "请今天中午来，我等你。"
RAISED = {"level": "R3", "families": ["self_harm"], "safe_now": "unsure", "words": "今天要当面谈。"}


@pytest.fixture(autouse=True)
def letterbox(world: World) -> None:
    """A letterbox at the school."""
    with world.acting("lin") as lin:
        boxes.set_up(world.school, by=lin)


def post(world: World, text: str, **answers: Any) -> tuple[str, str]:
    code = new_return_code()
    with world.database.transaction():
        box = letterbox_of(world.school)
        assert isinstance(box, Letterbox)
        return str(posting.post(box, {"box": "room", "text": text, **answers}, code=code).id), code


def test_lin_opens_and_answers_bo_reads_second_and_a_concern_is_raised(world: World, program_of: ProgramOf) -> None:
    letter, code = post(world, GRAVE, mode="named", name="陈子涵")
    lin, bo = program_of("lin"), program_of("bo")
    (line,) = lin.get("/letters")["items"]
    assert (line["id"], line["suggested_level"], line["state"]) == (letter, "R4", "waiting")
    assert not {"text", "name", "messages"} & line.keys()
    assert lin.post(f"/letters/{letter}/opening") is None
    found = lin.get(f"/letters/{letter}")
    assert (found["name"], found["messages"][0]["text"]) == ("陈子涵", GRAVE)
    assert lin.post(f"/letters/{letter}/answers", version=found["version"], text=ANSWER) is None
    (reading,) = bo.get("/letters/second-readings")
    assert bo.post(f"/letters/{letter}/answers/{reading['message_id']}/reading") is None
    assert bo.get("/letters/second-readings") == []
    raised = lin.post(f"/letters/{letter}/concern", student_id=str(world.students["ana"]), **RAISED)
    assert lin.get(f"/concerns/{raised['id']}")["level"] == "R3"
    assert [one["kind"] for one in bo.get(f"/letters/{letter}")["messages"]] == ["letter", "answer", "note"]
    version = lin.get(f"/letters/{letter}")["version"]
    assert lin.post(f"/letters/{letter}/level", version=version, level="R3") is None
    assert lin.post(f"/letters/{letter}/closing", version=version + 1) is None
    assert [one["id"] for one in lin.get("/letters", part="done")["items"]] == [letter]
    with world.database.transaction(writes=False):
        opened = returning.come_back(returning.writer_of(code), school_id=world.school)
        assert [one.words for one in returning.thread(opened)] == [GRAVE, ANSWER]
        session().expunge_all()


def test_pia_gives_a_letter_to_the_room_and_opens_it_no_more(world: World, program_of: ProgramOf) -> None:
    letter, _code = post(world, EVERYDAY, box="leadership")
    pia = program_of("pia")
    assert pia.post("/letters/box-openings", box="leadership")["found"] == 1
    assert pia.post(f"/letters/{letter}/rerouting", version=pia.get(f"/letters/{letter}")["version"]) is None
    assert pia.ask("GET", f"/letters/{letter}").status_code == 404
    assert program_of("lin").get(f"/letters/{letter}")["box"] == "room"


@pytest.mark.parametrize("name", ["cruz", "gao", "pia", "sam", "tan", "dee", "eve", "root"])
def test_others_find_no_letter(world: World, program_of: ProgramOf, name: str) -> None:
    letter, _code = post(world, EVERYDAY)
    other = program_of(name)
    assert other.ask("GET", f"/letters/{letter}").status_code == 404
    assert other.ask("POST", f"/letters/{letter}/answers", json={"version": 1, "text": ANSWER}).status_code == 404
    listed = other.ask("GET", "/letters")
    assert listed.status_code == 404 or listed.json["items"] == []


@pytest.mark.alike
def test_a_letter_changed_meanwhile_and_fields_of_others_are_refused(world: World, program_of: ProgramOf) -> None:
    letter, _code = post(world, EVERYDAY)
    lin = program_of("lin")
    assert lin.ask("POST", f"/letters/{letter}/answers", json={"version": 99, "text": ANSWER}).status_code == 409
    for wrong in ({"version": 1}, {"version": 1, "text": ANSWER, "author_id": "x"}, {"version": 1, "text": " "}):
        assert lin.ask("POST", f"/letters/{letter}/answers", json=wrong).status_code == 422
    assert lin.ask("POST", "/letters/box-openings", json={"box": "leadership"}).status_code == 404
    student = str(world.students["kai"])
    refused = lin.ask("POST", f"/letters/{letter}/concern", json={**RAISED, "student_id": student})
    assert refused.status_code == 404
