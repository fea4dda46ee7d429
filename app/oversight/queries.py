"""Finding what happened in a district, and saying whether the trail of it is whole."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.access import Actor
from app.audit.broken import TrailBroken
from app.audit.models import TrailEvent
from app.audit.queries import events_of
from app.audit.verify import Verified, verify
from app.core.paging import Page
from app.directory.queries import calendar_of, organisations_of


def places_of(actor: Actor) -> dict[UUID, str]:
    """Return the organisations of the actor's district with their names."""
    found = organisations_of(actor.district_id, "district", "school", "centre", "bureau")
    return {one.id: one.name for one in found}


def find_events(known: Mapping[str, Any], actor: Actor, *, cursor: str | None = None) -> Page[TrailEvent]:
    """Return what fits a search, newest first; at a place that is none of the district's nothing happened."""
    places = set(places_of(actor))
    if (wanted := known.get("organisation")) is not None:
        places &= {wanted}
    return events_of(
        list(places),
        action=known.get("action"),
        person_id=known.get("person"),
        subject_id=known.get("record"),
        since=_start_of(known.get("since"), actor),
        until=_start_of(known.get("until"), actor, plus=1),
        cursor=cursor,
    )


def people_in(events: Sequence[TrailEvent]) -> set[UUID]:
    """Return the people whom events name: who did something, and about whom the system did it, as in signing in."""
    found = {event.person_id for event in events} | {e.subject_id for e in events if e.subject_kind == "person"}
    return {one for one in found if one is not None}


def _start_of(day: date | None, actor: Actor, *, plus: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time(), calendar_of(actor.district_id).zone) + timedelta(days=plus)


def verified() -> tuple[Verified | None, TrailBroken | None]:
    """Return what was found whole, or the first place that is not."""
    try:
        return verify(), None
    except TrailBroken as broken:
        return None, broken
