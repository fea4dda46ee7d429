"""Who is doing something: a person with posts and unlocked keys, for the length of one request."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.access.posts import PostHeld, PostKind
from app.vault import KeyRing


@dataclass(frozen=True)
class Actor:
    """The person behind a request, with the posts of this moment and the key ring of this request.

    `via` says how the deed came in (page, api, cli); `verified_at` is the last proof of identity.
    """

    person_id: UUID
    district_id: UUID
    posts: tuple[PostHeld, ...]
    ring: KeyRing = field(repr=False)
    name: str = field(default="", repr=False)
    via: str = "page"
    session_id: bytes | None = field(default=None, repr=False)
    verified_at: datetime | None = None

    def holds(self, *kinds: PostKind) -> bool:
        """Say whether any post of these kinds is held, anywhere."""
        return any(post.kind in kinds for post in self.posts)

    def at(self, organisation_id: UUID, *kinds: PostKind) -> bool:
        """Say whether a post of these kinds is held at this organisation."""
        return any(post.kind in kinds and post.organisation_id == organisation_id for post in self.posts)

    def organisations(self, *kinds: PostKind) -> frozenset[UUID]:
        """Return the organisations at which a post of these kinds (any, if none is named) is held."""
        return frozenset(post.organisation_id for post in self.posts if not kinds or post.kind in kinds)

    def grades(self, *kinds: PostKind) -> frozenset[UUID]:
        """Return the grades that posts of these kinds are in charge of."""
        return frozenset(post.grade_id for post in self.posts if post.grade_id and post.kind in kinds)

    def classes(self, *kinds: PostKind) -> frozenset[UUID]:
        """Return the classes that posts of these kinds are in charge of."""
        return frozenset(post.class_id for post in self.posts if post.class_id and post.kind in kinds)
