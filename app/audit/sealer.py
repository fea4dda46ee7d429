"""Sealing: events enter their organisation's tree once and in one order, and its head is signed.

On SQLite events are in their trees already and a pass only signs. On PostgreSQL a pass takes the events of
all transactions that are over for certain: those below the snapshot's xmin. Never "id greater than the
last", because ids become visible out of order.
"""

import logging
import time
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, func, insert, or_, select, text, update
from sqlalchemy.exc import DBAPIError

from app.audit.heads import sign_heads, unsigned_heads
from app.audit.models import TrailEvent, TrailHorizon, TrailLeaf
from app.audit.trees import Tree, add_leaves, event_leaf, find_tree, is_our_event, keep_tree
from app.core.database import Database, session

log = logging.getLogger("xinxia.trail")

_SEALER_LOCK = 0x7472_6169_6C  # "trail"
_AT_A_TIME = 1000
_PAUSE = 0.02
_WINDOW = text(
    "SELECT coalesce((SELECT xid FROM trail_horizon WHERE id = 1), 0),"
    " pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)


class Window(NamedTuple):
    """Transaction ids: all below `horizon` are dealt with, all below `xmin` over, none has reached `xmax`."""

    horizon: int
    xmin: int
    xmax: int


def seal_once(database: Database) -> int:
    """Do one pass in a transaction of its own and return how many events were sealed."""
    if database.is_sqlite:
        with database.transaction(writes=False):
            if not unsigned_heads():
                return 0
    # A SERIALIZABLE sealer would read what everybody writes and make deeds fail: PostgreSQL's default it is.
    with database.transaction(writes=database.is_sqlite):
        return seal()


def seal_now(database: Database, *, patience: float = 5.0) -> bool:
    """Seal all that was committed before this call; False when an older transaction stays open too long."""
    if database.is_sqlite:
        seal_once(database)
        return True
    with database.transaction(writes=False):
        wanted = _window().xmax
    deadline = time.monotonic() + patience
    while True:
        seal_once(database)
        with database.transaction(writes=False):
            if _window().horizon >= wanted:
                return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)


def seal_at_once(database: Database) -> None:
    """Put under a signed head what was just committed, while whoever did it waits for an answer.

    Where that takes too long or fails, the deed is done and its event lies under the server's MAC: the job goes on.
    """
    try:
        done = seal_now(database)
    except DBAPIError:
        done = False
    if not done:
        log.warning("not sealed at once")


def seal() -> int:
    """Do one pass in the open transaction; two sealers at once are one sealer and one that does nothing."""
    taken = _take() if session().connection().dialect.name == "postgresql" else 0
    sign_heads()
    return taken


def _take() -> int:
    connection = session().connection()
    if not connection.scalar(select(func.pg_try_advisory_xact_lock(_SEALER_LOCK))):
        return 0
    window = _window()
    trees: dict[UUID, Tree] = {}
    taken = 0
    with connection.execute(_over(window), execution_options={"yield_per": _AT_A_TIME}) as over:
        for rows in over.partitions():
            taken += _append(rows, trees)
    for tree in trees.values():
        keep_tree(tree)
    _move_horizon(window)
    return taken


def _over(window: Window) -> Select[*tuple[Any, ...]]:
    """Select the events of transactions that are over and were not dealt with, in order of arrival."""
    new = and_(TrailEvent.xid >= window.horizon, TrailEvent.xid < window.xmin)
    if window.horizon > window.xmax:
        # The database was restored into a server that counts from the beginning again: what is visible
        # with a number not reached yet comes from the old one and is over.
        new = or_(TrailEvent.xid < window.xmin, TrailEvent.xid >= window.xmax)
    sealed = exists().where(TrailLeaf.event_id == TrailEvent.id)
    columns = (TrailEvent.id, TrailEvent.organisation_id, TrailEvent.xid, TrailEvent.mac, TrailEvent.body)
    return select(*columns).where(new, ~sealed).order_by(TrailEvent.id)


def _append(rows: Iterable[Row[*tuple[Any, ...]]], trees: dict[UUID, Tree]) -> int:
    """Append events to their trees. One without our MAC is left outside, where verify finds it."""
    leaves: dict[UUID, list[tuple[int, bytes]]] = {}
    for event_id, organisation_id, xid, mac, body in rows:
        if is_our_event(body, mac):
            leaf = event_leaf(event_id, xid, mac, body)
            leaves.setdefault(organisation_id, []).append((event_id, leaf))
    for organisation_id, found in leaves.items():
        if organisation_id not in trees:
            trees[organisation_id] = find_tree(organisation_id)
        add_leaves(trees[organisation_id], found)
    return sum(map(len, leaves.values()))


def _window() -> Window:
    return Window(*session().execute(_WINDOW).one())


def _move_horizon(window: Window) -> None:
    if window.xmin == window.horizon:
        return
    connection = session().connection()
    if not connection.execute(update(TrailHorizon).values(xid=window.xmin)).rowcount:
        connection.execute(insert(TrailHorizon), {"id": 1, "xid": window.xmin})
