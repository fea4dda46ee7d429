"""Many ways to write a word become one, and every place found leads back to the child's own text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.letterbox.screening.normalising import normalise, windows


@given(st.text())
def test_any_text_has_a_spelling_and_every_character_of_it_a_place(text: str) -> None:
    normal = normalise(text)
    assert len(normal.text) == len(normal.places)
    assert list(normal.places) == sorted(normal.places)
    assert all(0 <= place < len(text) for place in normal.places)


@given(st.text(alphabet="我a .ﷺ㎏", max_size=60), st.integers(1, 400))
def test_windows_cover_a_text_overlap_and_are_short(piece: str, times: int) -> None:
    text = piece * times
    spans = list(windows(text))
    assert spans[0][0] == 0 and spans[-1][1] == len(text)
    for (_, end), (start, _) in pairwise(spans):
        assert end - start == 200
    assert all(len(normalise(text[start:end]).text) <= 20_000 for start, end in spans)


@given(st.text(alphabet="我想死 .。，kill🔪4ａ\u200d\n", min_size=1))
def test_spelling_it_again_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("我 想🔪死", "我想死"),
        ("自*杀", "自杀"),
        ("ＫＩＬＬ　ｍｙｓｅｌｆ", "kill myself"),
        ("k i l l m y s e l f", "killmyself"),
        ("k.i.l.l", "kill"),
        ("su1c1de", "suicide"),
        ("dieeee, killlll", "die，kill"),
        ("I can’t go on…", "i cant go on。"),
        ("我想殺了他", "我想杀了他"),
        ("唔想", "不想"),
    ],
)
def test_one_spelling_for_what_is_written_in_many(written: str, meant: str) -> None:
    assert normalise(written).text == meant


def test_a_place_leads_back_to_what_the_child_wrote() -> None:
    written = "老师，我 想🔪死 了"
    normal = normalise(written)
    start = normal.text.index("想死")
    low, high = normal.original(start, start + 2)
    assert written[low:high] == "想🔪死"
