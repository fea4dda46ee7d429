"""Verifying: is the trail exactly what was written, and does it agree with every checkpoint kept outside?"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from app import vault
from app.audit import broken, rows
from app.audit.broken import TrailBroken
from app.audit.checkpoint import Checkpoint, open_checkpoint
from app.audit.checkpoint import claimed as claim_of
from app.audit.holding import Holdings
from app.audit.models import TrailCheckpoint
from app.audit.note import BadNote
from app.audit.rows import AnyRow
from app.audit.tree import CompactRange
from app.audit.trees import event_leaf, is_our_event, is_our_head
from app.core import clock
from app.core.database import session


@dataclass(frozen=True)
class Verified:
    """What was found whole: how many events, in how many trees, and how many wait for the sealer since when."""

    events: int
    trees: int
    unsealed: int
    waiting_since: datetime | None = None

    @property
    def waits_too_long(self) -> bool:
        """Whether something keeps the sealer from its work: it comes every second (6-assurance, The trail)."""
        return self.waiting_since is not None and clock.now() - self.waiting_since > _PATIENCE


_PATIENCE = timedelta(minutes=1)


class Pin(NamedTuple):
    """A root that the tree must have had at a size, and what it means if it had not."""

    size: int
    root: bytes
    otherwise: str


def verify(outside: Iterable[str] = ()) -> Verified:
    """Return what was found whole, or raise TrailBroken for the first place that is not.

    Best done in `database.snapshot()`; reads row by row, whatever the length. `outside` are the signed
    notes that were carried out of the database: they alone show a tail that was cut off.
    """
    try:
        rows.hold_snapshot()
        return _verify([_opened(note, broken.OUTSIDE_UNREADABLE) for note in outside])
    except DBAPIError:
        raise TrailBroken(broken.UNREADABLE) from None


def _verify(outside: Sequence[Checkpoint]) -> Verified:
    pins: dict[UUID, list[Pin]] = {_organisation(stored): [] for stored in rows.organisations()}
    trees = len(pins)
    for checkpoint in outside:
        pin = Pin(checkpoint.size, checkpoint.root, broken.OUTSIDE_DISAGREES)
        pins.setdefault(checkpoint.organisation_id(), []).append(pin)
    holdings = Holdings()
    sealed = sum(_check_tree(organisation_id, pinned, holdings) for organisation_id, pinned in pins.items())
    unsealed = _check_unsealed(holdings)
    events = rows.count_events()
    if events != sealed + unsealed:
        _name_passed_over()
    _check_events_are_unique()
    if not rows.indexes_show_all():
        raise TrailBroken(broken.INDEX_CHANGED)
    holdings.check()
    return Verified(events, trees, unsealed, rows.waiting_since())


def _check_tree(organisation_id: UUID, outside: Sequence[Pin], holdings: Holdings) -> int:
    """Check one tree from its first leaf to its head and return its size."""
    head = rows.head(organisation_id)
    pins = sorted([*outside, *_stored_pins(organisation_id, head)], reverse=True)
    tree = CompactRange()
    with rows.sealed(organisation_id) as found:
        for batch in found.partitions():
            leaves = [_check_leaf(organisation_id, at, row, holdings) for at, row in enumerate(batch, tree.size)]
            _grow(organisation_id, tree, leaves, pins)
    _grow(organisation_id, tree, [], pins)
    if pins:
        raise TrailBroken(broken.CUT, organisation_id=organisation_id, position=tree.size)
    _check_head(organisation_id, tree, head)
    return tree.size


def _check_leaf(organisation_id: UUID, at: int, row: AnyRow, holdings: Holdings) -> bytes:
    position, stored, event_id, xid, mac, body, agrees = row
    if position != at:
        raise TrailBroken(broken.GAP, organisation_id=organisation_id, position=at)
    if event_id is None:
        raise TrailBroken(broken.EVENT_MISSING, organisation_id=organisation_id, position=at)
    leaf = _leaf_of(event_id, xid, mac, body)
    if leaf is None or leaf != stored:
        what = broken.EVENT_CHANGED
    elif not agrees:
        what = broken.COLUMNS_CHANGED
    elif not is_our_event(body, mac):
        what = broken.NOT_OURS
    else:
        holdings.take(organisation_id, event_id, body)
        return leaf
    raise TrailBroken(what, organisation_id=organisation_id, position=at, event_id=event_id)


def _leaf_of(event_id: Any, xid: Any, mac: Any, body: Any) -> bytes | None:
    """Return the leaf hash of what is stored, None when that is not even of the right kind."""
    try:
        return event_leaf(event_id, xid, mac, body)
    except (TypeError, struct.error):
        return None


def _grow(organisation_id: UUID, tree: CompactRange, leaves: Sequence[bytes], pins: list[Pin]) -> None:
    """Let a tree grow and compare its root at every pinned size on the way; pins stand largest first."""
    end = tree.size + len(leaves)
    while pins and pins[-1].size <= end:
        pin = pins.pop()
        step = pin.size - tree.size
        tree.extend(leaves[:step])
        leaves = leaves[step:]
        if tree.root() != pin.root:
            raise TrailBroken(pin.otherwise, organisation_id=organisation_id, position=max(pin.size - 1, 0))
    tree.extend(leaves)


def _stored_pins(organisation_id: UUID, head: AnyRow | None) -> list[Pin]:
    kept = select(TrailCheckpoint.size, TrailCheckpoint.note).where(TrailCheckpoint.organisation_id == organisation_id)
    notes = [(size, note) for size, note in session().execute(kept)]
    if head is not None and head.note_size:
        notes.append((head.note_size, head.note))
    pins = []
    for size, note in notes:
        checkpoint = _opened(note, broken.NOTE_CHANGED, organisation_id)
        if (checkpoint.size, checkpoint.organisation_id()) != (size, organisation_id):
            raise TrailBroken(broken.NOTE_CHANGED, organisation_id=organisation_id)
        pins.append(Pin(size, checkpoint.root, broken.NOTE_DISAGREES))
    return pins


def _opened(note: Any, otherwise: str, organisation_id: UUID | None = None) -> Checkpoint:
    try:
        whose = claim_of(str(note)).organisation_id()
        public = vault.checkpoint_public_key(whose)
        return open_checkpoint(str(note), public=public, verify=vault.verify_signature)
    except BadNote:
        raise TrailBroken(otherwise, organisation_id=organisation_id) from None


def _check_head(organisation_id: UUID, tree: CompactRange, head: AnyRow | None) -> None:
    size, peaks, mac = (head.size, head.peaks, head.mac) if head else (0, b"", None)
    last = max(tree.size - 1, 0)
    if (size, peaks) != (tree.size, tree.encode()):
        raise TrailBroken(broken.HEAD_CHANGED, organisation_id=organisation_id, position=last)
    if head and not (isinstance(mac, bytes) and is_our_head(organisation_id, size, peaks, mac)):
        raise TrailBroken(broken.HEAD_NOT_OURS, organisation_id=organisation_id, position=last)


def _check_unsealed(holdings: Holdings) -> int:
    """Check every event that waits for the sealer by its MAC alone, and return how many there are."""
    with rows.unsealed() as found:
        return sum(_check_waiting(row, holdings) for row in found)


def _check_waiting(row: AnyRow, holdings: Holdings) -> int:
    stored, event_id, xid, mac, body, agrees = row
    organisation_id = _organisation(stored)
    if _leaf_of(event_id, xid, mac, body) is None or not is_our_event(body, mac):
        raise TrailBroken(broken.NOT_OURS, organisation_id=organisation_id, event_id=event_id)
    if not agrees:
        raise TrailBroken(broken.COLUMNS_CHANGED, organisation_id=organisation_id, event_id=event_id)
    holdings.take(organisation_id, event_id, body)
    return 1


def _name_passed_over() -> None:
    row = rows.passed_over()
    if row is None:
        raise TrailBroken(broken.GAP)
    _check_waiting(row, Holdings())
    raise TrailBroken(broken.NOT_IN_A_TREE, organisation_id=_organisation(row[0]), event_id=row[1])


def _check_events_are_unique() -> None:
    found = inspect(session().connection()).get_unique_constraints("trail_event")
    if ["uuid"] not in [constraint["column_names"] for constraint in found]:
        raise TrailBroken(broken.WRITTEN_TWICE)


def _organisation(stored: Any) -> UUID:
    try:
        return UUID(str(stored))
    except ValueError:
        raise TrailBroken(broken.NO_ORGANISATION) from None
