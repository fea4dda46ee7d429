"""The auditor alone looks into the trail, and reads nothing else."""

from collections.abc import Callable
from typing import Any

from tests.world import World

ABOUT = "app.oversight.policy"
TABLE = {
    "trail:read": {"-": "eve"},
    "trail:verify": {"-": "eve"},
    "trail:export": {"-": "eve"},
    "access:table": {"-": "eve"},
}


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Nothing here is about a single record."""
    return {}
