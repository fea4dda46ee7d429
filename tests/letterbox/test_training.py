"""The weights belong to the letters and rules beside them, and the way to make them again works."""

import json

import numpy as np
import pytest

from app.escalation.levels import LEVELS
from app.letterbox.screening.model import HEADS, WEIGHTS, model, sources
from app.letterbox.training.fitting import features_of, fit, same_day, thresholds
from app.letterbox.training.letters import Letter, others, read
from app.letterbox.training.report import interval, table


def test_the_weights_were_made_from_what_lies_beside_them() -> None:
    assert model().made_from == sources(), "letters or rules changed: run `make screening`"


def test_the_weights_stay_small() -> None:
    assert WEIGHTS.stat().st_size < 2_000_000


def test_every_training_letter_is_labelled_and_stands_there_once() -> None:
    letters = read()
    assert {letter.level for letter in letters} == set(LEVELS)
    assert {letter.language for letter in letters} == {"zh", "en"}
    assert len({letter.text for letter in letters}) == len(letters)


def test_learning_from_a_few_letters_tells_those_letters_apart() -> None:
    letters = read()[::12]
    found = features_of(letters)
    scores = fit(letters, found).scores(found)
    chosen = thresholds(letters, scores)
    place = HEADS.index("R3")
    alarms = [score >= chosen["R3"] for score in scores[:, place]]
    right = sum(alarm == letter.grave for alarm, letter in zip(alarms, letters, strict=True))
    assert right > 0.8 * len(letters)


def test_what_signs_find_alone_needs_no_sum_and_single_lines_do_not_set_it() -> None:
    plain = [Letter("zh", f"书 {place}", "R3", "eighth") for place in range(24)]
    lines = [Letter("zh", f"一句 {place}", "R3", "third") for place in range(50)]
    scores = np.zeros((75, len(HEADS)))
    scores[:, HEADS.index("R3")] = [*range(1, 25), -100, *([-50] * 50)]
    assert same_day([*plain, Letter("zh", "药已经攒够了", "R4", "eighth"), *lines], scores) == 2
    assert same_day([*plain, Letter("zh", "红色的书", "R4", "eighth"), *lines], scores) == 1


def test_the_file_keeps_what_was_learnt() -> None:
    facts = json.loads(WEIGHTS.read_text("utf-8").splitlines()[0])
    assert set(facts["start"]) == set(facts["thresholds"]) == set(HEADS)
    assert facts["everyday"] < facts["thresholds"]["R3"]


def test_what_is_learnt_for_a_writer_holds_none_of_the_writers_letters_and_none_much_alike() -> None:
    letters = [
        Letter("zh", "我想请大家把我今天说的话都忘掉吧", "R3", "one"),
        Letter("zh", "请大家把我今天说的话都忘掉吧，好吗", "R3", "other"),
        Letter("zh", "食堂的鸡腿真的很好吃", "R0", "other"),
    ]
    assert others(letters, "one") == [2]


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(0, 0, 0, 1), (95, 100, 0.888, 0.978), (0, 50, 0, 0.071)])
def test_an_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert interval(hits, of) == pytest.approx((low, high), abs=0.001)


def test_the_report_shows_no_letter() -> None:
    letters = read()[:40]
    shown = table(letters, [letter.level for letter in letters])
    assert "recall at R3+, all" in shown and not any(letter.text in shown for letter in letters)
