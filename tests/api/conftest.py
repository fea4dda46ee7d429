"""Programs of the cast: every story begins on a Tuesday morning in term."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from app.core import clock
from tests.api.programs import Program
from tests.escalation.telling import TUESDAY_MORNING


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with clock.at(TUESDAY_MORNING):
        yield


@pytest.fixture
def program_of(browser_of: Callable[[str], FlaskClient]) -> Callable[[str], Program]:
    """A program that uses the session of one of the cast: `program_of("lin").get("/files")`."""
    return lambda name: Program(browser_of(name))
