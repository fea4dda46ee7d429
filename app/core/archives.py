"""Zip archives, weighed by their last bytes before anything is read of them."""

import os
import struct
from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

# End of central directory record and the locator of its larger kind before it (APPNOTE.TXT 4.3.15, 4.3.16).
_END = struct.Struct("<4s4H2LH")
_END_SIGN, _LARGE_SIGN, _LOCATOR_SIZE = b"PK\5\6", b"PK\6\7", 20
# A line of the directory has 46 bytes and a name. Python reads as many lines as fit, whatever their number says.
_LINE = 256


def is_moderate(source: IO[bytes], *, most_parts: int) -> bool:
    """Say whether an archive has a directory that is quickly read: 300,000 lines of it took seconds and a gigabyte.

    What ends in a comment or is of the large kind (zip64) is neither a document nor a workbook as programs write them.
    """
    size = source.seek(0, os.SEEK_END)
    source.seek(max(size - _END.size - _LOCATOR_SIZE, 0))
    last = source.read()
    source.seek(0)
    if len(last) < _END.size or last[: -_END.size].startswith(_LARGE_SIGN):
        return False
    sign, _disk, _first, _here, parts, length, _offset, comment = _END.unpack(last[-_END.size :])
    return sign == _END_SIGN and not comment and parts <= most_parts and length <= most_parts * _LINE


def is_plainly_packed(parts: Iterable[ZipInfo]) -> bool:
    """Say whether parts are packed as office programs pack them: other ways may ask for gigabytes to unpack a byte."""
    return all(part.compress_type in (ZIP_STORED, ZIP_DEFLATED) for part in parts)
