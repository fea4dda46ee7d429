"""Fits the weights of each level over the same features, and finds thresholds on writers that were left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from app.escalation.levels import Level, rank
from app.letterbox.screening.features import Features, features
from app.letterbox.screening.finding import find_signs
from app.letterbox.screening.model import HEADS
from app.letterbox.screening.normalising import normalise
from app.letterbox.screening.rules import rules
from app.letterbox.training.letters import Letter, others

_STRENGTH = 1.0
_COUNTED = 0.6
_MOST_FEATURES = 56000
_SEEN_AT_LEAST = 2
# Missing a letter costs more than reading one too many; R3 asks for more than 0.95: short plain messages cost some.
_RECALL: dict[Level, float] = {"R1": 0.5, "R2": 0.6, "R3": 0.96}
# R4 wakes somebody at night: of the letters that need nobody the same day so few may reach it by the model alone.
_FALSE_R4 = 0.03
# A single sign is doubted only below what nearly every letter reaches that needs somebody the same day.
_SURELY = 0.99

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
    worth = np.array([letter.weight for letter in letters])
    learnt = [_weights(shown, _at_least(letters, head), worth) for head in HEADS]
    weights = np.vstack([one for one, _ in learnt])
    # What says little of R3 is left out here, so that leaving out writers shows what that costs.
    moved = np.abs(weights[HEADS.index("R3")]) * np.sqrt([seen[name] for name in names])
    kept = np.sort(np.argsort(-moved, kind="stable")[:_MOST_FEATURES])
    return Fitted([names[place] for place in kept], weights[:, kept], np.array([start for _, start in learnt]))


def _weights(shown: csr_matrix, wanted: Numbers, worth: Numbers) -> tuple[Numbers, float]:
    """Return weights and start for one level: a logistic regression, and a share of plain counting (naive Bayes).

    Counting knows what rare words are worth, which the regression leaves near nothing; together they beat each alone.
    """
    regression = LogisticRegression(C=_STRENGTH, solver="liblinear", max_iter=1000)
    regression.fit(shown, wanted, sample_weight=worth)
    with_it, without = (worth[those] @ (shown[those] > 0) + 1.0 for those in (wanted, ~wanted))
    counted = np.log(with_it / with_it.sum()) - np.log(without / without.sum())
    return regression.coef_[0] + _COUNTED * counted, float(regression.intercept_[0])


def left_out(letters: Sequence[Letter], found: Sequence[Features]) -> Numbers:
    """Return scores that each letter got from a model that had read nothing by its writer."""
    scores = np.zeros((len(letters), len(HEADS)))
    for writer in sorted({letter.writer for letter in letters}):
        seen = others(letters, writer)
        unseen = [place for place, letter in enumerate(letters) if letter.writer == writer]
        part = fit([letters[place] for place in seen], [found[place] for place in seen])
        scores[unseen] = part.scores([found[place] for place in unseen])
    return scores


def thresholds(letters: Sequence[Letter], scores: Numbers) -> dict[Level, float]:
    """Return for each level the sum from which on it is suggested; see the wishes at the top."""
    chosen = {head: reached_by(letters, scores, head, share) for head, share in _RECALL.items()}
    harmless = scores[~_at_least(letters, "R3"), HEADS.index("R4")]
    return chosen | {"R4": float(np.quantile(harmless, 1 - _FALSE_R4))}


def everyday(letters: Sequence[Letter], scores: Numbers) -> float:
    """Return the sum that nearly every letter reaches that needs somebody the same day."""
    return reached_by(letters, scores, "R3", _SURELY)


def reached_by(letters: Sequence[Letter], scores: Numbers, head: Level, share: float) -> float:
    """Return the highest sum that a share of the letters from a level on reaches; each writer counts alike."""
    wanted = [place for place, letter in enumerate(letters) if rank(letter.level) >= rank(head)]
    written = Counter(letters[place].writer for place in wanted)
    sums = sorted(((scores[place, HEADS.index(head)], letters[place].writer) for place in wanted), reverse=True)
    reached = np.cumsum([1 / written[writer] / len(written) for _, writer in sums])
    return float(sums[int(np.searchsorted(reached, share))][0])


def _at_least(letters: Sequence[Letter], head: str) -> Numbers:
    return np.array([rank(letter.level) >= rank(head) for letter in letters])
