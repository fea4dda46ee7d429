"""Every story about concerns begins on a Tuesday morning in term."""

from collections.abc import Iterator

import pytest

from app.core import clock
from tests.escalation.telling import TUESDAY_MORNING


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with clock.at(TUESDAY_MORNING):
        yield
