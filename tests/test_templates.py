"""Every name that a template takes from another is used: what is left over misleads whoever reads on."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"
TEXTS = {
    path.as_posix().rpartition("/templates/")[2]: re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    for path in sorted(APP.rglob("templates/**/*.html"))
}
_TAKEN = re.compile(r"{%-?\s*from\s+\S+\s+import\s+(.*?)\s*-?%}", re.DOTALL)
_EXTENDS = re.compile(r"""{%-?\s*extends\s+["'](.+?)["']""")
_INCLUDES = re.compile(r"""{%-?\s*include\s+["'](.+?)["']""")

pytestmark = pytest.mark.alike


def _taken_in(text: str) -> set[str]:
    listed = [re.sub(r"\s+with(out)?\s+context$", "", names) for names in _TAKEN.findall(text)]
    return {one.split(" as ")[-1].strip() for names in listed for one in names.split(",")}


def _who_sees() -> dict[str, set[str]]:
    """Return for each template those that see what it takes: whatever extends it, and whatever it includes."""
    seen: dict[str, set[str]] = defaultdict(set)
    for name, text in TEXTS.items():
        # What is put together of a folder and a name may be any in that folder.
        seen[name] |= {name, *(other for part in _INCLUDES.findall(text) for other in TEXTS if other.startswith(part))}
        for frame in _EXTENDS.findall(text):
            seen[frame].add(name)
    for _ in range(4):
        for known in seen.values():
            known |= set().union(*(seen.get(other, set()) for other in list(known)))
    return seen


def test_nothing_is_taken_that_is_not_used() -> None:
    used = {name: _TAKEN.sub("", text) for name, text in TEXTS.items()}
    left: dict[str, set[str]] = {}
    for name, others in _who_sees().items():
        everywhere = "".join(used.get(other, "") for other in others)
        if unused := {one for one in _taken_in(TEXTS.get(name, "")) if not re.search(rf"\b{one}\b", everywhere)}:
            left[name] = unused
    assert left == {}
