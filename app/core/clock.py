"""The one source of the present moment, so that tests can hold or move time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return _source()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock of this process at an aware moment until the block ends."""
    global _source
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    before, held = _source, moment.astimezone(UTC)
    _source = lambda: held  # noqa: E731
    try:
        yield
    finally:
        _source = before
