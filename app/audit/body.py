"""What an event says, in its one spelling: canonical JSON whose plain part stands first."""

import enum
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

Code = UUID | enum.Enum | str | int | bool | None | list[Any] | tuple[Any, ...]
"""What may stand in an event: ids, codes of the product, counts. Never anything a person typed."""

# A word of the product such as file:read or audit.show_trail, or a code such as R4 or OWN_SAFETY_LETTER.
_CODE = re.compile(r"[a-z][a-z0-9_-]*([.:][A-Za-z][A-Za-z0-9_-]*)*|[A-Z][A-Z0-9_]*")
_LONGEST_CODE = 80
_LARGEST_NUMBER = 2**53


class NotACode(TypeError):
    """A value for the trail is neither an id nor a code nor a count."""


@dataclass(frozen=True)
class Saying:
    """The facts of one event before they are written down."""

    uuid: UUID
    organisation_id: UUID
    at: datetime
    person_id: UUID | None
    via: str
    action: str
    subject_kind: str | None
    subject_id: UUID | None

    def body(self, codes: Mapping[str, Code]) -> bytes:
        """Return the bytes that are kept; their keys sort so that what the columns repeat comes first."""
        subject = [_plain(self.subject_kind), _plain(self.subject_id)] if self.subject_id else None
        said = {
            "action": _plain(self.action),
            "at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "by": _plain(self.person_id),
            "id": _plain(self.uuid),
            "of": _plain(self.organisation_id),
            "on": subject,
            "via": _plain(self.via),
            "with": {_code(name): _plain(value) for name, value in codes.items() if value is not None},
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _plain(value: Code) -> Any:
    """Return a value as JSON keeps it; raises NotACode, which never repeats the value."""
    if isinstance(value, enum.Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, int) and abs(value) < _LARGEST_NUMBER:
        return value
    if isinstance(value, str):
        return _code(value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    raise NotACode("only ids, codes and counts go into the trail")


def _code(value: str) -> str:
    if len(value) > _LONGEST_CODE or not _CODE.fullmatch(value):
        raise NotACode("only ids, codes and counts go into the trail")
    return value
