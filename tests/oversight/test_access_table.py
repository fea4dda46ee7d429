"""The access table says what the permissions say, from the permissions themselves."""

import csv
import io
from collections.abc import Iterator

import pytest
from flask.testing import FlaskCliRunner

from app import create_app
from tests.databases import Installation

pytestmark = pytest.mark.alike


@pytest.fixture
def cli(installation: Installation) -> Iterator[FlaskCliRunner]:
    app = create_app(installation.settings())
    yield app.test_cli_runner()
    app.database.dispose()


def rows(cli: FlaskCliRunner) -> dict[str, dict[str, str]]:
    printed = cli.invoke(args=["access", "table", "--format", "csv"])
    assert printed.exit_code == 0
    return {row["permission"]: row for row in csv.DictReader(io.StringIO(printed.stdout))}


def test_a_counsellor_reads_files_under_a_relation_and_the_administrator_never(cli: FlaskCliRunner) -> None:
    table = rows(cli)
    assert table["file:read"]["counsellor"].startswith("if ")
    for persona in ("school_admin", "district_admin", "auditor", "lead", "class_teacher", "head_of_grade"):
        assert table["file:read"][persona] == "no"


def test_only_the_auditor_reads_the_trail(cli: FlaskCliRunner) -> None:
    row = rows(cli)["trail:read"]
    assert [persona for persona, cell in row.items() if cell == "yes"] == ["auditor"]


def test_nobody_without_an_account_may_anything(cli: FlaskCliRunner) -> None:
    assert {row["anonymous"] for row in rows(cli).values()} == {"no"}


def test_no_persona_may_everything(cli: FlaskCliRunner) -> None:
    table = rows(cli)
    for persona in next(iter(table.values())):
        if persona != "permission":
            assert any(row[persona] == "no" for row in table.values()), persona
