"""The letters that the other tests post are what they are taken for: one everyday, one that cannot wait."""

from app.letterbox.screening import screen
from tests.letterbox.conftest import GRAVE, TEXT


def test_one_is_everyday_and_one_cannot_wait() -> None:
    assert (screen(TEXT).level, screen(GRAVE).level) == ("R0", "R4")
