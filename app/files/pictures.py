"""Pictures without what the camera wrote into them: no place, no device, no thumbnail (ASVS V14.2.8).

Only the frame of a picture is read here, never its pixels. Which way up it is stays with it, and what stands behind its
end does not: a film with sound of the moment before, a second picture, what was cut away from a screenshot.
"""

import re
import struct
from collections.abc import Iterator

from app.core.errors import Invalid
from app.core.words import N_

_MOST_PIXELS = 100_000_000
# Real pictures have some dozens, very large ones thousands.
_MOST_PARTS = 50_000
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_PNG_START = b"\x89PNG\r\n\x1a\n"
# What pixels and their colours need (PNG third edition, 5.6), moving ones too; everything else says something.
_PNG_NEEDED = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
        b"cLLI", b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT",
    }
)
_SCAN, _EXIF, _COLOURS, _ADOBE, _JFIF = 0xDA, 0xE1, 0xE2, 0xEE, 0xE0
_LAST_SAYING, _COMMENT = 0xEF, 0xFE
# Frames of every kind of JPEG (ITU-T T.81, table B.1); C4, C8 and CC are tables and extensions.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Beside the frames: tables for decoding, scans, quantisation, restarts, and how many lines there are.
_NEEDED = _FRAMES | {0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
# Within a scan FF is followed by 00, by a restart (D0 to D7) or by more of FF; anything else ends it (T.81, B.1.1).
_AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FILLING = re.compile(rb"\xff*(?=\xff)")
_ORIENTATION = 0x0112
# How much of these segments is fixed; behind it the first may carry a small picture.
_JFIF_FIXED, _ADOBE_FIXED = 12, 12


class NotAPicture(Invalid):
    """It begins like a picture and does not go on like one."""

    words = N_("This picture cannot be read. Please save it again with another program and try once more.")


class PictureTooLarge(Invalid):
    """So many points that whoever opens it would run out of memory."""

    words = N_("This picture has more than 100 million points. Please make it smaller.")


def clean_png(data: bytes) -> Iterator[bytes]:
    """Return the parts of a PNG that its pixels need; raises NotAPicture, PictureTooLarge."""
    yield _PNG_START
    at = len(_PNG_START)
    for _ in range(_MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise NotAPicture()
        if kind == b"IHDR":
            _expect_moderate(*struct.unpack_from(">II", data, at + 8))
        if kind in _PNG_NEEDED:
            yield data[at:end]
        elif kind[:1].isupper():
            raise NotAPicture()  # nothing shows a picture whose needed parts it does not know
        if kind == b"IEND":
            return
        at = end
    raise NotAPicture()


def clean_jpeg(data: bytes) -> Iterator[bytes]:
    """Return the parts of a JPEG up to its end that its pixels need; raises NotAPicture, PictureTooLarge."""
    yield _JPEG_START
    at = len(_JPEG_START)
    for _ in range(_MOST_PARTS):
        at = _filled(data, at)
        if data[at : at + 2] == _JPEG_END:
            yield _JPEG_END
            return
        mark, code, length = struct.unpack_from(">BBH", data, at)
        end = at + 2 + length
        if mark != 0xFF or length < 2 or end > len(data):
            raise NotAPicture()
        if code in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            _expect_moderate(width, height)
        yield from _kept(code, data[at:end])
        at = end
        if code == _SCAN:
            at = _end_of_scan(data, end)
            yield data[end:at]
            if at == len(data):  # the rest of the photo got lost on its way
                return
    raise NotAPicture()


def _filled(data: bytes, at: int) -> int:
    """Return where the next mark stands: any number of FF may fill the room before it."""
    found = _FILLING.match(data, at)
    return found.end() if found else at


def _end_of_scan(data: bytes, at: int) -> int:
    found = _AFTER_SCAN.search(data, at)
    return found.start() if found else len(data)


def _kept(code: int, segment: bytes) -> Iterator[bytes]:
    """Keep tables, frames and what colours need; of the rest only which way up the picture is."""
    if code in _NEEDED or (code == _COLOURS and segment[4:16] == b"ICC_PROFILE\0"):
        yield segment
    elif code == _EXIF:
        if (way_up := _orientation(segment)) is not None:
            yield _only_orientation(way_up)
    elif code == _JFIF:
        if segment[4:9] == b"JFIF\0":
            yield _segment(code, segment[4 : 4 + _JFIF_FIXED].ljust(_JFIF_FIXED, b"\0") + b"\0\0")
    elif code == _ADOBE:
        if segment[4:9] == b"Adobe":
            yield _segment(code, segment[4 : 4 + _ADOBE_FIXED])
    elif not _says(code):
        raise NotAPicture()


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
    return _segment(_EXIF, b"Exif\0\0" + tiff)


def _segment(code: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


def _expect_moderate(width: int, height: int) -> None:
    if not 0 < width * height <= _MOST_PIXELS:
        raise PictureTooLarge() if width * height else NotAPicture()
