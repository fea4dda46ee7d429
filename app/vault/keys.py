"""The key of one object, as it stands open in the memory of one request."""

from dataclasses import dataclass, field
from uuid import UUID

from app.vault import codes, envelope


@dataclass(frozen=True)
class ObjectKey:
    """A data-encryption key with the object and epoch it belongs to."""

    object_id: UUID
    organisation_id: UUID
    epoch: int
    secret: bytes = field(repr=False)

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """Return plain sealed in an envelope bound to aad."""
        return envelope.seal(self.secret, self.object_id, self.epoch, plain, aad)

    def unseal(self, sealed: bytes, aad: bytes) -> bytes:
        """Return what was sealed; raises Damaged."""
        return envelope.unseal(self.secret, self.object_id, self.epoch, sealed, aad)

    def index(self, label: str, text: str) -> bytes:
        """Return a blind index of a text under a subkey of this object: equal texts, equal index."""
        return codes.keyed_index(codes.derive(self.secret, f"index/{label}", 32), text)
