"""Signed heads: the newest note of each tree, and those that are kept for good or handed out."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.audit.checkpoint import Checkpoint, origin_of, sign_checkpoint
from app.audit.models import TrailCheckpoint, TrailTree
from app.audit.tree import CompactRange
from app.audit.trees import is_our_head
from app.core import clock
from app.core.database import session

KEPT_EVERY = timedelta(hours=1)
"""How often a note is kept for good where nobody asked for one: enough to date a fork, and 24 rows a day."""


def unsigned_heads() -> bool:
    """Say whether any tree has grown since it was last signed."""
    return session().scalar(select(TrailTree.organisation_id).where(_GROWN).limit(1)) is not None


def sign_heads() -> None:
    """Sign every tree that has grown; a head that does not carry our MAC is never signed."""
    for tree in session().scalars(select(TrailTree).where(_GROWN)):
        if is_our_head(tree.organisation_id, tree.size, tree.peaks, tree.mac):
            tree.note, tree.note_size = signed_note(tree.organisation_id, tree.size, tree.peaks), tree.size
            if not _kept_lately(tree.organisation_id):
                _keep(tree)
    session().flush()


def hand_out_notes() -> list[str]:
    """Return the newest note of every tree and keep each: what went outside must still be known here."""
    trees = list(
        session().scalars(select(TrailTree).where(TrailTree.note.is_not(None)).order_by(TrailTree.organisation_id))
    )
    for tree in trees:
        _keep(tree)
    session().flush()
    return [tree.note for tree in trees if tree.note]


def signed_note(organisation_id: UUID, size: int, peaks: bytes, *extensions: str) -> str:
    """Return the note of a tree as it stands."""
    root = CompactRange.decode(size, peaks).root()
    return sign_checkpoint(
        Checkpoint(origin_of(organisation_id), size, root, extensions),
        public=vault.checkpoint_public_key(organisation_id),
        sign=lambda text: vault.sign_checkpoint(organisation_id, text),
    )


_GROWN = TrailTree.size > TrailTree.note_size


def _kept_lately(organisation_id: UUID) -> bool:
    newest = (
        select(TrailCheckpoint.at)
        .where(TrailCheckpoint.organisation_id == organisation_id)
        .order_by(TrailCheckpoint.size.desc())
        .limit(1)
    )
    kept_at = session().scalar(newest)
    return kept_at is not None and clock.now() - kept_at < KEPT_EVERY


def _keep(tree: TrailTree) -> None:
    if tree.note and session().get(TrailCheckpoint, (tree.organisation_id, tree.note_size)) is None:
        session().add(
            TrailCheckpoint(organisation_id=tree.organisation_id, size=tree.note_size, at=clock.now(), note=tree.note)
        )
