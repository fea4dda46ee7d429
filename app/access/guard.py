"""The door of every view: loads the record, asks the permission, writes the visit to the trail."""

import functools
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app, g, request

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
    find and what is refused answer alike, at the same cost. `visit` names the event under which what was
    shown is recorded; a redirect shows nothing, nor does an empty answer.
    """

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(*_: Any, **ids: Any) -> Any:
            actor: Actor | None = g.get("actor")
            if actor is None:
                raise NeedsSignIn()
            loaded = _load(load, ids)
            if load is not None and loaded is None:
                _ask_in_vain(permission, actor, ids)
                raise Missing(afterwards=_denial(actor, permission))
            if not permission.allows(actor, loaded):
                raise Missing(afterwards=_denial(actor, permission))
            if permission.reauth and not is_fresh(actor):
                raise NeedsFreshProof()
            answer = view(loaded) if load is not None else view(**ids)
            return answer if visit is None else _with_visit(answer, visit, actor, loaded)

        guarded.__permission__ = permission  # type: ignore[attr-defined]
        guarded.__visits__ = visit is not None  # type: ignore[attr-defined]
        guarded.__load__ = load  # type: ignore[attr-defined]
        return guarded

    return wrap


def is_fresh(actor: Actor) -> bool:
    """Say whether the person proved who they are recently enough for a sensitive act."""
    return actor.verified_at is not None and clock.now() - actor.verified_at <= FRESH


class Absent:
    """Stands in for a record that is not there: it has the ids it was asked for by, and nothing else."""

    def __init__(self, ids: dict[str, Any]) -> None:
        self.__dict__.update(ids)
        self.id = next((one for one in reversed(ids.values()) if isinstance(one, UUID)), None)

    def __getattr__(self, name: str) -> None:
        return None


def _load(load: Callable[..., Any] | None, ids: dict[str, Any]) -> Any:
    if load is None:
        return None
    try:
        return load(**ids)
    except Missing:
        return None


def _ask_in_vain(permission: Permission, actor: Actor, ids: dict[str, Any]) -> None:
    """Ask about nothing what would be asked about something, so that time does not tell the two apart."""
    with suppress(AttributeError, TypeError):
        permission.allows(actor, Absent(ids))


def _denial(actor: Actor, permission: Permission) -> Callable[[], None]:
    # What is refused and what is not there leave the same event.
    organisation = actor.posts[0].organisation_id if actor.posts else actor.district_id
    endpoint = request.endpoint or "-"
    return lambda: record(
        actor, "access:refused", organisation=organisation, permission=permission.name, endpoint=endpoint
    )


def _with_visit(answer: Any, visit: str, actor: Actor, loaded: Any) -> Any:
    response = current_app.make_response(answer)
    if response.status_code != 204 and not 300 <= response.status_code < 400:
        own, subject = subject_of(loaded), seen_as(loaded)
        part = {own[0]: own[1]} if own is not None and own != subject else {}
        record(actor, visit, organisation=organisation_of(loaded, actor), subject=subject, **part)
    return response


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


def seen_as(loaded: Any) -> tuple[str, UUID] | None:
    """Return the record in whose history a look belongs: a part's `seen_as` names its whole."""
    whole: tuple[str, UUID] | None = getattr(loaded, "seen_as", None)
    return whole or subject_of(loaded)
