"""Names for those without an account: people of the school with their posts."""

from collections.abc import Collection
from uuid import UUID

from flask_babel import gettext as _

from app.directory.posts import POST_WORDS
from app.directory.queries import names_of, posts_of, today_at


def named(people: Collection[UUID], school_id: UUID) -> list[str]:
    """Return people with their posts, as a child knows them."""
    return list(named_each(people, school_id).values())


def named_each(people: Collection[UUID], school_id: UUID) -> dict[UUID, str]:
    """Return each of these people with their posts, in the order of their names."""
    names, posts = names_of(people), posts_of(people, today_at(school_id))
    found = {}
    for person_id, name in sorted(names.items(), key=lambda one: one[1]):
        held = " · ".join(dict.fromkeys(_(POST_WORDS[post.kind]) for post in posts[person_id]))
        found[person_id] = _("%(name)s (%(post)s)", name=name, post=held) if held else name
    return found
