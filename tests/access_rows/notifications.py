"""Everybody reads their own notices and nobody else's."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.access_rows.identity import EVERYBODY
from tests.world import World

ABOUT = "app.notifications.policy"
TABLE = {
    "notice:list": {"-": EVERYBODY},
    "notice:choose": {"-": EVERYBODY},
    "notice:follow": {"to sol": "sol newcomer", "to tan": "tan", "missing": ""},
}


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Say how each record of the table is found."""
    return {
        f"to {name}": lambda one=name: SimpleNamespace(id=world.people[one], person_id=world.people[one])  # type: ignore[misc]
        for name in ("sol", "tan")
    }
