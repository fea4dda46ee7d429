"""The door of every view: loads the record, asks the permission, writes the visit to the trail."""

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g, request

from app.access.actor import Actor
from app.access.permissions import Permission
from app.audit import record
from app.core import clock
from app.core.errors import Missing, NeedsFreshProof, NeedsSignIn

FRESH = timedelta(minutes=10)
"""How long a proof of identity counts for sensitive acts (Xinxia's own default)."""


def guard(
    permission: Permission, *, load: Callable[..., Any] | None = None, visit: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view run only for those whom the permission lets in.

    `load` takes the view's ids and returns the record that then stands in their place; what it does not
    find and what is refused answer alike. `visit` names the event under which opening it is recorded.
    """

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(*_: Any, **ids: Any) -> Any:
            actor: Actor | None = g.get("actor")
            if actor is None:
                raise NeedsSignIn()
            loaded = _load(load, ids)
            if load is not None and loaded is None:
                raise Missing(afterwards=_denial(actor, permission, None))
            if not permission.allows(actor, loaded):
                raise Missing(afterwards=_denial(actor, permission, loaded))
            if permission.reauth and not is_fresh(actor):
                raise NeedsFreshProof()
            if visit is not None:
                record(actor, visit, organisation=organisation_of(loaded, actor), subject=subject_of(loaded))
            return view(loaded) if load is not None else view(**ids)

        guarded.__permission__ = permission  # type: ignore[attr-defined]
        guarded.__visits__ = visit is not None  # type: ignore[attr-defined]
        return guarded

    return wrap


def is_fresh(actor: Actor) -> bool:
    """Say whether the person proved who they are recently enough for a sensitive act."""
    return actor.verified_at is not None and clock.now() - actor.verified_at <= FRESH


def _load(load: Callable[..., Any] | None, ids: dict[str, Any]) -> Any:
    if load is None:
        return None
    try:
        return load(**ids)
    except Missing:
        return None


def _denial(actor: Actor, permission: Permission, loaded: Any) -> Callable[[], None]:
    # Computed before the rollback: afterwards the record can no longer be read. What is refused and
    # what is not there leave the same kind of event, and cost the same.
    organisation = actor.posts[0].organisation_id if actor.posts else actor.district_id
    endpoint = request.endpoint or "-"
    return lambda: record(
        actor, "access:refused", organisation=organisation, permission=permission.name, endpoint=endpoint
    )


def organisation_of(loaded: Any, actor: Actor) -> UUID:
    """Return the organisation in whose tree a visit to this record is kept."""
    for name in ("organisation_id", "school_id", "district_id"):
        if (found := getattr(loaded, name, None)) is not None:
            return UUID(str(found))
    return actor.posts[0].organisation_id if actor.posts else actor.district_id


def subject_of(loaded: Any) -> tuple[str, UUID] | None:
    """Return kind and id of a record as the trail keeps them."""
    if loaded is None or not hasattr(loaded, "id"):
        return None
    return str(loaded.__tablename__), loaded.id
