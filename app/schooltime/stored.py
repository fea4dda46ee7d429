"""Frozen facts as JSON and back, told by their type hints, so that what is stored has the shape of the facts."""

from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from typing import Any, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from app.schooltime.zones import zone_named


def plain(value: Any) -> Any:
    """Return facts as JSON holds them: dataclasses as objects, tuples as lists, days and times in ISO 8601."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, ZoneInfo):
        return value.key
    return value.isoformat() if isinstance(value, date | time) else value


def built(kind: Any, stored: Any) -> Any:
    """Return facts of a kind from their JSON; a ValueError where it has another shape."""
    if is_dataclass(kind):
        return _built_facts(kind, _a(dict, stored))
    if get_origin(kind) is tuple:
        return tuple(built(get_args(kind)[0], item) for item in _a(list, stored))
    if kind is ZoneInfo:
        return zone_named(_a(str, stored))
    if kind in (date, time):
        return kind.fromisoformat(_a(str, stored))
    return _a(kind, stored)


def _built_facts(kind: Any, stored: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if not needed <= stored.keys() <= hints.keys():
        raise ValueError("not the fields of these facts")
    return kind(**{name: built(hints[name], value) for name, value in stored.items()})


def _a(kind: type, stored: Any) -> Any:
    # True is an int for isinstance, and no number of a calendar.
    if type(stored) is not kind:
        raise ValueError(f"not a {kind.__name__}")
    return stored
