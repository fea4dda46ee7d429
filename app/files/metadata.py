"""What a document says beside its content, taken out where that can be done without changing what it shows.

PDF, and recordings as Ogg, WebM and AMR, stay as they are: see docs/threats.md.
"""

import io
import struct
from collections.abc import Callable, Iterator
from typing import IO

from app.core.errors import Invalid
from app.files.content import DOCX
from app.files.pictures import NotAPicture, clean_jpeg, clean_png
from app.files.recordings import NotARecording, clean_boxes, clean_mpeg, clean_wave
from app.files.word_documents import NotADocument, clean_document

Cleaner = tuple[Callable[[bytes], Iterator[bytes]], type[Invalid]]
_CLEANERS: dict[str, Cleaner] = {
    "image/jpeg": (clean_jpeg, NotAPicture),
    "image/png": (clean_png, NotAPicture),
    "audio/mpeg": (clean_mpeg, NotARecording),
    "audio/x-wav": (clean_wave, NotARecording),
    "audio/x-m4a": (clean_boxes, NotARecording),
    "audio/mp4": (clean_boxes, NotARecording),
    "video/mp4": (clean_boxes, NotARecording),
    "video/3gpp": (clean_boxes, NotARecording),
}
_WITH_MAKERS = _CLEANERS | {DOCX: (clean_document, NotADocument)}


def without_metadata(kind: str, source: IO[bytes]) -> IO[bytes]:
    """Return a picture or a recording without what stands around its content, any other document as it is.

    Raises NotAPicture, PictureTooLarge, NotARecording.
    """
    return _cleaned(_CLEANERS.get(kind), source)


def without_makers(kind: str, source: IO[bytes]) -> IO[bytes]:
    """Return the same, and a Word document without who made it: for what comes from somebody who gives no name.

    Raises NotADocument too. In a file of the school's own the name of whoever wrote a document belongs to it.
    """
    return _cleaned(_WITH_MAKERS.get(kind), source)


def _cleaned(cleaner: Cleaner | None, source: IO[bytes]) -> IO[bytes]:
    if cleaner is None:
        return source
    clean, broken = cleaner
    try:
        return io.BytesIO(b"".join(clean(source.read())))
    except (struct.error, IndexError, ValueError):
        raise broken() from None
