"""Pictures without what the camera wrote into them: no place, no device, no thumbnail (ASVS V14.2.8).

Only the frame of a picture is read here, never its pixels. Which way up it is stays with it.
"""

import io
import struct
from collections.abc import Iterator
from typing import IO

from app.core.errors import Invalid
from app.core.words import N_

_MOST_PIXELS = 100_000_000
_JPEG_START = b"\xff\xd8"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_SAYS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})
_SCAN, _EXIF, _ADOBE, _JFIF = 0xDA, 0xE1, 0xEE, 0xE0
_LAST_SAYING, _COMMENT = 0xEF, 0xFE
# Frames of every kind of JPEG (ITU-T T.81, table B.1); C4, C8 and CC are tables and extensions.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ORIENTATION = 0x0112


class NotAPicture(Invalid):
    """It begins like a picture and does not go on like one."""

    words = N_("This picture cannot be read. Please save it again with another program and try once more.")


class PictureTooLarge(Invalid):
    """So many points that whoever opens it would run out of memory."""

    words = N_("This picture has more than 100 million points. Please make it smaller.")


def without_metadata(kind: str, source: IO[bytes]) -> IO[bytes]:
    """Return a picture without what stands around its points, any other document as it is."""
    clean = {"image/jpeg": _clean_jpeg, "image/png": _clean_png}.get(kind)
    if clean is None:
        return source
    try:
        return io.BytesIO(b"".join(clean(source.read())))
    except (struct.error, IndexError):
        raise NotAPicture() from None


def _clean_png(data: bytes) -> Iterator[bytes]:
    yield _PNG_START
    at = len(_PNG_START)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise NotAPicture()
        if kind == b"IHDR":
            _expect_moderate(*struct.unpack_from(">II", data, at + 8))
        if kind not in _PNG_SAYS:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise NotAPicture()


def _clean_jpeg(data: bytes) -> Iterator[bytes]:
    yield _JPEG_START
    at = len(_JPEG_START)
    while True:
        while data[at : at + 2] == b"\xff\xff":  # any number of these may stand before a segment
            at += 1
        mark, code, length = struct.unpack_from(">BBH", data, at)
        end = at + 2 + length
        if mark != 0xFF or length < 2 or end > len(data):
            raise NotAPicture()
        segment = data[at:end]
        if code in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            _expect_moderate(width, height)
        yield from _kept(code, segment)
        if code == _SCAN:
            yield data[end:]
            return
        at = end


def _kept(code: int, segment: bytes) -> Iterator[bytes]:
    """Keep tables, frames and what colours need; of the rest only which way up the picture is."""
    if code == _EXIF:
        if (way_up := _orientation(segment)) is not None:
            yield _only_orientation(way_up)
    elif code in (_JFIF, _ADOBE) or not _says(code) or segment[4:15] == b"ICC_PROFILE":
        yield segment


def _says(code: int) -> bool:
    return _JFIF <= code <= _LAST_SAYING or code == _COMMENT


def _orientation(segment: bytes) -> int | None:
    """Return the orientation of an Exif segment (Exif 2.32, 4.6.4 A), None when it says none."""
    tiff = segment[10:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if segment[4:10] != b"Exif\0\0" or order is None:
        return None
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        count = struct.unpack_from(f"{order}H", tiff, start)[0]
        for n in range(count):
            tag, kind, _many, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * n)
            if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
                return int(value)
    except struct.error:
        return None
    return None


def _only_orientation(way_up: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, way_up, 0, 0)
    content = b"Exif\0\0" + tiff
    return struct.pack(">BBH", 0xFF, _EXIF, len(content) + 2) + content


def _expect_moderate(width: int, height: int) -> None:
    if not 0 < width * height <= _MOST_PIXELS:
        raise PictureTooLarge() if width * height else NotAPicture()
