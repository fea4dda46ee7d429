"""Counts without names, for leadership, centre and bureau: a cell that could point at somebody is hidden."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.core import clock
from app.core.database import session
from app.escalation.levels import LEVELS
from app.escalation.models import Concern, HandOver
from app.escalation.tiers import OPEN

SMALLEST_SHOWN = 5
"""Cells under 5 are hidden (1-product.md)."""


@dataclass(frozen=True)
class Figures:
    """How many open concerns at each level, how many overdue, how many hand-overs; already made safe to show."""

    by_level: dict[str, str]
    open: str
    overdue: str
    hand_overs: str


def shown(count: int) -> str:
    """Return a count as it may be shown: nought as it is, a small one hidden."""
    return str(count) if count == 0 or count >= SMALLEST_SHOWN else f"<{SMALLEST_SHOWN}"


def total_of(counts: Collection[int]) -> str:
    """Return a total as it may be shown beside its parts: where one is hidden, it says no more than the others."""
    hidden = any(0 < count < SMALLEST_SHOWN for count in counts)
    known = sum(count for count in counts if count >= SMALLEST_SHOWN)
    return f"{max(known, 1)}+" if hidden else str(known)


def figures_of(school_ids: Collection[UUID]) -> Figures:
    """Return the figures of these schools together; whoever asks must be in charge of them."""
    within = Concern.school_id.in_(school_ids) & Concern.state.in_(OPEN)
    rows = session().execute(select(Concern.level, func.count()).where(within).group_by(Concern.level))
    counts = {level: int(count) for level, count in rows}
    overdue = session().scalar(select(func.count()).select_from(Concern).where(within, Concern.due_at < clock.now()))
    handed = session().scalar(
        select(func.count()).select_from(HandOver).where(HandOver.school_id.in_(school_ids))
    )
    return Figures(
        by_level={level: shown(counts.get(level, 0)) for level in reversed(LEVELS)},
        open=total_of(counts.values()), overdue=shown(overdue or 0), hand_overs=shown(handed or 0),
    )
