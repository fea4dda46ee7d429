"""Lists a page at a time: everything once, and a cursor that was tampered with opens nothing that was not open."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.core import clock
from app.core.ids import new_id
from app.notifications import service
from tests.api.programs import GRAVE, Program
from tests.escalation.telling import TUESDAY_MORNING
from tests.world import World

ProgramOf = Callable[[str], Program]
LISTS = (
    "/concerns/mine", "/concerns/review", "/concerns/room", "/concerns/cards", "/concerns/centre",
    "/concerns/approvals", "/hand-overs", "/trail", "/access",
)
OPEN_TO = {
    "cruz": {"/concerns/mine"}, "sol": {"/concerns/mine"},
    "gao": {"/concerns/mine", "/concerns/review", "/concerns/approvals"},
    "lin": {"/concerns/mine", "/concerns/room"},
    "pia": {"/concerns/mine", "/concerns/cards", "/concerns/approvals"},
    "dee": {"/concerns/centre", "/hand-overs", "/concerns/approvals"},
    "dora": {"/concerns/centre", "/hand-overs", "/concerns/approvals"},
    "sam": set(), "root": set(), "eve": {"/trail", "/access"},
}


def test_each_post_has_its_own_lists(program_of: ProgramOf) -> None:
    for name, own in OPEN_TO.items():
        program = program_of(name)
        answers = {path: program.ask("GET", path).status_code for path in LISTS}
        assert answers == {path: 200 if path in own else 404 for path in LISTS}, name


def forged(*tagged: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(tagged).encode()).decode().rstrip("=")


TAMPERED = (
    "", "x", "字", "%00", "\0", "null", "9" * 5000, forged(),
    forged(["t", "9999-12-31T23:59:59+00:00"], ["u", "f" * 32]),
    forged(["t", datetime(2030, 1, 1, tzinfo=UTC).isoformat()], ["u", UUID(int=0).hex]),
    forged(["t", "0001-01-01T00:00:00+14:00"], ["u", "0" * 32]), forged(["t", 1], ["u", 5]), forged({"t": 1}, []),
    forged(["v", "'; DROP TABLE notice; --"], ["v", "x"]), forged(["t", "2030-01-01"], ["v", True]),
)


@pytest.fixture
def many(world: World) -> World:
    """More notices for Lin than stand on a page, and one for Bo."""
    with world.database.transaction():
        by = world.actor("gao")
        for minute in range(60):
            with clock.at(TUESDAY_MORNING + timedelta(minutes=minute)):
                service.queue(
                    "concern:raised", to=[world.people["lin"]], organisation=world.school,
                    subject=("concern", new_id()), by=by,
                )
        service.queue(
            "concern:asked", to=[world.people["bo"]], organisation=world.school, subject=("concern", new_id()), by=by
        )
    return world


def test_every_line_comes_once_whatever_the_number_of_pages(many: World, program_of: ProgramOf) -> None:
    lin = program_of("lin")
    first = lin.get("/notices")
    second = lin.get("/notices", after=first["next"])
    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 10, None)
    moments = [line["at"] for line in first["items"] + second["items"]]
    assert moments == sorted(set(moments), reverse=True)


def test_a_cursor_that_was_tampered_with_shows_lin_no_more_than_the_list_itself(
    many: World, program_of: ProgramOf
) -> None:
    lin = program_of("lin")
    whole = [line["id"] for line in lin.get("/notices")["items"]]
    for cursor in TAMPERED:
        assert [line["id"] for line in lin.get("/notices", after=cursor)["items"]] == whole, cursor


def test_the_cursor_of_one_is_no_way_into_the_list_of_another(many: World, program_of: ProgramOf) -> None:
    lin, bo = program_of("lin"), program_of("bo")
    cursor = lin.get("/notices")["next"]
    assert {line["kind"] for line in bo.get("/notices", after=cursor)["items"]} <= {"concern:asked"}
    for list_of in ("/concerns/room", "/files"):
        assert bo.get(list_of, after=cursor) == bo.get(list_of)


def test_a_question_that_is_not_known_is_refused(program_of: ProgramOf) -> None:
    lin = program_of("lin")
    for path, query in (
        ("/concerns/room", {"part": "all"}), ("/concerns/room", {"school_id": str(uuid4())}),
        ("/concerns/mine", {"part": "closed"}), ("/notices", {"person_id": "x"}),
    ):
        answer = lin.ask("GET", path, query_string=query)
        assert (answer.status_code, set(answer.json["errors"]["query"])) == (422, set(query))


def test_lin_takes_note_of_her_notices_and_nobody_does_for_her(many: World, program_of: ProgramOf) -> None:
    lin, bo = program_of("lin"), program_of("bo")
    line = lin.get("/notices")["items"][0]
    assert set(line) == {"id", "at", "kind", "words", "subject_kind", "subject_id", "seen_at"}
    assert (line["words"], line["seen_at"]) == ("有一份新的关注单。", None)
    for there in (line["id"], uuid4()):
        assert bo.refused(f"/notices/{there}/seen") == (404, None)
    lin.post(f"/notices/{line['id']}/seen")
    assert [one["seen_at"] is not None for one in lin.get("/notices")["items"]].count(True) == 1
    lin.post("/notices/seen")
    assert all(one["seen_at"] for one in lin.get("/notices")["items"])
    assert bo.get("/notices")["items"][0]["seen_at"] is None


def test_opening_a_concern_takes_note_of_what_was_said_about_it(world: World, program_of: ProgramOf) -> None:
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    lin = program_of("lin")
    (notice,) = lin.get("/notices")["items"]
    assert (notice["subject_id"], notice["seen_at"]) == (concern, None)
    lin.get(f"/concerns/{concern}")
    assert lin.get("/notices")["items"][0]["seen_at"] is not None
