"""Fits the weights of each level over the same features, and finds thresholds on writers that were left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from app.escalation.levels import GRAVE, Level, rank
from app.letterbox.screening.features import Features, features
from app.letterbox.screening.finding import find_codes, find_signs
from app.letterbox.screening.model import HEADS
from app.letterbox.screening.normalising import normalise
from app.letterbox.screening.rules import rules
from app.letterbox.screening.weighing import level_of_signs
from app.letterbox.training.letters import Letter, others

_STRENGTH = 0.3
_COUNTED = 0.6
_MOST_FEATURES = 90000
_SEEN_AT_LEAST = 2
# Missing a letter costs more than reading one too many; R3 asks for more than 0.95: short plain messages cost some.
_RECALL: dict[Level, float] = {"R1": 0.5, "R2": 0.6, "R3": 0.96}
# These sets were written as letters come, three of them to measure with; the others are full of single cryptic
# sentences and of twins that differ in a word, and a threshold that finds nearly all of those alarms for everything.
_MEASURING = frozenset({"eighth", "ninth", "tenth", "eleventh", "twelfth"})
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
    return _fit(letters, *_shown(found))


def _shown(found: Sequence[Features]) -> tuple[list[str], csr_matrix]:
    """Return the names of the features that more than one letter has, and the letters as rows of them."""
    seen = Counter(name for one in found for name in one)
    names = sorted(name for name, times in seen.items() if times >= _SEEN_AT_LEAST)
    return names, matrix(found, {name: place for place, name in enumerate(names)})


def _fit(letters: Sequence[Letter], names: Sequence[str], shown: csr_matrix) -> Fitted:
    times = np.asarray((shown > 0).sum(axis=0)).ravel()
    often = np.flatnonzero(times >= _SEEN_AT_LEAST)
    worth = np.array([letter.weight for letter in letters])
    learnt = [_weights(shown[:, often], _at_least(letters, head), worth) for head in HEADS]
    weights = np.vstack([one for one, _ in learnt])
    # What says little of R3 is left out here, so that leaving out writers shows what that costs.
    moved = np.abs(weights[HEADS.index("R3")]) * np.sqrt(times[often])
    kept = np.sort(np.argsort(-moved, kind="stable")[:_MOST_FEATURES])
    start = np.array([start for _, start in learnt])
    return Fitted([names[place] for place in often[kept]], weights[:, kept], start)


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
    names, shown = _shown(found)
    for writer in sorted({letter.writer for letter in letters}):
        seen = others(letters, writer)
        unseen = [place for place, letter in enumerate(letters) if letter.writer == writer]
        part = _fit([letters[place] for place in seen], names, shown[seen])
        scores[unseen] = part.scores([found[place] for place in unseen])
    return scores


def thresholds(letters: Sequence[Letter], scores: Numbers) -> dict[Level, float]:
    """Return for each level the sum from which on it is suggested; see the wishes at the top."""
    plain: tuple[Level, ...] = ("R1", "R2")
    chosen: dict[Level, float] = {head: reached_by(letters, scores, head, _RECALL[head]) for head in plain}
    chosen["R3"] = same_day(letters, scores)
    chosen["R4"] = float(np.quantile(scores[~_at_least(letters, "R3"), HEADS.index("R4")], 1 - _FALSE_R4))
    return chosen


def same_day(letters: Sequence[Letter], scores: Numbers) -> float:
    """Return the sum of R3 that finds enough of the letters that read as letters come.

    A letter that its signs alone put before somebody the same day needs no sum.
    """
    ordinary, column = everyday(letters, scores), HEADS.index("R3")
    measuring = [place for place, letter in enumerate(letters) if letter.writer in _MEASURING and letter.grave]
    sums = scores[measuring].copy()
    for row, place in enumerate(measuring):
        if _by_signs(letters[place].text, scores[place, column] < ordinary):
            sums[row, column] = np.inf
    return reached_by([letters[place] for place in measuring], sums, "R3", _RECALL["R3"])


def _by_signs(text: str, doubted: bool) -> bool:
    """Say whether the signs of a letter put it before somebody the same day, as `suggest` has it."""
    normal = normalise(text)
    counting = [hit for hit in find_signs(normal, rules()) if not hit.guarded]
    level = level_of_signs(counting, find_codes(normal.text, rules().aids.items()))
    return level in GRAVE and not (doubted and level == "R3" and len(counting) == 1)


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
