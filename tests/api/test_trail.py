"""Eve's window for programs: the trail by ids and codes, its proofs, and the table; closed to everybody else."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from app.core import clock
from tests.api.programs import GRAVE, Program
from tests.audit.conftest import behind_the_triggers
from tests.world import World

ProgramOf = Callable[[str], Program]
DOORS = (("GET", "/trail"), ("POST", "/trail/verification"), ("POST", "/trail/checkpoints"), ("GET", "/access"))


def test_the_trail_is_open_to_nobody_but_eve(program_of: ProgramOf) -> None:
    for name in ("lin", "pia", "sam", "dee", "root", "cruz"):
        program = program_of(name)
        for method, path in DOORS:
            assert program.refused(path, method=method) == (404, None), (name, path)


def test_eve_finds_who_did_what_and_nothing_that_was_written(world: World, program_of: ProgramOf) -> None:
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    eve = program_of("eve")
    (raised,) = eve.get("/trail", action="concern:raised")["items"]
    assert (raised["person_id"], raised["subject_id"], raised["via"]) == (str(world.people["cruz"]), concern, "api")
    assert raised["by"] == "Cruz"
    found = json.dumps(eve.get("/trail"), ensure_ascii=False)
    assert "走神" not in found and "陈子涵" not in found
    assert len(world.events("trail:read")) == 2, "looking into the trail is on it"


def test_a_search_narrows_by_place_person_and_day(world: World, program_of: ProgramOf) -> None:
    program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    eve = program_of("eve")
    assert eve.get("/trail", organisation=str(world.school), person=str(world.people["cruz"]))["items"]
    for none in (
        {"organisation": str(uuid4())}, {"organisation": str(world.organisations["other_school"])},
        {"person": str(world.people["quill"])}, {"until": "2020-01-01"}, {"since": "2027-01-01"},
    ):
        assert eve.get("/trail", action="concern:raised", **none)["items"] == [], none


def test_a_search_that_makes_no_sense_is_refused(program_of: ProgramOf) -> None:
    eve = program_of("eve")
    for name, value in (
        ("action", "\0"), ("action", "x' OR 1=1"), ("organisation", "x"), ("since", "yesterday"), ("size", "9"),
    ):
        answer = eve.ask("GET", "/trail", query_string={name: value})
        assert (answer.status_code, set(answer.json["errors"]["query"])) == (422, {name})


def test_pages_of_the_trail_hold_every_event_once(world: World, program_of: ProgramOf) -> None:
    eve, seen, cursor = program_of("eve"), [], None
    last = eve.get("/trail")["items"][0]["id"]
    while True:
        page = eve.get("/trail", **({"after": cursor} if cursor else {}))
        seen += [event["id"] for event in page["items"]]
        if (cursor := page["next"]) is None:
            break
    older = [event for event in seen if event <= last]
    assert older == sorted(set(older), reverse=True)
    assert len(older) == len([event for event in world.events() if event.id <= last])


def test_eve_verifies_and_a_changed_event_is_named(world: World, program_of: ProgramOf) -> None:
    eve = program_of("eve")
    found = eve.post("/trail/verification")
    assert (found["whole"], found.get("broken")) == (True, None)
    assert found["events"] > 0 and found["trees"] + found["unsealed"] > 0
    assert len(world.events("trail:verified")) == 1
    first = world.events()[0].id
    with behind_the_triggers(world.database) as connection:
        connection.execute(text("UPDATE trail_event SET action = 'file:viewed' WHERE id = :first"), {"first": first})
    changed = eve.post("/trail/verification")
    assert changed["whole"] is False and changed["broken"] and changed["place"].endswith(f"event {first}")


def test_checkpoints_ask_for_a_fresh_proof(program_of: ProgramOf, world: World) -> None:
    eve = program_of("eve")
    answer = eve.ask("POST", "/trail/checkpoints")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert eve.refused("/trail/checkpoints") == (403, "NeedsFreshProof")


def test_the_table_names_every_permission(app, program_of: ProgramOf) -> None:
    table = program_of("eve").get("/access")
    assert table["columns"][:2] == ["permission", "anonymous"]
    assert {row[0] for row in table["rows"]} == {permission.name for permission in app.extensions["permissions"]}
