"""Fits the weights of each level over the same features, and finds thresholds by cross-validation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from app.escalation.levels import rank
from app.letterbox.screening.features import Features, features
from app.letterbox.screening.finding import find_signs
from app.letterbox.screening.model import HEADS
from app.letterbox.screening.normalising import normalise
from app.letterbox.screening.rules import rules
from app.letterbox.training.letters import Letter, groups

FOLDS = 10
_STRENGTH = 1.0
_COUNTED = 0.2
_MOST_FEATURES = 8000
_SEEN_AT_LEAST = 2
# Missing a letter costs more than reading one too many.
_RECALL = {"R1": 0.5, "R2": 0.6, "R3": 0.95, "R4": 0.5}

Numbers = np.ndarray


@dataclass(frozen=True)
class Fitted:
    """What was learnt: the features by name, and for each level their weights and where to start."""

    names: list[str]
    weights: Numbers
    start: Numbers

    def scores(self, found: Sequence[Features]) -> Numbers:
        """Return a row for each letter and a column for each level."""
        scores: Numbers = matrix(found, {name: place for place, name in enumerate(self.names)}) @ self.weights.T
        return scores + self.start


def features_of(letters: Sequence[Letter]) -> list[Features]:
    """Return what the model is shown of each letter."""
    return [_features(letter.text) for letter in letters]


def _features(text: str) -> Features:
    normal = normalise(text)
    return features(text, normal, find_signs(normal, rules()), rules())


def matrix(found: Sequence[Features], places: dict[str, int]) -> csr_matrix:
    """Return the features of letters as rows of numbers; those without a place are left out."""
    cells = [
        (row, places[name], value) for row, one in enumerate(found) for name, value in one.items() if name in places
    ]
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((values, (rows, columns)), shape=(len(found), len(places)))


def fit(letters: Sequence[Letter], found: Sequence[Features]) -> Fitted:
    """Return what these letters teach."""
    seen = Counter(name for one in found for name in one)
    names = sorted(name for name, times in seen.items() if times >= _SEEN_AT_LEAST)
    shown = matrix(found, {name: place for place, name in enumerate(names)})
    learnt = [_weights(shown, _at_least(letters, head)) for head in HEADS]
    weights = np.vstack([one for one, _ in learnt])
    # What is small or rare moves little: it is left out here, so that cross-validation knows what that costs.
    moved = np.abs(weights).max(axis=0) * [seen[name] for name in names]
    kept = np.sort(np.argsort(-moved, kind="stable")[:_MOST_FEATURES])
    return Fitted([names[place] for place in kept], weights[:, kept], np.array([start for _, start in learnt]))


def _weights(shown: csr_matrix, wanted: Numbers) -> tuple[Numbers, float]:
    """Return weights and start for one level: a logistic regression, and a share of plain counting (naive Bayes).

    Counting knows what rare words are worth, which the regression leaves near nothing; together they beat each alone.
    """
    regression = LogisticRegression(C=_STRENGTH, solver="liblinear", max_iter=1000).fit(shown, wanted)
    with_it, without = (np.asarray((shown[those] > 0).sum(axis=0)).ravel() + 1.0 for those in (wanted, ~wanted))
    counted = np.log(with_it / with_it.sum()) - np.log(without / without.sum())
    return regression.coef_[0] + _COUNTED * counted, float(regression.intercept_[0])


def cross_validated(letters: Sequence[Letter], found: Sequence[Features]) -> Numbers:
    """Return scores that each letter got from a model that had seen neither it nor letters like it."""
    scores = np.zeros((len(letters), len(HEADS)))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(scores, groups=groups(letter.text for letter in letters)):
        part = fit([letters[place] for place in seen], [found[place] for place in seen])
        scores[unseen] = part.scores([found[place] for place in unseen])
    return scores


def thresholds(letters: Sequence[Letter], scores: Numbers) -> dict[str, float]:
    """Return for each level the sum from which on as many of its letters are found as we want."""
    chosen: dict[str, float] = {}
    for place, head in enumerate(HEADS):
        its_own = np.sort(scores[_at_least(letters, head), place])
        chosen[head] = float(its_own[int((1 - _RECALL[head]) * len(its_own))])
    return chosen


def _at_least(letters: Sequence[Letter], head: str) -> Numbers:
    return np.array([rank(letter.level) >= rank(head) for letter in letters])
