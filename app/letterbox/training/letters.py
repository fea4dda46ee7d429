"""Labelled letters, all of them invented: each with its language, text and the level a counsellor would suggest."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.escalation.levels import GRAVE, Level

LETTERS = Path(__file__).parents[1] / "screening" / "letters"
_CJK = re.compile("[㐀-鿿]")
_CHARACTERS, _WORDS = 12, 8


@dataclass(frozen=True)
class Letter:
    """One labelled letter; of messages of a few words there are many, and each teaches less: its weight says so."""

    language: str
    text: str
    level: Level
    writer: str = ""
    weight: float = 1.0

    @property
    def grave(self) -> bool:
        """Say whether somebody has to see it the same day."""
        return self.level in GRAVE


def read(*paths: Path) -> list[Letter]:
    """Return the letters of some files, or of all training files."""
    return [
        Letter(fact.get("language", "zh"), fact["text"], fact["level"], path.stem, fact.get("weight", 1.0))
        for path in paths or sorted(LETTERS.glob("*.jsonl"))
        for fact in map(json.loads, filter(str.strip, path.read_text("utf-8").splitlines()))
    ]


def others(letters: Sequence[Letter], writer: str) -> list[int]:
    """Return the places of the letters that others wrote, without those that share a long run with the writer's."""
    known = {run for letter in letters if letter.writer == writer for run in runs(letter.text)}
    return [
        place for place, letter in enumerate(letters) if letter.writer != writer and known.isdisjoint(runs(letter.text))
    ]


def runs(text: str) -> set[str]:
    """Return the long runs of a text, of characters or of words: letters that share one have a common model."""
    parts, size = (list(text), _CHARACTERS) if _CJK.search(text) else (text.lower().split(), _WORDS)
    return {" ".join(parts[start : start + size]) for start in range(len(parts) - size + 1)}
