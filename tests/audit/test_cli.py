"""`flask trail` as an administrator types it."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, text, update

from app.audit.checkpoint import from_file
from app.audit.cli import trail
from app.audit.models import TrailEvent, TrailLeaf
from app.core import clock
from app.core.database import Database
from tests.audit.conftest import behind_the_triggers, happen, happen_and_seal, swallow_events


def run(database: Database, *words: str | Path) -> Result:
    app = Flask(__name__)
    app.extensions["database"] = database
    app.cli.add_command(trail)
    return app.test_cli_runner().invoke(args=["trail", *map(str, words)])


def test_verify_says_how_much_is_whole(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 3)
    happen_and_seal(database, uuid4(), 2)
    done = run(database, "verify")
    assert (done.exit_code, done.output) == (0, "5 events in 2 trees are whole.\n")


def test_verify_says_what_still_waits(postgres_database: Database, school: UUID) -> None:
    happen(postgres_database, school, 2)
    assert "2 of them not yet sealed" in run(postgres_database, "verify").output
    assert run(postgres_database, "seal").output == "2 events sealed.\n"
    assert run(postgres_database, "verify").output == "2 events in 1 trees are whole.\n"


def test_verify_warns_of_what_keeps_the_sealer_away_for_longer_than_a_minute(
    postgres_database: Database, school: UUID
) -> None:
    happen(postgres_database, school, 1)
    assert "more than a minute" not in run(postgres_database, "verify").output
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert "more than a minute" in run(postgres_database, "verify").output
        assert run(postgres_database, "seal").output == "1 events sealed.\n"
        assert "more than a minute" not in run(postgres_database, "verify").output


def test_verify_names_the_first_broken_place(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 3)
    with behind_the_triggers(database) as connection:
        connection.execute(update(TrailEvent).where(TrailEvent.id == 2), {"via": "api"})
    done = run(database, "verify")
    assert done.exit_code == 1
    assert f"(tree {school}, index 1, event 2)" in done.output


def test_a_cut_shows_against_the_file_that_was_carried_out(database: Database, school: UUID, tmp_path: Path) -> None:
    happen_and_seal(database, school, 3)
    happen(database, uuid4(), 1)
    file = tmp_path / "checkpoints.txt"
    assert run(database, "checkpoint", "--output", file).output == "2 checkpoints written.\n"
    assert len(from_file(file.read_text("utf-8"))) == 2
    happen_and_seal(database, school, 2)
    done = run(database, "verify", "--checkpoint", file, "--checkpoint", file)
    assert (done.exit_code, "agree with 4 checkpoints" in done.output) == (0, True)
    with behind_the_triggers(database) as connection:
        for table in (TrailLeaf, TrailEvent):
            connection.execute(delete(table))
        connection.execute(text("DELETE FROM trail_checkpoint"))
        connection.execute(text("DELETE FROM trail_tree"))
    assert run(database, "verify").exit_code == 0
    done = run(database, "verify", "--checkpoint", file)
    assert (done.exit_code, "its end was cut off" in done.output) == (1, True)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\xff\xfe", b"o\n1\nAA==\n\nx\n"])
def test_a_file_that_is_no_checkpoint_is_refused(database: Database, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    done = run(database, "verify", "--checkpoint", file)
    assert (done.exit_code, done.output[:7]) == (1, "BROKEN:")


def test_a_missing_trigger_is_mentioned(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 1)
    with database.transaction() as session:
        on = "" if database.is_sqlite else " ON trail_event"
        session.execute(text(f"DROP TRIGGER trail_event_keeps{on}"))
    done = run(database, "verify")
    assert done.exit_code == 0 and "trigger trail_event_keeps is missing" in done.output


def test_a_trigger_that_somebody_added_is_mentioned(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 1)
    swallow_events(database)
    done = run(database, "verify")
    assert done.exit_code == 0 and "somebody added the trigger swallows" in done.output
