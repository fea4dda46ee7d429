"""The trees as they are kept: one head per organisation under the server's MAC, and its leaves."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from app import vault
from app.audit.models import TrailLeaf, TrailTree
from app.audit.tree import CompactRange, leaf_hash
from app.core.database import session

# Written once: building a statement costs more than the database needs to carry it out.
_WHOSE: BindParameter[UUID] = bindparam("whose")
_FIND_HEAD = select(TrailTree.size, TrailTree.peaks, TrailTree.mac).where(TrailTree.organisation_id == _WHOSE)
_UPDATE_HEAD = update(TrailTree).where(TrailTree.organisation_id == _WHOSE)
_INSERT_HEAD = insert(TrailTree).values(organisation_id=_WHOSE, note_size=0)
_INSERT_LEAF = insert(TrailLeaf)
_NOT_OURS = bytes(32)


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
    return _is_our_mac(_event_message(body), mac)


def event_leaf(event_id: int, xid: int | None, mac: bytes, body: bytes) -> bytes:
    """Return the leaf hash of a stored event: over all of it that could ever be changed."""
    return leaf_hash(struct.pack(">QQ", event_id, xid or 0) + mac + body)


def find_tree(organisation_id: UUID) -> Tree:
    """Return an organisation's tree as it was left, or an empty one."""
    row = _connection().execute(_FIND_HEAD, {"whose": organisation_id}).first()
    if row is None:
        return Tree(organisation_id, CompactRange(), is_new=True)
    size, peaks, mac = row
    sound = is_our_head(organisation_id, size, peaks, mac)
    return Tree(organisation_id, CompactRange.decode(size, peaks), sound)


def keep_tree(tree: Tree) -> None:
    """Store the head of a tree. One that was tampered with never gets our MAC again, but still grows."""
    whose, size, peaks = tree.organisation_id, tree.range.size, tree.range.encode()
    mac = vault.server_mac(_head_message(whose, size, peaks)) if tree.sound else _NOT_OURS
    head = {"whose": whose, "size": size, "peaks": peaks, "mac": mac}
    _connection().execute(_INSERT_HEAD if tree.is_new else _UPDATE_HEAD, head)
    tree.is_new = False


def add_leaves(tree: Tree, leaves: Sequence[tuple[int, bytes]]) -> None:
    """Append events (id, leaf hash) to a tree."""
    rows = [
        {"organisation_id": tree.organisation_id, "position": position, "event_id": event_id, "hash": leaf}
        for position, (event_id, leaf) in enumerate(leaves, tree.range.size)
    ]
    _connection().execute(_INSERT_LEAF, rows)
    tree.range.extend([leaf for _, leaf in leaves])


def is_our_head(organisation_id: UUID, size: int, peaks: bytes, mac: bytes) -> bool:
    """Say whether this server, under any of its keys, left a tree like this."""
    return _is_our_mac(_head_message(organisation_id, size, peaks), mac)


def _head_message(organisation_id: UUID, size: int, peaks: bytes) -> bytes:
    return b"xinxia/1/trail-head" + organisation_id.bytes + struct.pack(">Q", size) + peaks


def _event_message(body: bytes) -> bytes:
    return b"xinxia/1/trail-event" + body


def _is_our_mac(message: bytes, mac: bytes) -> bool:
    # Nearly always it is the present key: trying that one first halves the time of a verification.
    key = vault.server_key()
    return compare_digest(key.mac(message), mac) or key.verify_mac(message, mac)


def _connection() -> Connection:
    return session().connection()
