"""How lists of people read to one of them: oneself first and as "You", the others by name."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask_babel import gettext as _

from app.access import Actor
from app.directory.queries import names_of


def named(people: Iterable[UUID], actor: Actor) -> list[str]:
    """Return the names of people for one who reads them."""
    ids = set(people)
    return named_among(ids, names_of(ids - {actor.person_id}), actor)


def named_among(people: Iterable[UUID], names: Mapping[UUID, str], actor: Actor) -> list[str]:
    """Return the same from names that are known already; who has none is left out."""
    ids = set(people)
    mine = [_("You")] if actor.person_id in ids else []
    return mine + sorted(names[one] for one in ids - {actor.person_id} if one in names)
