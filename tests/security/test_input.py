"""What people type stays words: never markup, a statement or a column (ASVS 5.0.0, chapters V1, V2, V5 and V15)."""

import ast
import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import RAISE
from werkzeug.test import TestResponse

from app.core.forms import Shape
from app.escalation import hand_overs
from app.escalation import service as concerns
from app.files import service
from tests.attacking import everything
from tests.escalation.telling import EVERYDAY, PACKET, SELF_HARM, Story
from tests.files import samples, steps
from tests.world import World

pytestmark = pytest.mark.alike
APP = Path(__file__).resolve().parents[2] / "app"
BrowserOf = Callable[[str], FlaskClient]
LIVE = (
    "<script>alert('x1y2')</script>", '"><img src=x onerror="x1y2()">', "'onmouseover='x1y2()", "{{ 7*'7' }}x1y2",
    "{% include 'base.html' %}x1y2", "${7*7}x1y2", "<!--x1y2-->", "</textarea><b>x1y2</b>", "%(name)s x1y2",
    "{0.__class__}x1y2",
)
WORDS = "\n".join(LIVE)


def assert_inert(answer: TestResponse) -> None:
    """Demand that everything live that was written stands on a page, as words and nothing else."""
    page, where = answer.get_data(as_text=True), answer.request.path
    assert page.count("x1y2") >= len(LIVE), where
    for live in LIVE:
        assert live not in page or not re.search(r"[<>\"']", live), (where, live)
    assert "7777777" not in page and "49x1y2" not in page, where
    assert not re.search(r"<(script|img|b)\b[^>]*>[^<]*x1y2|onerror=\"x1y2|<!--x1y2", page), where


def test_v1_2_1_what_is_written_in_a_file_is_shown_as_it_was_written(world: World, browser_of: BrowserOf) -> None:
    lin, file_id = browser_of("lin"), steps.open_file(world, "lin", "ana")
    entry = steps.signed(world, "lin", file_id, WORDS)
    steps.add(world, "lin", entry, WORDS)
    steps.give_reason(world, "bo", file_id, WORDS)
    lin.post(f"/files/{file_id}/overview", data={"version": "1", "family": WORDS})
    lin.post(f"/files/{file_id}/note", data={"text": WORDS})
    for live in LIVE:
        with world.acting("lin") as by:
            name = f"{live.replace('/', '')}.pdf"
            service.add_attachment(steps.file(file_id), source=io.BytesIO(samples.PDF), name=name, by=by)
    draft = steps.draft(world, "lin", file_id, {"concern": WORDS, "place": WORDS, "next_appointment": WORDS})
    assert_inert(lin.post(f"/files/{file_id}/entries/{draft}", data={"version": "x", "concern": WORDS}))
    for part in ("", "/overview", "/note", "/documents", "/print", f"/entries/{entry}", f"/entries/{draft}"):
        assert_inert(lin.get(f"/files/{file_id}{part}"))


def test_v1_2_1_what_a_teacher_writes_is_shown_to_the_next_tier_as_it_was_written(
    world: World, browser_of: BrowserOf
) -> None:
    story = Story(world).raised("cruz", {**EVERYDAY, "seen": WORDS, "with_whom": WORDS, "when_where": WORDS})
    for name in ("cruz", "gao"):
        assert_inert(browser_of(name).get(f"/concerns/{story.id}"))
    grave = Story(world).raised("cruz", {**SELF_HARM, "seen": WORDS})
    grave.does("lin", concerns.accept)
    grave.does("lin", concerns.assess, level="R3", reason=WORDS)
    offered = grave.does("lin", hand_overs.offer, basis="SELF_HARM", packet={**PACKET, "summary": WORDS})
    assert_inert(browser_of("lin").get(f"/concerns/{grave.id}"))
    assert_inert(browser_of("dee").get(f"/hand-overs/{offered}"))


def test_v1_2_4_no_statement_is_put_together_from_words() -> None:
    """text() takes a constant, or names of columns and tables that the program itself holds."""
    put_together = []
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("text", "exec_driver_sql", "execute", "scalar", "scalars") and isinstance(
                node.args[0], ast.JoinedStr | ast.BinOp | ast.Mod
            ):
                put_together.append(f"{path.relative_to(APP)}:{node.lineno}")
            if name == "format" and re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", ast.unparse(node.func)):
                put_together.append(f"{path.relative_to(APP)}:{node.lineno}")
    # The database's own settings, from a list that stands beside: a PRAGMA takes no parameters.
    assert [one.split(":")[0] for one in put_together] == ["core/database.py"]


