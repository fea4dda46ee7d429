"""The triggers that keep the trail append-only: are they all still there?"""

from sqlalchemy import text

from app.core.database import session

_EXPECTED = {
    "sqlite": [
        f"{table}_{rule}"
        for table, rules in {
            "trail_event": ("keeps", "stays", "once"),
            "trail_leaf": ("keeps", "stays", "once"),
            "trail_checkpoint": ("keeps", "stays", "once"),
            "trail_tree": ("grows", "stays", "once"),
        }.items()
        for rule in rules
    ],
    "postgresql": [
        f"{table}_{rule}"
        for table, rules in {
            "trail_event": ("keeps", "stays"),
            "trail_leaf": ("keeps", "stays"),
            "trail_checkpoint": ("keeps", "stays"),
            "trail_tree": ("grows", "remains", "stays"),
        }.items()
        for rule in rules
    ],
}
_PRESENT = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND NOT tgisinternal",
}


def missing_locks() -> list[str]:
    """Return the names of the triggers that somebody removed or switched off."""
    database = session().connection().dialect.name
    present = set(session().scalars(text(_PRESENT[database])))
    return [name for name in _EXPECTED[database] if name not in present]
