"""Long lists a page at a time, by key and never by offset, so that a page costs the same anywhere."""

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database import session

_T = TypeVar("_T")

# Far longer than any that is made here, and too short to nest deeply.
_LONGEST_CURSOR = 800


@dataclass(frozen=True)
class Page(Generic[_T]):
    """Some lines of a list and the cursor that continues it, None at the end."""

    items: Sequence[_T]
    next: str | None


def page(
    select: Select[_T],
    *,
    by: Sequence[InstrumentedAttribute[Any]],
    cursor: str | None = None,
    size: int = 50,
    newest_first: bool = True,
) -> Page[_T]:
    """Return one page ordered by the given columns, the last of which must be unique."""
    after = _decode(cursor, by)
    if after is not None:
        line = tuple_(*by)
        bound = tuple_(*after)
        select = select.where(line < bound if newest_first else line > bound)
    order = [column.desc() if newest_first else column.asc() for column in by]
    found: list[_T] = list(session().scalars(select.order_by(*order).limit(size + 1)))
    more = len(found) > size
    items = found[:size]
    return Page(items, _encode([getattr(items[-1], column.key) for column in by]) if more else None)


def _encode(values: Sequence[Any]) -> str:
    tagged = [
        ["t", value.isoformat()] if isinstance(value, datetime)
        else ["u", value.hex] if isinstance(value, uuid.UUID)
        else ["v", value]
        for value in values
    ]
    return base64.urlsafe_b64encode(json.dumps(tagged, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str | None, by: Sequence[InstrumentedAttribute[Any]]) -> list[Any] | None:
    """Read a cursor; one that was tampered with simply starts the list again."""
    if not cursor or len(cursor) > _LONGEST_CURSOR:
        return None
    try:
        tagged = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [_untag(tag, value) for tag, value in tagged]
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return values if [type(value) for value in values] == [column.type.python_type for column in by] else None


def _untag(tag: str, value: Any) -> Any:
    if tag == "t":
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    if tag == "u":
        return uuid.UUID(hex=str(value))
    if tag == "v" and isinstance(value, int) and abs(value) < 1 << 63:
        return value
    if tag == "v" and isinstance(value, str) and "\0" not in value:
        # Half a pair of surrogates is valid JSON and no text that a database takes.
        return value.encode().decode()
    raise ValueError("unknown tag")
