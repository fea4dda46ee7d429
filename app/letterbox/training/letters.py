"""Labelled letters, all of them invented: each with its language, text and the level a counsellor would suggest."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.escalation.levels import GRAVE, Level

LETTERS = Path(__file__).parents[1] / "screening" / "letters"
_SHINGLE = 6


@dataclass(frozen=True)
class Letter:
    """One labelled letter."""

    language: str
    text: str
    level: Level

    @property
    def grave(self) -> bool:
        """Say whether somebody has to see it the same day."""
        return self.level in GRAVE


def read(*paths: Path) -> list[Letter]:
    """Return the letters of some files, or of all training files."""
    lines = (line for path in paths or sorted(LETTERS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    facts = (json.loads(line) for line in lines if line.strip())
    return [Letter(fact.get("language", "zh"), fact["text"], fact["level"]) for fact in facts]


def groups(texts: Iterable[str]) -> list[int]:
    """Return a group for each text: those that share a run of characters or words stay together."""
    chosen: list[int] = []
    first_with: dict[str, int] = {}
    for number, text in enumerate(texts):
        shingles = _shingles(text)
        group = next((first_with[shingle] for shingle in shingles if shingle in first_with), number)
        chosen.append(group)
        for shingle in shingles:
            first_with.setdefault(shingle, group)
    return chosen


def _shingles(text: str) -> list[str]:
    parts = text.split() if text.isascii() else list(text)
    size = min(_SHINGLE, len(parts))
    return ["".join(parts[start : start + size]) for start in range(len(parts) - size + 1)]
