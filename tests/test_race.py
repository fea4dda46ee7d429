"""The race that anybody can run: of all who ask for one time at once, one has it."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from app.appointments.race import Result, race
from app.core.database import Database
from tests.databases import Installation


def test_of_twenty_four_at_once_one_is_booked(installation: Installation) -> None:
    assert race(installation.url, requests=24, processes=4).held


@pytest.mark.soak
def test_of_two_hundred_at_once_one_is_booked(installation: Installation) -> None:
    assert race(installation.url, requests=200, processes=4).held


@pytest.mark.parametrize(
    "result",
    [
        Result(Counter(booked=2, taken=22), 2, True),
        Result(Counter(booked=1, taken=22, OperationalError=1), 1, True),
        Result(Counter(booked=1, taken=23), 1, False),
        Result(Counter(taken=24), 0, True),
    ],
)
def test_a_race_in_which_anything_else_happens_has_failed(result: Result) -> None:
    assert not result.held


def test_nothing_is_left_where_it_ran(database: Database, installation: Installation) -> None:
    race(installation.url, requests=2, processes=1)
    if make_url(installation.url).get_backend_name() == "postgresql":
        with database.engine.connect() as connection:
            found = connection.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE 'xinxia_race_%'"))
            assert found.all() == []


@pytest.mark.alike
def test_the_command_says_what_became_of_them_and_touches_no_installation(
    tmp_path: Path, database_kind: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "appointments", "race", "--requests", "4", "--processes", "2"],
        env={"XINXIA_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
        check=True,
    )
    assert "4 requests through 2 processes" in done.stdout
    assert not (tmp_path / "home").exists()
