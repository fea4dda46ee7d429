"""Yesterday's database in the place of today's: everybody may read, nobody writes, until the console says why."""

import dataclasses
import importlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from app import create_app
from app.audit.models import TrailEvent, TrailLeaf
from app.audit.rollback import CARRIED_EVERY, Reason, acknowledge, before_serving, carry, is_rolled_back
from app.audit.sealer import seal_now
from app.core.database import Base, Database, session
from app.core.jobs import JobLoop, registered_jobs
from app.core.requests import Application
from app.demo.cli import demo
from app.files.models import StudentFile
from app.upkeep import backup
from app.wiring import OPEN_WHILE_HALTED
from tests.audit.conftest import behind_the_triggers
from tests.databases import Installation, Server
from tests.files import steps
from tests.serving import serving, typed, wait_until
from tests.upkeep.test_backup import PASSPHRASE, places_of, restore
from tests.world import World, sign_in

Template = Callable[[str], tuple[Installation, Any]]


@pytest.fixture
def today(world: World, world_installation: Installation) -> Path:
    """Lin worked today, and what went outside says so; returns where that lies."""
    steps.open_file(world, "lin", "ana")
    steps.open_file(world, "lin", "zoe")
    seal_now(world.database)
    carry(world.database)
    return world_installation.settings().checkpoints


@pytest.fixture
def yesterday(
    server: Server, database_kind: str, world_template: Template, tmp_path: Path, today: Path
) -> Iterator[Installation]:
    """The database as it was yesterday, served where today's was: with what went outside since."""
    made = server.copy(world_template(database_kind)[0], tmp_path / "yesterday")
    shutil.copytree(today, made.settings().checkpoints)
    opened = made.open()
    seal_now(opened)
    opened.dispose()
    yield made
    server.drop(made)


@pytest.fixture
def served(yesterday: Installation) -> Iterator[Application]:
    """The application over yesterday's database, when the console has spoken."""
    app = create_app(yesterday.settings())
    app.config["WTF_CSRF_ENABLED"] = False
    with app.database.transaction(writes=False):
        [ask() for ask in app.starting]
    yield app
    app.database.dispose()


def browser(app: Application, name: str | None = None) -> FlaskClient:
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.set_cookie("__Host-language", "en", domain="localhost", secure=True)
    if name is not None:
        sign_in(client, name)
    return client


def rows_of(database: Database) -> dict[str, int]:
    """Return how many rows each table has, but those of signing in, of the trail and of jobs."""
    with database.transaction(writes=False):
        return {
            table.name: session().scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if not table.name.startswith(("trail_", "sign_in", "half_sign_in", "job_"))
        }


def test_the_console_says_what_is_missing_and_what_to_type(world: World, yesterday: Installation) -> None:
    opened = yesterday.open()
    said = before_serving(opened) or ""
    assert "ROLLBACK DETECTED" in said and f"organisation {world.school}: 2 of " in said
    assert "trail acknowledge --reason" in said
    opened.dispose()


def test_everybody_reads_and_every_page_says_since_when_and_what_is_missing(world: World, served: Application) -> None:
    for name in ("sam", "root", "eve", "lin"):
        page = browser(served, name).get("/", follow_redirects=True).get_data(as_text=True)
        assert "nothing can be changed or sent" in page
        assert "青禾小学:" in page and "2 events are missing" in page, name
        assert "临江中学:" not in page
    page = browser(served, "lin").get(f"/students/{world.students['ana']}").get_data(as_text=True)
    assert "陈子涵" in page and "2 events are missing" in page


def test_who_is_not_signed_in_is_told_without_names(served: Application) -> None:
    page = browser(served).get("/sign-in").get_data(as_text=True)
    assert "nothing can be changed or sent" in page
    assert "青禾小学" not in page and "missing" not in page


def test_what_is_refused_says_why_in_both_languages_and_to_programs(world: World, served: Application) -> None:
    lin = browser(served, "lin")
    deed = f"/students/{world.students['ana']}/file"
    refused = lin.post(deed)
    assert refused.status_code == 503
    assert "have to look at it first" in refused.get_data(as_text=True)
    program = lin.post(f"/api/v1{deed}")
    assert (program.status_code, program.mimetype, program.get_json()["code"]) == (
        503, "application/problem+json", "ReadOnly",
    )
    lin.set_cookie("__Host-language", "zh_Hans_CN", domain="localhost", secure=True)
    chinese = lin.post(deed).get_data(as_text=True)
    assert "不能修改" in chinese and "核实" in chinese
    assert lin.get("/readyz").get_json() == {"status": "read-only"}


