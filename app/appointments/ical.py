"""Calendars as RFC 5545 writes them: what a calendar program is told of a time that somebody has taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
ASK_AGAIN = timedelta(hours=1)
"""How often a program should load a calendar anew (RFC 7986, section 5.7)."""


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
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", "-//Xinxia//Xinxia//EN")
    whole.add("calscale", "GREGORIAN")
    whole.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        whole.add_component(_event(entry, words))
    return whole.to_ical()


def _event(entry: Entry, words: str) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    # A calendar without METHOD says here when the entry was last revised (RFC 5545, section 3.8.7.2).
    event.add("dtstamp", entry.changed_at)
    event.add("sequence", entry.sequence)
    # In UTC: no zone has to be described, and no change of clocks moves it.
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", words)
    event.add("status", entry.status)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
    return event
