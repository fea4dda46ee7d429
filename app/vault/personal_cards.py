"""A student's personal card: its code opens whose card it is, and nothing that is kept beside it does.

The code is stretched like a letter's (letters.py), so that a stolen database and server key together still leave
59.8 bits to guess at 18 ms each. What is locked here is opened by the code alone, when somebody types it.
"""

from uuid import UUID

from app.vault import codes, envelope
from app.vault.encoding import lengths
from app.vault.errors import Damaged
from app.vault.letters import Writer

_EPOCH = 1
_SIZE = 16


def lock_card(student_id: UUID, *, card_id: UUID, writer: Writer) -> bytes:
    """Return whose card it is, sealed so that only what its code stands for opens it, and only in this row."""
    return envelope.seal(_key(writer), card_id, _EPOCH, student_id.bytes, _bound(card_id))


def unlock_card(locked: bytes, *, card_id: UUID, writer: Writer) -> UUID:
    """Return whose card it is; raises Damaged when row and code do not belong together."""
    plain = envelope.unseal(_key(writer), card_id, _EPOCH, locked, _bound(card_id))
    if len(plain) != _SIZE:
        raise Damaged()
    return UUID(bytes=plain)


def _key(writer: Writer) -> bytes:
    return codes.derive(writer.pair.seed(), "personal-card/1", 32)


def _bound(card_id: UUID) -> bytes:
    return lengths("xinxia/1/personal-card", card_id)