@pytest.mark.parametrize("name", ["lin", "root", None])
def test_nothing_is_written_through_any_door(served: Application, name: str | None) -> None:
    """Every door and every method, whoever comes: what changes something answers alike and changes nothing."""
    client = browser(served, name)
    before = rows_of(served.database)
    tried = 0
    for rule in served.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"POST", "PUT", "DELETE", "PATCH"}):
            if rule.endpoint in OPEN_WHILE_HALTED | {"core.language", "core.theme"}:
                continue
            given = {name: _some(converter) for name, converter in rule._converters.items()}
            path = served.url_map.bind("localhost").build(rule.endpoint, given, method=method)
            assert client.open(path, method=method).status_code == 503, (method, path)
            tried += 1
    assert tried > 90
    assert rows_of(served.database) == before


def _some(converter: Any) -> Any:
    return {"UUIDConverter": uuid4(), "IntegerConverter": 1}.get(type(converter).__name__, "abc")


def test_what_stays_open_is_there(served: Application) -> None:
    assert {rule.endpoint for rule in served.url_map.iter_rules()} >= OPEN_WHILE_HALTED


def test_looking_is_still_on_record_and_signing_out_works(world: World, served: Application) -> None:
    eve = browser(served, "eve")
    assert eve.get("/trail").status_code == 200
    assert eve.post("/sign-out").status_code == 303
    there = dataclasses.replace(world, database=served.database)
    assert there.events("trail:read") and there.events("sign_in:ended")


def test_after_the_acknowledgement_lin_writes_and_the_auditor_reads_why(world: World, served: Application) -> None:
    acknowledge(served.database, Reason.BACKUP_RESTORED)
    lin = browser(served, "lin")
    assert lin.post(f"/students/{world.students['ana']}/file").status_code == 303
    assert "nothing can be changed" not in lin.get("/", follow_redirects=True).get_data(as_text=True)
    assert lin.get("/readyz").get_json() == {"status": "ready"}
    assert "acknowledged that events are missing" in browser(served, "eve").get("/trail").get_data(as_text=True)


def test_a_document_of_today_is_not_swept_while_its_row_is_missing(served: Application) -> None:
    sweeping = [job for job in registered_jobs(served) if "sweep" in job.name or "forget" in job.name]
    assert len(sweeping) > 5
    assert [job.work(served.database) for job in sweeping] == [0] * len(sweeping)
    JobLoop(served.database, registered_jobs(served)).do_due()
    assert is_rolled_back(served.database)


def test_yesterdays_backup_leads_there_and_todays_does_not(
    world: World, world_installation: Installation, server: Server, tmp_path: Path
) -> None:
    places = places_of(world_installation)
    for name in ("old", "new"):
        steps.open_file(world, "lin", "ana" if name == "old" else "zoe")
        backup.create(world.database, places, output=tmp_path / name, passphrase=PASSPHRASE)
    carry(world.database)
    outside = world_installation.settings().checkpoints
    for name, given, expected in (("old", True, True), ("new", True, False), ("old", False, False)):
        empty = server.create(tmp_path / f"{name}-{given}")
        if given:
            shutil.copytree(outside, empty.settings().checkpoints)
        restore(empty, tmp_path / name)
        opened = empty.open()
        said = before_serving(opened)
        assert (said is not None, is_rolled_back(opened)) == (expected, expected), (name, given)
        opened.dispose()
        server.drop(empty)


