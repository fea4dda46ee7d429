"""The small model of how grave a letter reads: a weight for each feature, learnt from letters/ and read here."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from app.escalation.levels import LEVELS, Level
from app.letterbox.screening.features import Features

FOLDER = Path(__file__).parent
WEIGHTS = FOLDER / "weights.tsv"
HEADS: tuple[Level, ...] = LEVELS[1:]
UNIT = 10
"""Weights are whole tenths: finer ones change no level and make the file longer."""


@dataclass(frozen=True)
class Model:
    """For each level from R1: how much each feature speaks for at least this level, and from which sum on it is."""

    made_from: str
    start: Mapping[str, float]
    thresholds: Mapping[str, float]
    everyday: float
    weights: Mapping[str, Sequence[int]]

    def scores(self, found: Features) -> dict[Level, float]:
        """Return for each level how much speaks for at least this level."""
        known = [(value, self.weights[name]) for name, value in found.items() if name in self.weights]
        return {
            head: self.start[head] + sum(value * weights[place] for value, weights in known) / UNIT
            for place, head in enumerate(HEADS)
        }

    def level(self, scores: Mapping[Level, float]) -> Level:
        """Return the highest level that is reached with none left out from R3 on."""
        reached: set[Level] = {head for head in HEADS if scores[head] >= self.thresholds[head]}
        if "R3" not in reached:
            reached.discard("R4")
        return max(reached, default="R0")

    def is_everyday(self, scores: Mapping[Level, float]) -> bool:
        """Say whether hardly any letter that needs somebody the same day reads as harmless as this one."""
        return scores["R3"] < self.everyday

    def strongest(self, found: Features, head: Level, count: int) -> list[str]:
        """Return the names of the features that speak most for a level, the strongest first."""
        place = HEADS.index(head)
        spoken = {name: value * self.weights[name][place] for name, value in found.items() if name in self.weights}
        return [name for name in sorted(spoken, key=lambda name: (-spoken[name], name)) if spoken[name] > 0][:count]

    def knows(self, name: str) -> bool:
        """Say whether a feature was ever seen in training."""
        return name in self.weights


@cache
def model() -> Model:
    """Return the model as the file has it."""
    head, *lines = WEIGHTS.read_text("utf-8").splitlines()
    facts = json.loads(head)
    weights = dict(_weights(lines))
    return Model(facts["made_from"], facts["start"], facts["thresholds"], facts["everyday"], weights)


def _weights(lines: Iterable[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Return the features by name with their weights; a line without numbers names the group of those after it."""
    group = ""
    for name, *numbers in (line.split("\t") for line in lines):
        if numbers:
            yield f"{group} {name}", tuple(map(int, numbers))
        else:
            group = name


def sources() -> str:
    """Return the digest of all that a model is made from: letters, rules, and how both are read."""
    names = ("letters/*.jsonl", "rules/*", "features.py", "finding.py", "normalising.py", "phrases.py", "rules.py")
    digest = sha256()
    for name in names:
        for path in sorted(FOLDER.glob(name)):
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
