"""What people type stays words: never markup, never a program, never a column of its own (ASVS V1, V2, V15)."""

import ast
import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from marshmallow import RAISE

from app.core.forms import Shape
from app.files import service
from tests.files import samples, steps
from tests.world import World

APP = Path(__file__).resolve().parents[2] / "app"
BrowserOf = Callable[[str], FlaskClient]
LIVE = (
    "<script>alert('x1y2')</script>", '"><img src=x onerror="x1y2()">', "'onmouseover='x1y2()", "{{ 7*'7' }}x1y2",
    "{% include 'base.html' %}x1y2", "${7*7}x1y2", "<!--x1y2-->", "</textarea><b>x1y2</b>", "%(name)s x1y2",
    "{0.__class__}x1y2",
)


@pytest.mark.parametrize("live", LIVE)
def test_v1_2_1_what_was_written_is_shown_as_it_was_written(
    world: World, browser_of: BrowserOf, live: str
) -> None:
    lin, file_id = browser_of("lin"), steps.open_file(world, "lin", "ana")
    entry = steps.signed(world, "lin", file_id, live)
    steps.add(world, "lin", entry, live)
    steps.give_reason(world, "bo", file_id, live)
    lin.post(f"/files/{file_id}/overview", data={"version": "1", "family": live})
    lin.post(f"/files/{file_id}/note", data={"text": live})
    with world.acting("lin") as by:
        name = f"{live.replace('/', '')}.pdf"
        service.add_attachment(steps.file(file_id), source=io.BytesIO(samples.PDF), name=name, by=by)
    draft = steps.draft(world, "lin", file_id, {"concern": live, "place": live, "next_appointment": live})
    refused = lin.post(f"/files/{file_id}/entries/{draft}", data={"version": "x", "concern": live})
    shown = [refused] + [
        lin.get(f"/files/{file_id}{part}")
        for part in ("", "/overview", "/note", "/documents", "/print", f"/entries/{entry}", f"/entries/{draft}")
    ]
    for answer in shown:
        page = answer.get_data(as_text=True)
        assert "x1y2" in page, answer.request.path
        assert live not in page or not re.search(r"[<>\"']", live), answer.request.path
        assert "7777777" not in page and "49x1y2" not in page
        assert not re.search(r"<(script|img|b)[^>]*>[^<]*x1y2|onerror=\"x1y2|<!--x1y2", page), answer.request.path


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
    # Pragmas of our own, from a constant list, take no parameters.
    assert [one for one in put_together if not one.startswith("core/database.py")] == []


@pytest.mark.parametrize("typed", ["' OR 1=1 --", "\"; DROP TABLE student; --", "%", "_", "\\", "\0", "陈' OR '1'='1"])
def test_v1_2_4_a_search_is_no_statement(browser_of: BrowserOf, typed: str) -> None:
    answer = browser_of("cruz").post("/students/search", data={"q": typed})
    assert answer.status_code in (200, 422)
    assert "陈子涵" not in answer.get_data(as_text=True)


def shapes(of: type[Shape] = Shape) -> list[type[Shape]]:
    """Return every shape of the product."""
    return [one for sub in of.__subclasses__() for one in (sub, *shapes(sub))]


def test_v2_2_1_every_shape_refuses_what_it_does_not_know() -> None:
    known = [one for one in shapes() if one.__module__.startswith("app.")]
    # Searches whose addresses carry the cursor of their list too.
    lenient = {one.__name__ for one in known if one().unknown != RAISE}
    assert lenient <= {"TrailSearch", "PeopleSearch"}
    assert len(known) > 30


@pytest.mark.parametrize("field", ["author_id", "state", "school_id", "file_id", "signature", "number", "restricted"])
@pytest.mark.parametrize("door", ["entries/{entry}", "entries/{entry}/draft", "overview", "note", "reason"])
def test_v15_3_3_no_form_sets_what_the_product_decides(
    world: World, browser_of: BrowserOf, door: str, field: str
) -> None:
    lin, file_id = browser_of("lin"), steps.open_file(world, "lin", "ana")
    draft = steps.draft(world, "lin", file_id)
    form = {"version": "1", "text": "x", "reason": "long enough"}
    form = {name: value for name, value in form.items() if (name == "version") == (door not in ("note", "reason"))}
    form = {name: value for name, value in form.items() if name != ("reason" if door == "note" else "text")}
    answer = lin.post(f"/files/{file_id}/{door.format(entry=draft)}", data={**form, field: "1"})
    assert answer.status_code == 422
    with world.acting("lin"):
        entry = steps.entry(draft)
        assert (entry.state, entry.revision, entry.author_id) == ("draft", 1, world.people["lin"])


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
