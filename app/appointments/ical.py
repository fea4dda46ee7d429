"""Calendars as RFC 5545 writes them: the small part that Xinxia needs, and pure functions over data."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
_LINE = 75
"""Octets in a line without its end (RFC 5545, section 3.1)."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Entry:
    """A time that somebody has taken; what it is for does not leave the room."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    status: Status


def calendar(entries: Iterable[Entry], *, words: str) -> bytes:
    """Return a calendar in which every entry bears the same few words."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xinxia//Xinxia//EN", "CALSCALE:GREGORIAN",
             # How often a program should ask again (RFC 7986, section 5.7).
             "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for entry in entries:
        lines += _event(entry, words)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(entry: Entry, words: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    # A calendar without METHOD says here when the entry was last revised (RFC 5545, section 3.8.7.2).
    yield f"DTSTAMP:{_moment(entry.changed_at)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTART:{_moment(entry.starts_at)}"
    yield f"DTEND:{_moment(entry.ends_at)}"
    yield f"SUMMARY:{escaped(words)}"
    yield f"STATUS:{entry.status}"
    yield "CLASS:PRIVATE"
    yield f"TRANSP:{'TRANSPARENT' if entry.status == 'CANCELLED' else 'OPAQUE'}"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    """Return a moment in UTC: no zone has to be described, and no change of clocks moves it."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Return a text as a value (section 3.3.11); what no value may hold is left out."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """Return a line of at most 75 octets, continued behind a space, with no character cut in two (section 3.1)."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > _LINE - bool(parts):
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"
