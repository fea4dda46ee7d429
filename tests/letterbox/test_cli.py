"""`letters screen` as anybody runs it: a file, a line for each letter, and no database anywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from app import create_app
from app.escalation.levels import LEVELS
from config.settings import load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "not" / "made"


def screened(home: Path, source: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XINXIA_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "letters", "screen", str(source), *words],
        env=kept | {"XINXIA_HOME": str(home)}, cwd=ROOT, capture_output=True, text=True, timeout=60,
    )


def typed(home: Path, source: Path, *words: str) -> Result:
    """Screen as `screened` does, without a process of its own."""
    app = create_app(load({"XINXIA_HOME": str(home)}), at_once=False)
    try:
        return app.test_cli_runner().invoke(args=["letters", "screen", str(source), *words])
    finally:
        app.database.dispose()


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n", "utf-8")
    return path


def answers(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_letter_comes_back_with_level_families_and_reason(home: Path, tmp_path: Path) -> None:
    letters = {"id": 7, "text": "我不想活了，就今晚，药攒够了"}, {"text": "食堂的鸡腿好吃"}
    source = written(tmp_path / "letters.jsonl", *letters)
    done = typed(home, source)
    assert done.exit_code == 0, done.stderr
    grave, everyday = answers(done)
    assert grave["id"] == 7 and grave["level"] == "R4" and "self_harm" in grave["families"]
    assert "说到死或不想活下去" in grave["reason"] and "不想活" in grave["reason"]
    assert everyday["level"] in LEVELS[:2] and everyday["families"] == [] and everyday["reason"]


def test_it_makes_no_home_no_keys_and_no_database(home: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "letters.jsonl", {"text": "食堂的鸡腿好吃"})
    assert screened(home, source).returncode == 0
    assert not home.parent.exists()
    home.mkdir(parents=True)
    assert screened(home, source).returncode == 0
    assert list(home.iterdir()) == [], "nor in a home that there is"


def test_a_home_whose_key_is_lost_hinders_no_screening(home: Path, tmp_path: Path) -> None:
    home.mkdir(parents=True)
    (home / "xinxia.sqlite3").write_bytes(b"no database at all")
    (home / "keys").write_text("no folder either")
    assert screened(home, written(tmp_path / "letters.jsonl", {"text": "食堂的鸡腿好吃"})).returncode == 0


def test_the_reason_speaks_english_too_and_marks_say_where(home: Path, tmp_path: Path) -> None:
    text = "I want to die"
    done = typed(home, written(tmp_path / "letters.jsonl", {"text": text}), "--language", "en", "--marks")
    (found,) = answers(done)
    assert found["reason"].startswith("Words about dying") and found["family_names"] == ["Harm to oneself"]
    assert "want to die" in {text[mark["start"] : mark["end"]] for mark in found["marks"]}


def test_a_broken_character_breaks_nothing(home: Path, tmp_path: Path) -> None:
    done = typed(home, written(tmp_path / "letters.jsonl", '{"text": "我不想活了\\ud83d"}'))
    (found,) = answers(done)
    assert found["text"] == "我不想活了\ud83d" and found["families"] == ["self_harm"]


def test_a_bad_line_is_named_and_the_others_go_on(home: Path, tmp_path: Path) -> None:
    lines = ({"text": "a"}, "{secret", "[]", {"texts": "secret"}, {"text": 5}, "", {"text": "b"})
    done = typed(home, written(tmp_path / "letters.jsonl", *lines))
    assert done.exit_code == 1
    assert [answer["text"] for answer in answers(done)] == ["a", "b"]
    assert done.stderr.splitlines() == [
        "Line 2 was left out: it is not JSON.",
        "Line 3 was left out: it is not a JSON object.",
        "Line 4 was left out: it has no text.",
        "Line 5 was left out: it has no text.",
    ]
