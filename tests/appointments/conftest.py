"""Every story about appointments begins on a Tuesday morning in term, two hours before the room opens."""

from collections.abc import Iterator

import pytest

from app.core import clock
from tests.appointments.telling import TUESDAY_MORNING


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with clock.at(TUESDAY_MORNING):
        yield
