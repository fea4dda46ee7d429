"""`make screening-report LETTERS=file.jsonl`: how well labelled letters are told apart, with no letter shown."""

import sys
from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from pathlib import Path

from app.escalation.levels import GRAVE, LEVELS, Level
from app.letterbox.screening import screen
from app.letterbox.screening.finding import find_signs
from app.letterbox.screening.normalising import normalise
from app.letterbox.screening.rules import rules
from app.letterbox.screening.screening import suggest
from app.letterbox.training.letters import Letter, read

_SURE = 1.96
_GRAVEST: tuple[Level, ...] = ("R4",)


def interval(hits: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (E. B. Wilson 1927); nothing at all is anything from 0 to 1."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, _SURE**2
    middle = share + square / (2 * of)
    spread = _SURE * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (middle - spread) / (1 + square / of), (middle + spread) / (1 + square / of)


def table(letters: Sequence[Letter], levels: Sequence[Level]) -> str:
    """Return recall at R3 and above, false alarms, both by language and by level, and what became of each level."""
    pairs = list(zip(letters, levels, strict=True))
    lines = []
    for language in ("all", *sorted({letter.language for letter in letters})):
        mine = [pair for pair in pairs if language in ("all", pair[0].language)]
        lines.append(_share(f"recall at R3+, {language}", [level for letter, level in mine if letter.grave]))
        lines.append(_share(f"false alarms, {language}", [level for letter, level in mine if not letter.grave]))
    lines.append(_share("R4 suggested below R3", [level for letter, level in pairs if not letter.grave], _GRAVEST))
    lines += [
        _share(f"R3+ suggested for {true}", [level for letter, level in pairs if letter.level == true])
        for true in LEVELS
    ]
    lines += ["", "labelled   " + "".join(f"{level:>6}" for level in LEVELS) + "   suggested"]
    lines += [_row(true, [level for letter, level in pairs if letter.level == true]) for true in LEVELS]
    return "\n".join(lines)


def by_writer(letters: Sequence[Letter], levels: Sequence[Level]) -> str:
    """Return recall at R3 and above and false alarms of each writer."""
    pairs = list(zip(letters, levels, strict=True))
    return "\n".join(
        _share(
            f"{name}, {writer}", [level for letter, level in pairs if (letter.writer, letter.grave) == (writer, grave)]
        )
        for writer in sorted({letter.writer for letter in letters})
        for name, grave in (("recall at R3+", True), ("false alarms", False))
    )


def _share(name: str, levels: Sequence[Level], counted: Collection[Level] = GRAVE) -> str:
    grave = sum(level in counted for level in levels)
    low, high = interval(grave, len(levels))
    share = f"{grave / len(levels):.3f}" if levels else "  -  "
    return f"{name:<26}{share}  ({low:.3f}-{high:.3f})  {grave} of {len(levels)}"


def _row(true: Level, levels: Sequence[Level]) -> str:
    return f"{true:<11}" + "".join(f"{levels.count(level):>6}" for level in LEVELS)


def suggested(text: str, scores: Mapping[Level, float]) -> Level:
    """Return the level for a text with scores that came from elsewhere."""
    normal = normalise(text)
    hits = find_signs(normal, rules())
    return suggest(normal, hits, {}, scores).level


def main(names: Sequence[str]) -> None:
    """Print the table for labelled files."""
    letters = read(*map(Path, names))
    print(table(letters, [screen(letter.text).level for letter in letters]))


if __name__ == "__main__":
    main(sys.argv[1:])
