"""`flask rosters`: the same import as on the pages, for somebody at the console of the server."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.database import session
from app.directory.models import Student
from tests.directory.importing.stories import OTHER_GRADES, everything
from tests.directory.rosters.lists import SAMPLES, workbook
from tests.world import World, password_of

pytestmark = pytest.mark.alike

SCHOOL = "青禾小学"
GRADES = [part for grade in OTHER_GRADES for part in ("--add-grade", grade)]


def run(app: Flask, *words: str, by: str = "sam", password: str | None = None) -> Any:
    typed = password_of(by) if password is None else password
    return app.test_cli_runner().invoke(args=["rosters", *words, "--as", f"T-{by}"], input=f"{typed}\n")


def students(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(Student)) or 0


def test_a_roster_is_imported_from_the_console(world: World, app: Flask) -> None:
    answer = run(app, "import", str(SAMPLES / "roster_qinghe_primary.xlsx"), "--school", SCHOOL, *GRADES)
    assert answer.exit_code == 0, answer.output
    assert "861 students: 861 new" in answer.output
    assert students(world) == 5 + 861
    assert world.events("roster:imported")[0].via == "cli"


def test_a_dry_run_does_nothing(world: World, app: Flask) -> None:
    before = everything(world.database)
    answer = run(app, "import", str(SAMPLES / "roster_gbk.csv"), "--school", SCHOOL, *GRADES, "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert everything(world.database) == before


def test_bad_rows_are_named_and_block(world: World, app: Flask) -> None:
    words = ["import", str(SAMPLES / "roster_dirty.xlsx"), "--school", SCHOOL, *GRADES]
    answer = run(app, *words)
    assert answer.exit_code == 1
    assert "Row 6, Full name: The name is missing." in answer.output
    assert "Row 7, Student number: Row 8 has the same number." in answer.output
    assert "8 rows cannot be imported" in answer.output
    assert "<script>" not in answer.output
    assert students(world) == 5
    assert run(app, *words, "--without-bad-rows").exit_code == 0
    assert students(world) == 5 + 52


def test_a_wrong_password_opens_nothing_and_is_counted(world: World, app: Flask) -> None:
    answer = run(
        app, "import", str(SAMPLES / "roster_gbk.csv"), "--school", SCHOOL, password="not the password at all"
    )
    assert answer.exit_code == 1
    assert "do not fit" in answer.output
    assert students(world) == 5
    assert world.events("sign_in:failed")


@pytest.mark.parametrize("name", ["uma", "lin", "root"])
def test_nobody_else_imports_for_the_school(world: World, app: Flask, name: str) -> None:
    answer = run(app, "import", str(SAMPLES / "roster_gbk.csv"), "--school", SCHOOL, *GRADES, by=name)
    assert answer.exit_code == 1
    assert students(world) == 5


def test_what_is_no_list_is_said_in_one_sentence(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"<html>")
    answer = run(app, "import", str(tmp_path / "x.xlsx"), "--school", SCHOOL)
    assert answer.exit_code == 1
    assert "web page" in answer.output
    assert "Traceback" not in answer.output


def test_a_school_that_is_not_there(app: Flask) -> None:
    answer = run(app, "import", str(SAMPLES / "roster_gbk.csv"), "--school", "nowhere")
    assert (answer.exit_code, "no school of this name" in answer.output) == (1, True)


def test_staff_are_imported_from_the_console(world: World, app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "staff.xlsx"
    file.write_bytes(workbook(("工号", "姓名", "岗位"), ("T9", "何老师", "科任教师")))
    answer = run(app, "import-staff", str(file))
    assert answer.exit_code == 0, answer.output
    assert "1 posts: 1 new, 1 new people" in answer.output
    assert len(world.events("post:ended")) == 0
