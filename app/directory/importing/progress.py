"""How far a long job is, told as counts while it runs."""

from collections.abc import Callable

Tell = Callable[[int, int], None]
"""Takes how many rows are done and how many there are."""


def silent(done: int, total: int) -> None:
    """Tell nobody."""
