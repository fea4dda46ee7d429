"""`make screening`: learn from the letters, write weights.tsv, and say how well it reads writers kept from it."""

import json
from collections.abc import Mapping
from itertools import groupby

import numpy as np

from app.escalation.levels import Level
from app.letterbox.screening.model import HEADS, UNIT, WEIGHTS, model, sources
from app.letterbox.training.fitting import Fitted, everyday, features_of, fit, left_out, thresholds
from app.letterbox.training.letters import read
from app.letterbox.training.report import by_writer, suggested, table


def main() -> None:
    """Train on all letters; the thresholds come from leaving out one writer after the other."""
    letters = read()
    found = features_of(letters)
    scores = left_out(letters, found)
    _write(fit(letters, found), thresholds(letters, scores), everyday(letters, scores))
    model.cache_clear()
    levels = [
        suggested(letter.text, dict(zip(HEADS, row, strict=True))) for letter, row in zip(letters, scores, strict=True)
    ]
    print(f"{len(letters)} letters, each screened by a model that read nothing by its writer:\n")
    print(table(letters, levels))
    print(f"\n{by_writer(letters, levels)}")


def _write(fitted: Fitted, chosen: Mapping[Level, float], ordinary: float) -> None:
    """Write the features with their weights as whole tenths, one a line, each group under a line with its name."""
    head = {
        "made_from": sources(),
        "start": {name: round(float(value), 3) for name, value in zip(HEADS, fitted.start, strict=True)},
        "thresholds": {name: round(value, 3) for name, value in chosen.items()},
        "everyday": round(ordinary, 3),
    }
    whole = np.rint(fitted.weights * UNIT).astype(int)
    lines = []
    for group, places in groupby(range(len(fitted.names)), lambda place: fitted.names[place].partition(" ")[0]):
        rows = ((fitted.names[place].removeprefix(f"{group} "), *map(str, whole[:, place])) for place in places)
        lines += [group, *map("\t".join, rows)]
    WEIGHTS.write_text("\n".join([json.dumps(head, sort_keys=True), *lines]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
