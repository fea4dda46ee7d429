"""Figures name nobody, and no small cell can be worked out from the others."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from app.escalation.figures import SMALLEST_SHOWN, shown, total_of

COUNTS = st.lists(st.integers(0, 12), min_size=5, max_size=5)


def test_nought_is_nought_and_few_are_hidden() -> None:
    assert [shown(count) for count in (0, 1, 4, 5, 60)] == ["0", "<5", "<5", "5", "60"]


@given(COUNTS)
def test_a_total_says_nothing_of_what_is_hidden_in_its_parts(counts: list[int]) -> None:
    hidden = [place for place, count in enumerate(counts) if 0 < count < SMALLEST_SHOWN]
    for other in product(range(1, SMALLEST_SHOWN), repeat=len(hidden)):
        changed = list(counts)
        for place, count in zip(hidden, other, strict=True):
            changed[place] = count
        assert total_of(changed) == total_of(counts)


def test_without_a_hidden_cell_the_total_is_the_total() -> None:
    assert total_of([6, 7, 0, 0, 0]) == "13"
    assert total_of([6, 7, 2, 0, 0]) == "13+"
    assert total_of([1, 1, 0, 0, 0]) == "1+"
