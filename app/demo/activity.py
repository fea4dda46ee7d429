"""What happened in the sample district."""

from collections.abc import Callable

from app.demo.loading import District


def happen(district: District, tell: Callable[[str], None]) -> None:
    """Let the people of the tour do what they do in a term."""
    tell("letting the first weeks pass")
