"""Who hears that something about a letter waits too long, besides those who read it: that it waits, never what.

A job opens nothing and cannot read from whom a letter is kept, so it goes by plain rows: a letter that a whole group
opens is kept from nobody; of any other, nobody hears who was not on its ladder when it came (decision 28).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app import vault
from app.access import CENTRE, PostHeld, PostKind
from app.directory.queries import centre_of, posts_at, today_at
from app.letterbox.models import Letter

_KINDS = (PostKind.COUNSELLOR, PostKind.LEAD, PostKind.SCHOOL_ADMIN, *CENTRE)
Held = Sequence[tuple[UUID, PostHeld]]


@dataclass(frozen=True)
class Hearers:
    """Those in post today who may hear of a letter, tier by tier."""

    room: frozenset[UUID]
    leadership: frozenset[UUID]
    administrators: frozenset[UUID]
    centre: frozenset[UUID]

    @property
    def everybody(self) -> frozenset[UUID]:
        """All of them."""
        return self.room | self.leadership | self.administrators | self.centre

    def within(self, people: Collection[UUID]) -> "Hearers":
        """Return those of them who are among these people."""
        kept = frozenset(people)
        return Hearers(self.room & kept, self.leadership & kept, self.administrators & kept, self.centre & kept)


def hearers_each(letters: Sequence[Letter]) -> dict[UUID, Hearers]:
    """Return for each letter who may hear of it; the posts of a school are asked for once."""
    to_groups = vault.held_by_groups([letter.id for letter in letters]) if letters else set()
    in_post = {school_id: in_post_around(school_id) for school_id in {letter.school_id for letter in letters}}
    return {letter.id: _hearers(letter, in_post[letter.school_id], letter.id in to_groups) for letter in letters}


def in_post_around(school_id: UUID) -> Hearers:
    """Return everybody who opens letters of a school, could make that somebody does, or comes to its help."""
    places = [place for place in (school_id, centre_of(school_id)) if place is not None]
    held = posts_at(places, *_KINDS, on=today_at(school_id))
    return Hearers(
        _holding(held, PostKind.COUNSELLOR), _holding(held, PostKind.LEAD), _holding(held, PostKind.SCHOOL_ADMIN),
        _holding(held, *CENTRE),
    )


def readerless_among(letters: Sequence[Letter]) -> set[UUID]:
    """Return those letters that nobody opens any more who has a post for it today."""
    readers = vault.readers_each([letter.id for letter in letters]) if letters else {}
    in_post = {school_id: in_post_around(school_id) for school_id in {letter.school_id for letter in letters}}
    return {letter.id for letter in letters if readers[letter.id].isdisjoint(_opening(letter, in_post))}


def _opening(letter: Letter, in_post: Mapping[UUID, Hearers]) -> frozenset[UUID]:
    around = in_post[letter.school_id]
    return (around.room if letter.box_code == "room" else around.leadership) | around.centre


def _hearers(letter: Letter, in_post: Hearers, kept_from_nobody: bool) -> Hearers:
    if kept_from_nobody:
        return in_post
    heard = in_post.within({UUID(hex=person_id) for rung in letter.ladder for person_id in rung})
    # Where all have gone who knew of it, the centre is told rather than nobody.
    return heard if heard.everybody else in_post.within(in_post.centre)


def _holding(held: Held, *kinds: PostKind) -> frozenset[UUID]:
    return frozenset(person_id for person_id, post in held if post.kind in kinds)
