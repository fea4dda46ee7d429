"""Whom somebody has to look after today: watched students who did not come."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.access import Actor, PostKind
from app.appointments.models import LookIn
from app.appointments.policy import LOOK_IN
from app.core import clock
from app.core.database import session


def get_look_in(look_in_id: UUID) -> LookIn | None:
    """Return a task to look after somebody by its id."""
    return session().get(LookIn, look_in_id)


def look_ins_of(actor: Actor) -> list[LookIn]:
    """Return what a counsellor has still to do, and what others have not done in time, the first due first."""
    waiting = session().scalars(
        select(LookIn)
        .where(LookIn.school_id.in_(actor.organisations(PostKind.COUNSELLOR)), LookIn.done_at.is_(None))
        .order_by(LookIn.due_at, LookIn.id)
        .limit(100)
    ).all()
    mine = [one for one in waiting if one.owner_id == actor.person_id or one.told_at is not None]
    return [one for one in mine if LOOK_IN.allows(actor, one)]


def overdue(*, most: int) -> Sequence[LookIn]:
    """Return what was to be done by now, of which nobody else has been told, the oldest first."""
    return session().scalars(
        select(LookIn)
        .where(LookIn.done_at.is_(None), LookIn.told_at.is_(None), LookIn.due_at <= clock.now())
        .where(LookIn.begun_at >= clock.now() - timedelta(days=30))
        .order_by(LookIn.due_at)
        .limit(most)
    ).all()
