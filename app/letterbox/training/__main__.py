"""`make screening`: learn from the letters, write weights.tsv, and say how well it does on letters kept from it."""

import json

import numpy as np

from app.letterbox.screening.model import HEADS, UNIT, WEIGHTS, model, sources
from app.letterbox.training.fitting import Fitted, cross_validated, features_of, fit, thresholds
from app.letterbox.training.letters import read
from app.letterbox.training.report import suggested, table


def main() -> None:
    """Train on all letters; the thresholds come from cross-validation."""
    letters = read()
    found = features_of(letters)
    scores = cross_validated(letters, found)
    chosen = thresholds(letters, scores)
    _write(fit(letters, found), chosen)
    model.cache_clear()
    levels = [
        suggested(letter.text, dict(zip(HEADS, row, strict=True))) for letter, row in zip(letters, scores, strict=True)
    ]
    print(f"{len(letters)} letters, each screened by a model that saw neither it nor letters like it:\n")
    print(table(letters, levels))


def _write(fitted: Fitted, chosen: dict[str, float]) -> None:
    """Write the features with their weights as whole thousandths, one a line."""
    head = {
        "made_from": sources(),
        "start": {name: round(float(value), 3) for name, value in zip(HEADS, fitted.start, strict=True)},
        "thresholds": {name: round(value, 3) for name, value in chosen.items()},
    }
    whole = np.rint(fitted.weights * UNIT).astype(int)
    lines = ["\t".join([name, *map(str, whole[:, place])]) for place, name in enumerate(fitted.names)]
    WEIGHTS.write_text("\n".join([json.dumps(head, sort_keys=True), *lines]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
