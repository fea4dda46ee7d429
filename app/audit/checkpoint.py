"""Checkpoints (C2SP tlog-checkpoint): how large an organisation's tree was and what its root was."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.audit.note import BadNote, Sign, Verify, decode64, open_note, sign_note, split_note
from app.audit.tree import HASH_SIZE

_ORIGIN = "xinxia/trail/"
_LARGEST_SIZE = 2**63 - 1


class BadCheckpoint(BadNote):
    """Not a checkpoint of one of our trees."""


@dataclass(frozen=True)
class Checkpoint:
    """The head of one tree at one moment: origin, number of leaves, root hash."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the text that is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        if any(not line or "\n" in line for line in lines) or len(self.root) != HASH_SIZE or self.size < 0:
            raise BadCheckpoint("a line")
        return "\n".join(lines) + "\n"

    def organisation_id(self) -> UUID:
        """Return whose tree it is; raises BadCheckpoint when it is none of ours."""
        prefix, name = self.origin[: len(_ORIGIN)], self.origin[len(_ORIGIN) :]
        try:
            organisation = UUID(name)
        except ValueError:
            raise BadCheckpoint("the origin") from None
        if prefix != _ORIGIN or str(organisation) != name:
            raise BadCheckpoint("the origin")
        return organisation


def origin_of(organisation_id: UUID) -> str:
    """Return the first line of an organisation's checkpoints, which is also the name of its key."""
    return f"{_ORIGIN}{organisation_id}"


def parse(text: str) -> Checkpoint:
    """Read the text of a checkpoint; anything but its one spelling raises BadCheckpoint."""
    if not text.endswith("\n"):
        raise BadCheckpoint("the last line")
    origin, size, root, *extensions = [*text[:-1].split("\n"), "", ""]
    extensions = extensions[:-2]
    if not origin or not re.fullmatch("0|[1-9][0-9]{0,18}", size) or int(size) > _LARGEST_SIZE:
        raise BadCheckpoint("origin or size")
    if not all(extensions):
        raise BadCheckpoint("an empty line")
    try:
        decoded = decode64(root)
    except BadNote:
        raise BadCheckpoint("the root") from None
    if len(decoded) != HASH_SIZE:
        raise BadCheckpoint("the root")
    return Checkpoint(origin, int(size), decoded, tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, *, public: bytes, sign: Sign) -> str:
    """Return the signed note of a checkpoint."""
    return sign_note(checkpoint.text(), name=checkpoint.origin, public=public, sign=sign)


def open_checkpoint(note: str, *, public: bytes, verify: Verify) -> Checkpoint:
    """Return the checkpoint in a note signed by the key of its own origin; raises BadNote."""
    checkpoint = claimed(note)
    open_note(note, name=checkpoint.origin, public=public, verify=verify)
    return checkpoint


def claimed(note: str) -> Checkpoint:
    """Return what a note says before anybody has verified it, to learn whose key to ask for."""
    text, _ = split_note(note)
    return parse(text)


def to_file(notes: Iterable[str]) -> str:
    """Return notes one after the other with an empty line between them."""
    return "\n".join(notes)


def from_file(content: str) -> list[str]:
    """Return the notes of such a file; raises BadCheckpoint.

    Neither the text of a checkpoint nor its signatures have an empty line, so they take turns.
    """
    blocks = content.replace("\r\n", "\n").strip("\n").split("\n\n")
    if len(blocks) % 2 or not all(blocks):
        raise BadCheckpoint("the file")
    return [f"{text}\n\n{below}\n" for text, below in zip(blocks[::2], blocks[1::2], strict=True)]
