"""A letter says of its whole thread what was said, when and by whom: one that was cut or dated back shows.

Revision ID: 0027_letter_threads
Revises: 0026_look_ins
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0027_letter_threads"
down_revision = "0026_look_ins"
branch_labels = None
depends_on = None

_LETTER = sa.table("letter", sa.column("id", sa.Uuid()), sa.column("thread", sa.LargeBinary()))
_MESSAGE = sa.table(
    "letter_message",
    *(sa.column(name, sa.Uuid()) for name in ("id", "letter_id", "object_id", "author_id")),
    *(sa.column(name, sa.Integer()) for name in ("number", "signer_epoch")),
    *(sa.column(name, sa.LargeBinary()) for name in ("before", "body", "signature")),
    sa.column("kind", sa.Text()),
    sa.column("at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Add the digest and work it out for the letters that are there."""
    # The default fills what is there for a moment: making the table anew would take its letters' messages along.
    op.add_column("letter", sa.Column("thread", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    connection = op.get_bind()
    for letter_id in connection.scalars(sa.select(_LETTER.c.id)).all():
        messages = sa.select(_MESSAGE).where(_MESSAGE.c.letter_id == letter_id).order_by(_MESSAGE.c.number)
        thread = _thread(letter_id, connection.execute(messages))
        connection.execute(sa.update(_LETTER).where(_LETTER.c.id == letter_id).values(thread=thread))


def downgrade() -> None:
    """Take the digest away."""
    op.drop_column("letter", "thread")


def _thread(letter_id: UUID, messages: Iterable[Any]) -> bytes:
    thread = hashlib.sha256(letter_id.bytes).digest()
    for one in messages:
        at = one.at if one.at.tzinfo else one.at.replace(tzinfo=UTC)
        place = one.id.bytes + one.number.to_bytes(4, "big") + one.before
        thread = _digest(
            "xinxia/1/letter-thread", thread, one.kind, one.author_id, at.astimezone(UTC), one.object_id, place,
            one.body, one.signer_epoch, one.signature,
        )
    return thread


def _digest(*parts: Any) -> bytes:
    return hashlib.sha256(len(parts).to_bytes(2, "big") + b"".join(map(_frame, parts))).digest()


def _frame(part: Any) -> bytes:
    if part is None:
        tag, content = b"n", b""
    elif isinstance(part, bytes):
        tag, content = b"b", part
    elif isinstance(part, UUID):
        tag, content = b"u", part.bytes
    elif isinstance(part, int):
        tag, content = b"i", part.to_bytes(part.bit_length() // 8 + 1, "big", signed=True)
    else:
        tag, content = b"s", (part.isoformat() if isinstance(part, datetime) else part).encode()
    return tag + len(content).to_bytes(4, "big") + content
