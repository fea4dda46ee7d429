"""What a person can reach, asked without opening anything: one question however deep the grants are nested.

What is there and not open costs exactly what is not there at all.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, literal, or_, select

from app.core import clock
from app.core.database import session
from app.vault.models import Grant

_DEEPEST_NESTING = 3


def _statement(standby: bool) -> Select[UUID]:
    """Return the question, built once: building it anew would cost more than the database's answer."""
    columns = (Grant.holder_kind, Grant.holder_id)
    groups = bindparam("groups", expanding=True, type_=Uuid())
    leads_on = [
        or_(
            Grant.holder_kind == "object",
            and_(
                Grant.holder_kind == "user",
                Grant.holder_id == bindparam("person", type_=Uuid()),
                Grant.holder_epoch == bindparam("epoch"),
            ),
            and_(Grant.holder_kind == "group", Grant.holder_id.in_(groups)),
        ),
        or_(Grant.expires_at.is_(None), Grant.expires_at > bindparam("now", type_=Grant.expires_at.type)),
    ]
    if not standby:
        leads_on.append(Grant.standby.is_(False))
    asked = bindparam("asked", expanding=True, type_=Uuid())
    first = (
        select(Grant.object_id.label("asked"), *columns, literal(1).label("depth"))
        .where(Grant.object_id.in_(asked), *leads_on)
        .cte("ways", recursive=True)
    )
    above = (
        select(first.c.asked, *columns, first.c.depth + 1)
        .join(first, and_(first.c.holder_kind == "object", Grant.object_id == first.c.holder_id))
        .where(first.c.depth < _DEEPEST_NESTING, *leads_on)
    )
    ways = first.union(above)
    return select(ways.c.asked).where(ways.c.holder_kind != "object").distinct()


_STATEMENTS = {standby: _statement(standby) for standby in (False, True)}


def reached(
    object_ids: Collection[UUID], *, person: UUID, epoch: int, groups: Collection[UUID], standby: bool
) -> set[UUID]:
    """Return those objects to which a grant of this person leads; asked once per transaction and object."""
    known: dict[tuple[UUID, int, bool, UUID], bool] = session().info.setdefault("reached", {})
    new = [one for one in object_ids if (person, epoch, standby, one) not in known]
    if new:
        values = {"asked": new, "person": person, "epoch": epoch, "groups": list(groups), "now": clock.now()}
        found = set(session().scalars(_STATEMENTS[standby], values))
        known.update({(person, epoch, standby, one): one in found for one in new})
    return {one for one in object_ids if known[person, epoch, standby, one]}


def forget_reached() -> None:
    """Ask again from now on: a grant or a membership was given or taken."""
    session().info.pop("reached", None)
