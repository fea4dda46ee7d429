"""Word documents without who made them, when, on which machine, and where their pictures were taken.

What a document says stays, and so does what lies in other packages inside it (the table behind a chart).
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from app.core.archives import is_plainly_packed
from app.core.errors import Invalid
from app.core.words import N_
from app.files.pictures import NotAPicture, PictureTooLarge, clean_jpeg, clean_png

_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/"
_CORE = b"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
# Properties of a document (ECMA-376 part 1, 15.2.12; part 2, clause 11) and what stands in their place: none.
_PROPERTIES = {
    _CORE: _HEAD + b'<cp:coreProperties xmlns:cp="%s"/>' % _CORE,
    _OFFICE + b"extended-properties": _HEAD + b'<Properties xmlns="%sextended-properties"/>' % _OFFICE,
    _OFFICE + b"custom-properties": _HEAD + b'<Properties xmlns="%scustom-properties"/>' % _OFFICE,
}
_ROOT_WITHIN = 1_000
# Who commented and who changed what, and where on somebody's disk a template lies.
_PEOPLE = re.compile(rb"""(\s[\w.-]+:(?:author|initials|userId)\s*=\s*)(?:"[^"]*"|'[^']*')""")
_PLACES = re.compile(rb"""(\sTarget\s*=\s*)(?:"file:[^"]*"|'file:[^']*')""", re.IGNORECASE)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PICTURES = {b"\xff\xd8\xff": clean_jpeg, b"\x89PNG": clean_png}


class NotADocument(Invalid):
    """It begins like a Word document and does not go on like one."""

    words = N_("This document cannot be read. Please save it again with another program and try once more.")


def clean_document(data: bytes) -> Iterator[bytes]:
    """Return a Word document (docx) with its content alone; raises NotADocument."""
    out = io.BytesIO()
    try:
        with ZipFile(io.BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
            parts = source.infolist()
            if not is_plainly_packed(parts) or len({part.filename for part in parts}) < len(parts):
                raise NotADocument()
            for part in parts:
                kept = ZipInfo(part.filename, _LONG_AGO)
                kept.compress_type = ZIP_DEFLATED
                target.writestr(kept, _clean(part.filename.lower(), source.read(part)))
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError):
        raise NotADocument() from None
    yield out.getvalue()


def _clean(name: str, content: bytes) -> bytes:
    if name.endswith(".rels"):
        return _PLACES.sub(rb'\1"file:///"', content)
    if name.endswith(".xml"):
        return _without_properties(name, _PEOPLE.sub(rb'\1""', content))
    return _without_place(content)


def _without_properties(name: str, content: bytes) -> bytes:
    if name == "[content_types].xml":
        return content
    head = content[:_ROOT_WITHIN]
    return next((none for root, none in _PROPERTIES.items() if root in head), content)


def _without_place(content: bytes) -> bytes:
    clean = next((clean for start, clean in _PICTURES.items() if content.startswith(start)), None)
    if clean is None:
        return content
    try:
        return b"".join(clean(content))
    except (NotAPicture, PictureTooLarge, struct.error, IndexError):
        raise NotADocument() from None
