"""The trees as they are kept: one head per organisation under the server's MAC, and its leaves."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from app import vault
from app.audit.models import TrailLeaf, TrailTree
from app.audit.tree import CompactRange, leaf_hash
from app.core.database import session

_TREE, _LEAF = TrailTree.__table__, TrailLeaf.__table__


@dataclass
class Tree:
    """An organisation's tree in memory; not sound when its stored head did not carry our MAC."""

    organisation_id: UUID
    range: CompactRange
    sound: bool = True
    is_new: bool = False


def event_mac(body: bytes) -> bytes:
    """Return the server's MAC over the body of an event."""
    return vault.server_mac(_event_message(body))


def is_our_event(body: bytes, mac: bytes) -> bool:
    """Say whether this server, under any of its keys, wrote an event."""
    return vault.server_key().verify_mac(_event_message(body), mac)


def event_leaf(event_id: int, xid: int | None, mac: bytes, body: bytes) -> bytes:
    """Return the leaf hash of a stored event: over all of it that could ever be changed."""
    return leaf_hash(struct.pack(">QQ", event_id, xid or 0) + mac + body)


def find_tree(organisation_id: UUID) -> Tree:
    """Return an organisation's tree as it was left, or an empty one."""
    row = _connection().execute(
        select(_TREE.c.size, _TREE.c.peaks, _TREE.c.mac).where(_TREE.c.organisation_id == organisation_id)
    ).first()
    if row is None:
        return Tree(organisation_id, CompactRange(), is_new=True)
    return Tree(organisation_id, CompactRange.decode(row.size, row.peaks), is_our_head(organisation_id, *row))


def keep_tree(tree: Tree) -> None:
    """Store the head of a tree. One that was tampered with never gets our MAC again, but still grows."""
    whose, size, peaks = tree.organisation_id, tree.range.size, tree.range.encode()
    head = {"size": size, "peaks": peaks}
    if tree.sound:
        head["mac"] = vault.server_mac(_head_message(whose, size, peaks))
    if tree.is_new:
        _connection().execute(insert(_TREE), {"organisation_id": whose, "note_size": 0, **head})
    else:
        _connection().execute(update(_TREE).where(_TREE.c.organisation_id == whose), head)
    tree.is_new = False


def add_leaves(tree: Tree, leaves: Iterable[tuple[int, bytes]]) -> None:
    """Append events (id, leaf hash) to a tree."""
    rows = [
        {"organisation_id": tree.organisation_id, "position": position, "event_id": event_id, "hash": leaf}
        for position, (event_id, leaf) in enumerate(leaves, tree.range.size)
    ]
    _connection().execute(insert(_LEAF), rows)
    tree.range.extend([row["hash"] for row in rows])


def is_our_head(organisation_id: UUID, size: int, peaks: bytes, mac: bytes) -> bool:
    """Say whether this server, under any of its keys, left a tree like this."""
    return vault.server_key().verify_mac(_head_message(organisation_id, size, peaks), mac)


def _head_message(organisation_id: UUID, size: int, peaks: bytes) -> bytes:
    return b"xinxia/1/trail-head" + organisation_id.bytes + struct.pack(">Q", size) + peaks


def _event_message(body: bytes) -> bytes:
    return b"xinxia/1/trail-event" + body


def _connection() -> Connection:
    return session().connection()
