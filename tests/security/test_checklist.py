"""docs/assurance.md names a test for each promise: every one of them is there, and every check stands in the list."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "docs" / "assurance.md").read_text("utf-8")


def named() -> set[str]:
    """Return the tests that the list names, as path::name below tests/."""
    return set(re.findall(r"`([\w/]+\.py::\w+)`", LIST))


def written() -> set[str]:
    """Return the tests that there are."""
    return {
        f"{path.relative_to(ROOT / 'tests')}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_line_names_tests_that_are_there() -> None:
    heads = ("| ASVS", "| what happens")
    lines = [line for line in LIST.splitlines() if line.startswith("| ") and not line.startswith(heads)]
    assert len(lines) > 60
    assert [line for line in lines if "::" not in line] == []
    assert named() - written() == set()


def test_every_check_with_a_number_stands_in_the_list() -> None:
    assert {one for one in written() if re.search(r"::test_v\d+_", one)} - named() == set()
