"""What an uploaded document really is: known by its content, never by its name or what the browser says."""

import os
import zipfile
from collections.abc import Collection
from typing import IO

import magic

from app.core.archives import is_moderate, is_plainly_packed
from app.core.errors import Invalid, TooLarge
from app.core.words import N_

LIMIT = 15 * 1024 * 1024
"""The largest document in bytes (Xinxia's own default)."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", DOCX: ".docx"}
RECORDINGS = {
    "audio/mpeg": ".mp3", "audio/x-m4a": ".m4a", "audio/mp4": ".m4a", "video/mp4": ".mp4", "audio/ogg": ".ogg",
    "audio/x-wav": ".wav", "video/webm": ".webm", "audio/AMR": ".amr", "video/3gpp": ".3gp",
}
"""What phones make when somebody speaks into them, under the names that the content gives them."""
_ENDINGS = KINDS | RECORDINGS
_MOST_UNPACKED = 100 * 1024 * 1024
_MOST_PARTS = 2_000
_LONGEST_LIST_OF_TYPES = 256 * 1024
# Parts that make a document a program: macros whatever they are called, controls, and embedded programs.
_ACTIVE_TYPES = (b"macroenabled", b"vbaproject", b"activex")
_ACTIVE_PARTS = ("vbaproject.bin", "/activex/", "oleobject")


class WrongKind(Invalid):
    """Only documents that are what they say."""

    words = N_("Only PDF, Word (docx), JPEG and PNG documents can be kept here. This one is something else inside.")


class ActiveContent(Invalid):
    """A Word document that carries a program."""

    words = N_("This document carries a macro or another program. Please save it without and try again.")


class DocumentTooLarge(TooLarge):
    """More than one document may hold."""

    words = N_("A document may be up to 15 MB.")


def size_of(source: IO[bytes]) -> int:
    """Return a document's size; raises DocumentTooLarge."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    if size > LIMIT:
        raise DocumentTooLarge()
    return size


def kind_of(source: IO[bytes], kinds: Collection[str] = KINDS) -> str:
    """Return the media type a document has by its content, one of these; raises WrongKind or ActiveContent."""
    source.seek(0)
    kind = magic.from_buffer(source.read(8192), mime=True)
    source.seek(0)
    if kind in ("application/zip", "application/octet-stream", DOCX):
        kind = DOCX if _is_docx(source) else ""
        source.seek(0)
    if kind not in kinds:
        raise WrongKind()
    return kind


def plain_name(name: str, kind: str) -> str:
    """Return a name for the person who downloads it: no folders, no controls, the ending of what it is."""
    stem = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip(". ")[:120]
    ending = _ENDINGS[kind]
    return stem if stem.lower().endswith((ending, ".jpeg")) else f"{stem or 'document'}{ending}"


def _is_docx(source: IO[bytes]) -> bool:
    """Say whether a zip archive is a Word document; only its directory and its list of types are read."""
    if not is_moderate(source, most_parts=_MOST_PARTS):
        return False
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            names = {part.filename.lower() for part in parts}
            if "word/document.xml" not in names or "[content_types].xml" not in names:
                return False
            # An absurd size makes it a bomb. Nothing is unpacked here, but whoever downloads it will.
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                return False
            if not is_plainly_packed(parts) or len(names) < len(parts):
                return False
            types = _list_of_types(archive)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, KeyError, RuntimeError):
        return False
    if any(word in types for word in _ACTIVE_TYPES) or any(word in name for name in names for word in _ACTIVE_PARTS):
        raise ActiveContent()
    return True


def _list_of_types(archive: zipfile.ZipFile) -> bytes:
    name = next(part.filename for part in archive.infolist() if part.filename.lower() == "[content_types].xml")
    with archive.open(name) as part:
        types = part.read(_LONGEST_LIST_OF_TYPES + 1)
    if len(types) > _LONGEST_LIST_OF_TYPES:
        raise ValueError("no list of types is that long")
    # Some write it in UTF-16, where every letter is followed by a zero.
    return types.replace(b"\0", b"").lower()
