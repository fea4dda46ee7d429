"""Which grants lead somebody to an object: asked once for each object, however deep the grants are nested."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CTE, Select, and_, bindparam, exists, literal, or_, select

from app.core import clock
from app.core.database import read_columns, session
from app.vault.models import Grant, Membership

DEEPEST_NESTING = 3


class Way(NamedTuple):
    """A grant as it is asked for: the same names as the row, which for long lists would cost twice as much."""

    object_id: UUID
    epoch: int
    holder_kind: str
    holder_id: UUID
    holder_epoch: int
    organisation_id: UUID
    suite: int
    wrapped: bytes
    basis: str
    standby: bool
    expires_at: datetime | None
    granted_by: UUID
    granter_epoch: int
    signature: bytes


Ways = dict[UUID, list[Way]]
_COLUMNS = tuple(getattr(Grant, name) for name in Way._fields)


@dataclass(frozen=True)
class Seeker:
    """Somebody who wants to open something: a person's key in one epoch, with or without what stands by."""

    user_id: UUID
    epoch: int
    standby: bool


def ways_to(object_ids: Iterable[UUID], seeker: Seeker) -> Ways:
    """Return the live grants that could lead to these objects, and to what they are nested in, newest epoch first.

    What is not there costs what is not open costs. Whatever gives or takes a grant calls `forget_ways`.
    """
    known: Ways = session().info.setdefault("ways", {}).setdefault(seeker, {})
    missing = [object_id for object_id in object_ids if object_id not in known]
    if missing:
        known.update(_find(missing, seeker))
    return known


def forget_ways() -> None:
    """Ask again from now on: a grant or a membership was given or taken away in this transaction."""
    session().info.pop("ways", None)


def _find(object_ids: Collection[UUID], seeker: Seeker) -> Ways:
    found: Ways = {object_id: [] for object_id in object_ids}
    asked: dict[str, Any] = {
        "objects": object_ids, "me": seeker.user_id, "my_epoch": seeker.epoch, "now": clock.now(),
        "standby": seeker.standby,
    }
    for row in read_columns(_WAYS, **asked):
        way = Way._make(row)
        ways = found.setdefault(way.object_id, [])
        if way not in ways:
            ways.append(way)
    return found


def along(object_ids: Iterable[UUID], ways: Ways) -> list[Way]:
    """Return the grants of these objects and of those they are nested in."""
    found: list[Way] = []
    level = set(object_ids)
    for _ in range(DEEPEST_NESTING):
        grants = [grant for object_id in level for grant in ways.get(object_id, ())]
        level = {grant.holder_id for grant in grants if grant.holder_kind == "object"}
        found += grants
    return found


def reached(object_ids: Iterable[UUID], ways: Ways) -> set[UUID]:
    """Return those of these objects to which a way leads from the seeker's own keys."""
    return {object_id for object_id in object_ids if _is_reached(object_id, ways, DEEPEST_NESTING)}


def _is_reached(object_id: UUID, ways: Ways, depth: int) -> bool:
    return depth > 0 and any(
        grant.holder_kind != "object" or _is_reached(grant.holder_id, ways, depth - 1)
        for grant in ways.get(object_id, ())
    )


def people_reaching(object_ids: Collection[UUID], *, standby: bool) -> set[UUID]:
    """Return everybody to whom any way leads, straight or through a group."""
    asked = {"objects": object_ids, "now": clock.now(), "standby": standby}
    rows = read_columns(_PEOPLE, **asked)
    return {holder_id if kind == "user" else member_id for kind, holder_id, member_id in rows} - {None}


def _nest() -> CTE:
    """Return the question for the ids of some objects and, step by step, of those that these are nested in."""
    asked = select(Grant.object_id.label("id"), literal(1).label("depth"))
    nest = asked.where(Grant.object_id.in_(bindparam("objects", expanding=True))).cte("nest", recursive=True)
    above = (
        select(Grant.holder_id, nest.c.depth + 1)
        .join(nest, Grant.object_id == nest.c.id)
        .where(Grant.holder_kind == "object", nest.c.depth < DEEPEST_NESTING, *_LIVE)
    )
    return nest.union(above)


def _ways() -> Select[*tuple[Any, ...]]:
    nest = _nest()
    mine = and_(
        Grant.holder_kind == "user",
        Grant.holder_id == bindparam("me"),
        Grant.holder_epoch == bindparam("my_epoch"),
    )
    ours = exists().where(
        Grant.holder_kind == "group",
        Membership.group_id == Grant.holder_id,
        Membership.epoch == Grant.holder_epoch,
        Membership.holder_kind == "user",
        Membership.holder_id == bindparam("me"),
        Membership.holder_epoch == bindparam("my_epoch"),
    )
    return (
        select(*_COLUMNS)
        .join(nest, Grant.object_id == nest.c.id)
        .where(or_(Grant.holder_kind == "object", mine, ours), *_LIVE)
        .order_by(Grant.epoch.desc(), Grant.holder_kind.desc())
    )


def _people() -> Select[*tuple[Any, ...]]:
    # Which kind a holder is of is sorted out later: asked for here, it leads the database through every grant.
    nest = _nest()
    members = and_(
        Grant.holder_kind == "group", Membership.group_id == Grant.holder_id, Membership.holder_kind == "user"
    )
    return (
        select(Grant.holder_kind, Grant.holder_id, Membership.holder_id)
        .join(nest, Grant.object_id == nest.c.id)
        .outerjoin(Membership, members)
        .where(*_LIVE)
    )


_LIVE = (
    or_(Grant.expires_at.is_(None), Grant.expires_at > bindparam("now")),
    or_(Grant.standby.is_(False), bindparam("standby", type_=Grant.standby.type)),
)
# Written once: building a statement costs more than the database needs to carry it out.
_WAYS = _ways()
_PEOPLE = _people()
