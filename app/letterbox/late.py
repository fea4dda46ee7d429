"""What waits too long at a school, counted for those who hear of it: where a notice leads whoever reads no letter.

Letters that are kept from somebody are in no count that this person sees.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from app import vault
from app.access import CENTRE, Actor, PostKind
from app.directory.queries import organisations_of
from app.escalation.figures import shown
from app.letterbox import queries
from app.letterbox.hearing import Hearers, hearers_each, in_post_around
from app.letterbox.models import Letter

_AT_SCHOOL = (PostKind.COUNSELLOR, PostKind.LEAD, PostKind.SCHOOL_ADMIN)


@dataclass(frozen=True)
class Late:
    """The counts of one school, already made safe to show; `room_is_empty` where nobody in post holds its key."""

    school_id: UUID
    unopened: str
    readerless: str
    unread_answers: str
    room_is_empty: bool


def late_for(actor: Actor) -> list[Late]:
    """Return what waits too long at each school of this person, schools without anything left out."""
    schools = schools_of(actor)
    counts = {
        "unopened": _heard(queries.not_opened_in_time(*schools), actor, _tiers),
        "readerless": _heard(queries.readerless_at(*schools), actor, _everybody),
        "unread": _heard([one.letter for one in queries.readings_overdue_at(*schools)], actor, _tiers),
    }
    concerned = [school_id for school_id in schools if any(of[school_id] for of in counts.values())]
    return [
        Late(
            school_id, shown(counts["unopened"][school_id]), shown(counts["readerless"][school_id]),
            shown(counts["unread"][school_id]), room_is_empty=room_is_empty(school_id),
        )
        for school_id in concerned
    ]


def readerless_schools_of(actor: Actor) -> list[UUID]:
    """Return those of this person's schools at which a letter waits that nobody opens and of which they may hear."""
    return sorted(_heard(queries.readerless_at(*schools_of(actor)), actor, _everybody))


def schools_of(actor: Actor) -> list[UUID]:
    """Return the schools for whose letters a person is asked to do something."""
    if actor.holds(*CENTRE):
        return [school.id for school in organisations_of(actor.district_id, "school")]
    return sorted(actor.organisations(*_AT_SCHOOL))


def room_is_empty(school_id: UUID) -> bool:
    """Say whether nobody who counsels at a school today holds the key of its room."""
    room = vault.find_group(school_id, "room")
    holding = vault.readers_among([vault.group(room.id)]) if room else set()
    return in_post_around(school_id).room.isdisjoint(holding)


def left_to(actor: Actor) -> list[Letter]:
    """Return the letters that nobody at their school opens and that this person of the centre stands by for."""
    if not actor.holds(*CENTRE):
        return []
    schools = schools_of(actor)
    found = {letter.id: letter for letter in _left_to_centre(schools)}
    standing_by = actor.ring.reaches(list(found), standby=True) - actor.ring.reaches(list(found))
    return [letter for letter in found.values() if letter.id in standing_by]


def _left_to_centre(schools: Iterable[UUID]) -> Iterator[Letter]:
    for letters in (queries.readerless_at(*schools), queries.not_opened_in_time(*schools)):
        yield from (letter for letter in letters if letter.is_left_to_centre)


def _heard(letters: Iterable[Letter], actor: Actor, who: Callable[[Hearers], frozenset[UUID]]) -> Counter[UUID]:
    """Count by school those letters of which this person is among those who hear."""
    letters = list(letters)
    hearers = hearers_each(letters)
    return Counter(letter.school_id for letter in letters if actor.person_id in who(hearers[letter.id]))


def _everybody(hearers: Hearers) -> frozenset[UUID]:
    return hearers.everybody


def _tiers(hearers: Hearers) -> frozenset[UUID]:
    return hearers.room | hearers.leadership | hearers.centre