@pytest.mark.parametrize("typed", ["' OR 1=1 --", "\"; DROP TABLE student; --", "%", "_", "\\", "\0", "陈' OR '1'='1"])
def test_v1_2_4_a_search_is_no_statement(browser_of: BrowserOf, typed: str) -> None:
    cruz = browser_of("cruz")
    assert "陈子涵" in cruz.post("/students/search", data={"q": "陈子涵"}).get_data(as_text=True)
    answer = cruz.post("/students/search", data={"q": typed})
    assert answer.status_code in (200, 422)
    assert "陈子涵" not in answer.get_data(as_text=True)


def shapes(of: type[Shape] = Shape) -> list[type[Shape]]:
    """Return every shape of the product."""
    return [one for sub in of.__subclasses__() for one in (sub, *shapes(sub))]


def test_v2_2_1_every_shape_refuses_what_it_does_not_know(app: Flask) -> None:
    known = [one for one in shapes() if one.__module__.startswith("app.")]
    assert len(known) > 60
    # A search whose address carries the cursor of its list too.
    assert {one.__name__ for one in known if one().unknown != RAISE} == {"TrailSearch"}


DECIDED = ("author_id", "state", "school_id", "file_id", "signature", "number", "restricted", "role", "tier", "level")
FORMS = {
    "entries/{entry}/draft": {"version": "1", "concern": "x"},
    "entries/{entry}": {"version": "2", "concern": "x"},
    "overview": {"version": "1", "family": "x"},
    "note": {"text": "x"},
    "entries": {"kind": "first", "started_at": "2026-11-02T12:10"},
}


@pytest.mark.parametrize("door", FORMS)
def test_v15_3_3_no_form_sets_what_the_product_decides(world: World, browser_of: BrowserOf, door: str) -> None:
    lin, file_id = browser_of("lin"), steps.open_file(world, "lin", "ana")
    draft = steps.draft(world, "lin", file_id)
    if FORMS[door].get("version") == "2":
        assert lin.post(f"/files/{file_id}/entries/{draft}/draft", data={"version": "1"}).status_code == 200
    path = f"/files/{file_id}/{door.format(entry=draft)}"
    before = everything(world.database)
    for field in DECIDED:
        assert lin.post(path, data={**FORMS[door], field: "1"}).status_code == 422, field
    assert everything(world.database) == before
    assert lin.post(path, data=FORMS[door]).status_code in (200, 303), "the form itself is sound"


@pytest.mark.parametrize("field", DECIDED)
def test_v15_3_3_no_concern_is_raised_with_what_the_product_decides(
    world: World, browser_of: BrowserOf, field: str
) -> None:
    cruz, path = browser_of("cruz"), f"/concerns/new/{world.students['ana']}"
    assert cruz.post(path, data={**EVERYDAY, field: "R0"}).status_code == 422
    assert cruz.post(path, data=EVERYDAY).status_code == 303, "the form itself is sound"
    assert len(world.events("concern:raised")) == 1


def test_v2_3_1_an_entry_is_signed_before_it_is_added_to(world: World, browser_of: BrowserOf) -> None:
    lin, file_id = browser_of("lin"), steps.open_file(world, "lin", "ana")
    draft = steps.draft(world, "lin", file_id)
    assert lin.post(f"/files/{file_id}/entries/{draft}/addenda", data={"text": "too early"}).status_code == 404


def test_v5_4_2_the_name_of_a_download_is_no_header(world: World, browser_of: BrowserOf) -> None:
    lin, file_id = browser_of("lin"), steps.open_file(world, "lin", "ana")
    with world.acting("lin") as by:
        kept: UUID = service.add_attachment(
            steps.file(file_id), source=io.BytesIO(samples.PDF), name="a\r\nX-Evil: 1\r\n\r\n<b>.pdf", by=by
        ).id
    answer = lin.get(f"/files/{file_id}/documents/{kept}", buffered=True)
    assert "X-Evil" not in answer.headers
    assert "\n" not in answer.headers["Content-Disposition"]
