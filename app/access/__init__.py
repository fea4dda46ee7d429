"""Who may do what: permissions as sentences, the actor of a request, and the guard on every view."""

from app.access.actor import Actor
from app.access.guard import FRESH, guard, is_fresh
from app.access.permissions import Permission, is_signed_in, relation, role
from app.access.posts import CENTRE, SCHOOL, TEACHERS, PostHeld, PostKind
from app.core.requests import public

__all__ = [
    "CENTRE",
    "FRESH",
    "SCHOOL",
    "TEACHERS",
    "Actor",
    "Permission",
    "PostHeld",
    "PostKind",
    "guard",
    "is_fresh",
    "is_signed_in",
    "public",
    "relation",
    "role",
]
