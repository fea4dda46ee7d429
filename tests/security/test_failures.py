"""What goes wrong tells nobody anything, and lets nobody in (ASVS 5.0.0, chapters V4, V5, V8, V13 and V16)."""

import importlib
import io
import logging
import re
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.files import service
from app.vault import KeyRing
from config.logging import JsonLines
from tests.attacking import HTTPS, demote
from tests.databases import Installation
from tests.files import samples, steps
from tests.world import World

pytestmark = pytest.mark.alike
ROOT = Path(__file__).parents[2]
BrowserOf = Callable[[str], FlaskClient]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the process says, as it would be written."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield said
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("failure", [ValueError, KeyError, LookupError, AssertionError, MemoryError, RecursionError])
def test_v16_5_1_a_failure_says_its_number_and_nothing_else(
    app: Flask, browser_of: BrowserOf, logged: io.StringIO, failure: type[Exception]
) -> None:
    def fail(**_ids: object) -> None:
        raise failure("陈子涵 cannot sleep")

    app.view_functions["home.start"] = fail
    answer = browser_of("lin").get("/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in page
    for words in ("陈子涵", "cannot sleep", failure.__name__, "Traceback", "File "):
        assert words not in page
    assert "陈子涵" not in logged.getvalue()
    assert "cannot sleep" not in logged.getvalue()
    assert failure.__name__ in logged.getvalue()
    assert answer.headers["X-Request-Id"] in logged.getvalue()


def test_v16_5_3_a_check_that_fails_lets_nobody_in(
    world: World, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    steps.signed(world, "lin", file_id, "I cannot sleep")
    lin = browser_of("lin")

    def broken(*_: object, **__: object) -> set[object]:
        raise RuntimeError("the database does not answer")

    monkeypatch.setattr(KeyRing, "reaches", broken)
    answer = lin.get(f"/files/{file_id}")
    assert answer.status_code == 500
    assert "陈子涵" not in answer.get_data(as_text=True)


def test_v16_5_2_an_answer_that_could_not_be_kept_on_the_trail_is_not_given(
    world: World, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who cannot be put on record sees nothing, and what cannot be put on record is not done."""
    file_id = steps.open_file(world, "lin", "ana")
    lin = browser_of("lin")
    assert "陈子涵" in lin.get(f"/files/{file_id}/overview").get_data(as_text=True)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(importlib.import_module("app.access.guard"), "record", full)
    answer = lin.get(f"/files/{file_id}/overview")
    assert answer.status_code in (500, 503)
    assert "陈子涵" not in answer.get_data(as_text=True)


def test_v16_5_1_the_application_runs_without_a_debugger(app: Flask) -> None:
    assert app.debug is False
    assert app.config["PROPAGATE_EXCEPTIONS"] is False
    assert "/console" not in {rule.rule for rule in app.url_map.iter_rules()}


def test_v13_3_1_nobody_else_on_the_machine_reads_what_is_kept(
    world: World, world_installation: Installation
) -> None:
    home = world_installation.home
    file_id = steps.open_file(world, "lin", "ana")
    with world.acting("lin") as by:
        letter = service.add_attachment(steps.file(file_id), source=io.BytesIO(samples.PDF), name="letter.pdf", by=by)
        attachment_id = letter.id
    kept = [path for path in home.rglob("*") if path.is_file() and path.name != "root.pub"]
    database = ["xinxia.sqlite3"] if world.database.is_sqlite else []
    assert {"server.key", attachment_id.hex, *database} <= {path.name for path in kept}
    assert [path.relative_to(home) for path in kept if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND"])
def test_v4_1_4_methods_that_a_door_does_not_have_are_refused(
    world: World, browser_of: BrowserOf, method: str
) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    answer = browser_of("lin").open(f"/files/{file_id}", method=method)
    assert answer.status_code == (200 if method in ("GET", "HEAD", "OPTIONS") else 405)
    if method == "OPTIONS":
        assert answer.get_data() == b""


def test_v8_2_2_a_part_is_found_in_its_own_whole_only(world: World, browser_of: BrowserOf) -> None:
    """/files/<A>/entries/<one of B>: the swap of two ids that are both one's own."""
    anas, zoes = (steps.open_file(world, "lin", student) for student in ("ana", "zoe"))
    entry = steps.signed(world, "lin", zoes)
    lin = browser_of("lin")
    assert lin.get(f"/files/{zoes}/entries/{entry}").status_code == 200
    for base in ("/files", "/api/v1/files"):
        assert lin.get(f"{base}/{anas}/entries/{entry}").status_code == 404
        assert lin.get(f"{base}/{uuid4()}/entries/{entry}").status_code == 404


def test_v8_4_1_nothing_of_another_school_is_found_counted_or_listed(world: World, browser_of: BrowserOf) -> None:
    steps.open_file(world, "lin", "ana")
    lin, tan = browser_of("lin"), browser_of("tan")
    for typed in ("陈子涵", "陈", "chenzihan", "czh", "G00000000"):
        found, others = (b.post("/students/search", data={"q": typed}).get_data(as_text=True) for b in (lin, tan))
        assert str(world.students["ana"]) in found, typed
        assert str(world.students["ana"]) not in others, typed
    assert len(lin.get("/api/v1/files").get_json()["items"]) == 1
    assert tan.get("/api/v1/files").get_json()["items"] == []
    assert "陈子涵" not in tan.get("/classes").get_data(as_text=True)


def test_v8_3_2_a_post_that_ended_is_gone_at_the_next_request(world: World, browser_of: BrowserOf) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    lin = browser_of("lin")
    assert lin.get(f"/files/{file_id}").status_code == 200
    demote(world, "lin")
    for door in (f"/files/{file_id}", "/files", f"/api/v1/files/{file_id}", f"/files/{file_id}/print"):
        assert lin.get(door).status_code == 404, door


@pytest.mark.parametrize("path", [
    "../../keys/server.key", "..%2f..%2fkeys%2fserver.key", "/etc/passwd", "vendor/../../wsgi.py",
])
def test_v5_3_2_no_file_outside_the_assets_is_handed_out(app: Flask, path: str) -> None:
    assert app.test_client().get(f"/static/{path}", **HTTPS).status_code in (404, 308)


def test_v13_4_1_no_source_and_no_history_is_served(app: Flask) -> None:
    for path in (".git/config", "wsgi.py", "static/.git/config", "config/settings.py", "var/keys/server.key"):
        assert app.test_client().get(f"/{path}", **HTTPS).status_code == 404


def test_v15_2_1_what_runs_is_what_is_pinned() -> None:
    """Flask, for one, since 3.1.3: before, an answer could miss that it differs by cookie (CVE-2026-27205)."""
    pinned = [
        re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[\w+\])?==(\S+)", line.strip())
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert len(pinned) > 20 and all(pinned), "every line names one version"
    assert [one[0] for one in pinned if one and version(one[1]) != one[2]] == []
