"""Whatever is sent: never a failure, never a word of it repeated, and what is refused changes nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.database import Base, Database, session
from app.notifications.models import Notice
from tests.api.programs import CALM, GRAVE, PACKET, Program
from tests.api.wild import CANARY, Maker, Request
from tests.attack_samples import directory, roster, slip
from tests.escalation.telling import Story
from tests.files import steps
from tests.world import World

ProgramOf = Callable[[str], Program]
# Failed proofs of identity are counted, and a session that has ended ends the story.
APART = {"session_api.prove", "session_api.end", "account_api.change_password", "account_api.end_all"}
# What is asked with a body and changes nothing.
QUESTIONS = {
    "directory_api.search", "directory_api.search_people", "concerns_api.readers", "oversight_api.verify",
    "oversight_api.checkpoints",
}
# What administrators have to do with.
KEPT = ("account_api", "directory_api", "invitations_api", "keys_api")
TRAIL = {"trail_event", "trail_leaf", "trail_tree", "trail_checkpoint"}
WRITTEN = "上课常走神"
_calm = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def ids(world: World, program_of: ProgramOf) -> dict[str, list[str]]:
    """Records in many states, Lin's own and those that are none of hers, by the name they have in a path."""
    cruz, lin, students = program_of("cruz"), program_of("lin"), world.students
    calm = cruz.raise_concern(students["ana"], **CALM)
    grave = cruz.raise_concern(students["rui"], **GRAVE)
    lin.does(grave, "accept")
    lin.does(grave, "assess", level="R3", text="需要当天面谈")
    lin.does(grave, "close", text="稳定")
    handed = cruz.raise_concern(students["rui"], **GRAVE)
    version = lin.get(f"/concerns/{handed}")["version"]
    sent = lin.post(f"/concerns/{handed}/hand-overs", version=version, **PACKET)
    foreign = str(Story(world).raised("quill", CALM, about="kai").id)
    anas, zoes = steps.open_file(world, "lin", "ana"), steps.open_file(world, "bo", "zoe")
    kais = steps.open_file(world, "tan", "kai")
    entries = [steps.draft(world, "lin", anas), steps.signed(world, "lin", anas), steps.signed(world, "bo", zoes)]
    waiting = [lin.get(f"/concerns/{grave}")["proposal"]["id"]]
    with world.database.transaction(writes=False):
        notices = [str(notice.id) for notice in session().scalars(select(Notice))]
    return {
        "concern_id": [calm, grave, handed, foreign], "hand_over_id": [sent["id"]], "opinion_id": waiting,
        "file_id": [str(one) for one in (anas, zoes, kais)], "entry_id": [str(one) for one in entries],
        "student_id": [str(one) for one in students.values()], "notice_id": notices,
        "class_id": [str(one) for one in world.classes.values()], **_kept_by_administrators(world, program_of),
    }


def _kept_by_administrators(world: World, program_of: ProgramOf) -> dict[str, list[str]]:
    """Return what Sam and Uma keep: their schools, people, posts, slips and lists, and what Sam's program has seen."""
    mine = {**directory(world, "ana", "school", "lin"), **slip(world, "sam", "cruz"), **roster(world, "sam")}
    others = {**directory(world, "kai", "other_school", "tan"), **slip(world, "uma", "tan"), **roster(world, "uma")}
    names = ("school_id", "organisation_id", "person_id", "post_id", "invitation_id", "upload_id", "import_id")
    sam = program_of("sam")
    return {
        **{name: [str(mine[name]), str(others[name])] for name in names},
        "seen": [sam.get(f"/rosters/uploads/{mine['upload_id']}/plan")["seen"]],
        "version": [sam.get(f"/schools/{world.school}/calendar")["version"]],
        "number": ["T-900"],
        "target": [f"students:{world.school}", f"staff:{world.school}", f"staff:{world.district}"],
    }


@pytest.fixture
def maker(app: Flask, ids: dict[str, list[str]]) -> Maker:
    """Requests to every operation of the API as it is described."""
    described = app.test_client().get("/api/v1/openapi.json", base_url="https://localhost").json
    return Maker(described, ids)


def kept(world: World) -> dict[str, Any]:
    """Return everything that is kept but the trail: rows and documents."""
    return {**dict(_rows(world.database)), "documents": sorted(_documents(world.database.info["attachments"]))}


def _rows(database: Database) -> Iterator[tuple[str, list[Any]]]:
    with database.transaction(writes=False):
        for table in Base.metadata.sorted_tables:
            if table.name not in TRAIL:
                yield table.name, sorted(map(repr, session().execute(select(table))))


def _documents(folder: Path) -> Iterator[str]:
    return (str(path) for path in folder.rglob("*") if path.is_file())


def send(client: FlaskClient, request: Request) -> TestResponse:
    return client.open(
        request.path, method=request.method, query_string=request.query, headers=request.headers,
        base_url="https://localhost", **request.sent,
    )


def check_refusal(answer: TestResponse) -> None:
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    said = answer.get_data(as_text=True)
    assert CANARY not in said and WRITTEN not in said


@pytest.mark.parametrize(("name", "to"), [("lin", ()), ("eve", ()), ("sam", KEPT), ("root", KEPT)])
def test_whatever_is_sent_is_answered_and_what_is_refused_changes_nothing(
    world: World, program_of: ProgramOf, maker: Maker, name: str, to: tuple[str, ...]
) -> None:
    client = program_of(name).client

    @_calm
    @given(maker.requests(without=APART, to=to))
    def sent(request: Request) -> None:
        before, events = kept(world), len(world.events())
        answer = send(client, request)
        assert answer.status_code < 500, request
        if answer.status_code >= 400:
            check_refusal(answer)
            assert kept(world) == before, request
            assert {event.action for event in world.events()[events:]} <= {"access:refused"}, request
        elif request.method != "GET" and answer.status_code != 204:
            found = answer.headers.get("Location") or answer.headers.get("Content-Location")
            assert found or request.operation in QUESTIONS, "a repeat must be led somewhere"

    sent()


def test_nobody_gets_in_anywhere_and_leaves_nothing(world: World, app: Flask, maker: Maker) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    before, events = kept(world), len(world.events())

    @_calm
    @given(maker.requests())
    def sent(request: Request) -> None:
        answer = send(client, request)
        assert answer.status_code in (401, 422), request
        check_refusal(answer)

    sent()
    assert kept(world) == before
    assert len(world.events()) == events


@_calm
@given(st.text(max_size=900))
def test_any_text_is_a_cursor_that_starts_a_list_or_none(text: str) -> None:
    from app.core.paging import _decode
    from app.escalation.models import Concern

    assert _decode(text, (Concern.due_at, Concern.id)) is None
