"""What a document says beside its content, taken out where that can be done without changing what it shows.

PDF and Word documents, and recordings as Ogg, WebM and AMR, stay as they are: see docs/threats.md.
"""

import io
import struct
from collections.abc import Callable, Iterator
from typing import IO

from app.files.pictures import NotAPicture, clean_jpeg, clean_png
from app.files.recordings import NotARecording, clean_boxes, clean_mpeg, clean_wave

_CLEAN: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "image/jpeg": clean_jpeg, "image/png": clean_png, "audio/mpeg": clean_mpeg, "audio/x-wav": clean_wave,
    "audio/x-m4a": clean_boxes, "audio/mp4": clean_boxes, "video/mp4": clean_boxes, "video/3gpp": clean_boxes,
}


def without_metadata(kind: str, source: IO[bytes]) -> IO[bytes]:
    """Return a picture or a recording without what stands around its content, any other document as it is.

    Raises NotAPicture, PictureTooLarge, NotARecording.
    """
    clean = _CLEAN.get(kind)
    if clean is None:
        return source
    try:
        return io.BytesIO(b"".join(clean(source.read())))
    except (struct.error, IndexError, ValueError):
        raise (NotAPicture if kind.startswith("image/") else NotARecording)() from None
