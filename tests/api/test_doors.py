"""How a program gets in and stays in order: session, form token, keys for repeats, problems instead of pages."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.database import session
from app.escalation.models import Concern
from tests.api.programs import CALM, GRAVE, Program
from tests.files import steps
from tests.world import World, password_of

ProgramOf = Callable[[str], Program]


@pytest.fixture
def lin(app: Flask) -> Program:
    """A program of Lin's that signs in as a browser does, with the tokens of forms switched on."""
    program = Program(app.test_client())
    page = program.client.get("/sign-in", base_url="https://localhost").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    form = {"login": "T-lin", "password": password_of("lin"), "csrf_token": token}
    headers = {"Referer": "https://localhost/sign-in"}
    assert program.client.post("/sign-in", data=form, headers=headers, base_url="https://localhost").status_code == 303
    return program


def concerns(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().query(Concern).count()


def test_an_unsafe_method_needs_the_token_of_the_session(world: World, lin: Program) -> None:
    path = f"/students/{world.students['ana']}/concerns"
    for headers in ({}, {"X-CSRFToken": "x"}):
        answer = lin.ask("POST", path, json=CALM, headers=headers)
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
        assert answer.json["code"] == "CSRFError"
    assert concerns(world) == 0
    token = lin.get("/session")["csrf_token"]
    assert lin.ask("POST", path, json=CALM, headers={"X-CSRFToken": token}).status_code == 201
    assert concerns(world) == 1


def test_a_session_that_was_ended_opens_nothing_more(lin: Program) -> None:
    token = lin.get("/session")["csrf_token"]
    assert lin.ask("POST", "/session/end", headers={"X-CSRFToken": token}).status_code == 204
    assert lin.refused("/concerns/room", method="GET") == (401, "NeedsSignIn")


def test_a_concern_that_is_sent_twice_is_raised_once(world: World, program_of: ProgramOf) -> None:
    cruz, key = program_of("cruz"), {"Idempotency-Key": str(uuid4())}
    path = f"/students/{world.students['ana']}/concerns"
    first, again = (cruz.ask("POST", path, json=CALM, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 303)
    assert first.location == again.location == f"/api/v1/concerns/{first.json['id']}"
    assert again.data == b""
    assert cruz.get(again.location)["state"] == "received"
    assert concerns(world) == 1 and len(world.events("concern:raised")) == 1


def test_the_same_key_about_somebody_else_loses_no_concern(world: World, program_of: ProgramOf) -> None:
    cruz, moss, key = program_of("cruz"), program_of("moss"), {"Idempotency-Key": str(uuid4())}
    different = ((cruz, "ana", CALM), (cruz, "ana", GRAVE), (cruz, "rui", CALM), (moss, "zoe", CALM))
    for program, student, answers in different:
        path = f"/students/{world.students[student]}/concerns"
        assert program.ask("POST", path, json=answers, headers=key).status_code == 201
    assert concerns(world) == 4


def test_a_deed_that_is_sent_twice_is_done_once_and_leads_to_the_concern(world: World, program_of: ProgramOf) -> None:
    gao, key = program_of("gao"), {"Idempotency-Key": str(uuid4())}
    concern = program_of("cruz").raise_concern(world.students["ana"])
    path = f"/concerns/{concern}/deeds/acknowledge"
    first, again = (gao.ask("POST", path, json={"version": 1}, headers=key) for _ in range(2))
    assert (first.status_code, first.headers["Content-Location"]) == (200, f"/api/v1/concerns/{concern}")
    assert (again.status_code, again.location) == (303, f"/api/v1/concerns/{concern}")
    assert len(world.events("concern:acknowledged")) == 1
    answer = gao.ask("POST", path, json={"version": 1}, headers={"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json["code"]) == (409, "Stale")


def test_a_key_that_is_none_is_refused_before_anything_is_done(world: World, program_of: ProgramOf) -> None:
    path = f"/students/{world.students['ana']}/concerns"
    answer = program_of("cruz").ask("POST", path, json=CALM, headers={"Idempotency-Key": "raise"})
    assert (answer.status_code, answer.json["code"]) == (422, "BadKey")
    assert concerns(world) == 0


def test_what_is_no_json_is_refused_as_such(world: World, program_of: ProgramOf) -> None:
    cruz, path = program_of("cruz"), f"/students/{world.students['ana']}/concerns"
    for body in (
        b"{", b"[" * 100_000, b'{"seen":"\xff"}', b'{"seen":"\\ud800"}', b"9" * 5000, b'{"seen":' + b"9" * 5000 + b"}",
    ):
        answer = cruz.ask("POST", path, data=body, content_type="application/json")
        assert (answer.status_code, answer.json["errors"]) == (400, {"json": ["请求正文不是有效的 JSON。"]}), body[:9]
        assert answer.content_type == "application/problem+json"
    answer = cruz.ask("POST", path, data=b'{"seen":"\\ud800"}', content_type="text/plain")
    assert answer.status_code == 422, "what is not called JSON is not read as such"


def test_a_program_is_never_answered_with_a_page(program_of: ProgramOf) -> None:
    lin = program_of("lin")
    for method, path, status in (
        ("GET", "/nowhere", 404), ("DELETE", "/concerns/mine", 405), ("GET", "/concerns/not-an-id", 404),
    ):
        assert lin.refused(path, method=method)[0] == status


def test_missing_and_refused_are_told_apart_by_nothing(world: World, program_of: ProgramOf) -> None:
    concern = program_of("cruz").raise_concern(world.students["ana"])
    dee = program_of("dee")
    answers = [dee.ask("GET", f"/concerns/{one}") for one in (concern, uuid4())]
    bodies = [{**answer.json, "instance": None} for answer in answers]
    assert bodies[0] == bodies[1] and "code" not in bodies[0]


def test_a_record_is_not_reached_through_a_neighbour(world: World, program_of: ProgramOf) -> None:
    """Lin reads both files; each entry and document is found in its own alone."""
    anas, ruis = steps.open_file(world, "lin", "ana"), steps.open_file(world, "lin", "rui")
    entry = steps.signed(world, "lin", ruis)
    lin = program_of("lin")
    assert lin.get(f"/files/{ruis}/entries/{entry}")["state"] == "signed"
    for method, path, body in (
        ("GET", "", None), ("PUT", "", {"version": 1}), ("DELETE", "", {}), ("POST", "/signature", {"version": 1}),
        ("GET", "/addenda", None), ("POST", "/addenda", {"text": "x"}),
    ):
        sent = {"json": body} if body is not None else {}
        answer = lin.ask(method, f"/files/{anas}/entries/{entry}{path}", **sent)
        assert answer.status_code == 404, (method, path)
    assert lin.refused(f"/files/{anas}/documents/{uuid4()}", method="GET") == (404, None)


def test_problems_speak_the_readers_language_and_repeat_nothing(world: World, program_of: ProgramOf) -> None:
    cruz, path = program_of("cruz"), f"/students/{world.students['ana']}/concerns"
    sent = {**CALM, "since": "我不想说", "families": ["我不想说"], "excluded": ["我不想说"], "extra": "我不想说"}
    answer = cruz.ask("POST", path, json=sent)
    assert answer.json["detail"] == "表单里有地方需要再看一下。"
    assert set(answer.json["errors"]["json"]) == {"since", "families", "excluded", "extra"}
    assert "我不想说" not in json.dumps(answer.json, ensure_ascii=False)



def test_what_a_browser_may_do_with_an_answer_is_told_as_for_pages(program_of: ProgramOf) -> None:
    headers = program_of("lin").ask("GET", "/concerns/room").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers


def test_a_session_of_another_kind_is_no_way_in(app: Flask, world: World) -> None:
    client: FlaskClient = app.test_client()
    for headers in (
        {"Authorization": "Bearer x"}, {"Authorization": "Basic bGluOng="}, {"X-User": str(world.people["lin"])},
        {"Cookie": "__Host-xinxia=x"},
    ):
        assert client.get("/api/v1/concerns/room", headers=headers, base_url="https://localhost").status_code == 401