def test_the_restoring_command_says_so_and_acknowledge_opens_the_doors(
    world: World, world_installation: Installation, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    backup.create(
        world.database, places_of(world_installation), output=tmp_path / "old", passphrase=PASSPHRASE
    )
    steps.open_file(world, "lin", "ana")
    seal_now(world.database)
    carry(world.database)
    empty = server.create(tmp_path / "empty")
    outside = world_installation.settings().checkpoints
    where = {"CHECKPOINTS": str(outside)}
    restored = typed(
        empty, "backup", "restore", str(tmp_path / "old"), "--passphrase-file", str(tmp_path / "passphrase"), **where
    )
    assert restored.exit_code == 0, restored.output
    assert "are whole" in restored.output and "1 of " in restored.output and "ROLLBACK DETECTED" in restored.output
    refused = typed(empty, "rosters", "import-staff", str(tmp_path / "passphrase"), "--as", "T-root", **where)
    assert refused.exit_code == 1 and "nothing can be changed" in refused.output
    assert "its end was cut off" in typed(empty, "trail", "verify", **where).output
    said = typed(empty, "trail", "acknowledge", "--reason", "backup_restored", **where)
    assert said.exit_code == 0 and "put on record" in said.output, said.output
    assert typed(empty, "trail", "verify", **where).exit_code == 0
    again = typed(empty, "trail", "acknowledge", "--reason", "backup_restored", **where)
    assert again.exit_code == 1 and "Nothing is missing" in again.output
    server.drop(empty)


def test_a_database_put_under_a_running_server_is_noticed(world: World, world_installation: Installation) -> None:
    """Within as many seconds as stand in CARRIED_EVERY, in each of its processes."""
    assert CARRIED_EVERY.total_seconds() <= 5
    file_id = steps.open_file(world, "lin", "ana")
    checkpoints = world_installation.settings().checkpoints
    seal_now(world.database)
    with serving(world_installation) as served:
        wait_until(lambda: (checkpoints / "newest.txt").exists())
        assert not is_rolled_back(world.database)
        with behind_the_triggers(world.database) as connection:
            connection.execute(delete(TrailLeaf).where(TrailLeaf.organisation_id == world.school))
            connection.execute(delete(TrailEvent).where(TrailEvent.organisation_id == world.school))
            table = Base.metadata.tables["trail_tree"]
            connection.execute(delete(table).where(table.c.organisation_id == world.school))
        wait_until(lambda: is_rolled_back(world.database))
        assert b"read-only" in body_of(served, "/readyz")
    with world.database.transaction(writes=False):
        assert session().get(StudentFile, file_id) is not None


def body_of(served: Any, path: str) -> bytes:
    connection = served.connect()
    try:
        connection.request("GET", path)
        found: bytes = connection.getresponse().read()
        return found
    finally:
        connection.close()


def test_an_emptied_database_of_real_work_is_not_set_up_anew_by_a_page(
    server: Server, today: Path, world_installation: Installation, tmp_path: Path
) -> None:
    """A wrong address of the database looks like this too."""
    empty = server.create(tmp_path / "empty")
    shutil.copytree(world_installation.home / "keys", empty.home / "keys")
    shutil.copytree(today, empty.settings().checkpoints)
    opened = empty.open()
    importlib.import_module("app.core.migrating").upgrade(opened)
    assert "ROLLBACK DETECTED" in (before_serving(opened) or "")
    app = create_app(empty.settings())
    app.config["WTF_CSRF_ENABLED"] = False
    assert browser(app).post("/set-up", data={"code": "x"}).status_code == 503
    acknowledge(opened, Reason.STARTED_ANEW)
    assert before_serving(opened) is None
    assert browser(app).post("/set-up", data={"code": "x"}).status_code != 503
    app.database.dispose()
    opened.dispose()
    server.drop(empty)


@pytest.mark.alike
def test_the_sample_district_is_begun_anew_without_a_word(
    server: Server, today: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who deletes the database of a sample district to have a new one is not asked for anything."""
    empty = server.create(tmp_path / "empty")
    shutil.copytree(today, empty.settings().checkpoints)
    opened = empty.open()
    importlib.import_module("app.core.migrating").upgrade(opened)
    assert before_serving(opened) is not None
    loaded = importlib.import_module("app.demo.cli")
    monkeypatch.setattr(loaded, "load", lambda _tell: None)
    monkeypatch.setattr(loaded, "happen", lambda *_: None)
    app = create_app(empty.settings(demo=True))
    assert app.test_cli_runner().invoke(demo, ["load"]).exit_code == 0
    assert before_serving(opened) is None
    assert list(empty.settings().checkpoints.glob("until-*.txt"))
    app.database.dispose()
    opened.dispose()
    server.drop(empty)
