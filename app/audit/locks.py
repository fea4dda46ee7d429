"""The triggers that keep the trail append-only: are they all still there, and no others beside them?"""

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
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'trail%'",
    "postgresql": (
        "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE relname LIKE 'trail%' AND tgenabled <> 'D' AND NOT tgisinternal"
    ),
}


def missing_locks() -> list[str]:
    """Return the names of the triggers that somebody removed or switched off."""
    present = set(_present())
    return [name for name in _expected() if name not in present]


def foreign_triggers() -> list[str]:
    """Return the names of triggers on the trail that are not ours: one can swallow an event before it is kept."""
    expected = set(_expected())
    return sorted(name for name in _present() if name not in expected)


def _expected() -> list[str]:
    return _EXPECTED[session().connection().dialect.name]


def _present() -> list[str]:
    return list(session().scalars(text(_PRESENT[session().connection().dialect.name])))
