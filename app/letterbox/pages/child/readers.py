"""Names for a child: who reads, and who works at the school."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _

from app import vault
from app.access import CENTRE, PostKind
from app.directory.people import HeldPost, posts_held_at
from app.directory.posts import POST_WORDS
from app.directory.queries import posts_of, today_at
from app.entrance.naming import named
from app.letterbox.service.readership import Readers

_PUBLISHED = (
    PostKind.COUNSELLOR, PostKind.LEAD, PostKind.HEAD_OF_GRADE, PostKind.CLASS_TEACHER, PostKind.SUBJECT_TEACHER,
)


def centre_among(people: Collection[UUID], school_id: UUID) -> bool:
    """Say whether somebody of the district's centre is among these people."""
    posts = posts_of(people, today_at(school_id))
    return any(post.kind in CENTRE for held in posts.values() for post in held)


@dataclass(frozen=True)
class NamedReaders:
    """Who would read a letter: plainly, and in an emergency only; `to_room` says where it goes."""

    plainly: list[str]
    in_emergency: list[str]
    to_room: bool


def named_readers(who: Readers, school_id: UUID) -> NamedReaders:
    """Return the readers of a letter by name."""
    standing_by = vault.readers_among(who.standby) - who.people
    return NamedReaders(named(who.people, school_id), named(standing_by, school_id), who.box == "room")


@dataclass(frozen=True)
class Holders:
    """Those who hold one kind of post at a school, as choices."""

    words: str
    people: list[tuple[str, str]]


def published(school_id: UUID) -> list[Holders]:
    """Return who holds which post at a school: what hangs in every corridor, names and nothing else."""
    held = [one for one in posts_held_at([school_id]) if one.kind in _PUBLISHED]
    return [
        Holders(_(POST_WORDS[kind]), _choices([one for one in held if one.kind is kind]))
        for kind in _PUBLISHED
        if any(one.kind is kind for one in held)
    ]


def _choices(held: list[HeldPost]) -> list[tuple[str, str]]:
    words: dict[UUID, list[str]] = {}
    for one in held:
        words.setdefault(one.person.id, [one.person.name]).append(one.where)
    return sorted(((person_id.hex, " ".join(filter(None, parts))) for person_id, parts in words.items()), key=_by_words)


def _by_words(choice: tuple[str, str]) -> str:
    return choice[1]
