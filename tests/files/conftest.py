"""Ana's file is in Lin's charge; Rui's is restricted to her."""

from uuid import UUID

import pytest

from tests.files import steps
from tests.world import World


@pytest.fixture
def anas(world: World) -> UUID:
    """The file of Ana, in the charge of Lin."""
    return steps.open_file(world, "lin", "ana")


@pytest.fixture
def ruis(world: World) -> UUID:
    """The file of Rui, restricted to Lin."""
    made = steps.open_file(world, "lin", "rui")
    steps.restrict(world, "lin", made, "lin")
    return made
