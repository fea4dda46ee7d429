"""Documents as people upload them, and some that only look like documents."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    b'PartName="/word/document.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
MACRO_TYPES = TYPES.replace(b"wordprocessingml.document.main", b"ms-word.document.macroEnabled.main")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"


def segment(code: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


def jpeg(width: int = 1, height: int = 1) -> bytes:
    """Return a grey photo that says it is this large."""
    table = bytes([1]) + bytes(15) + b"\0"
    return b"".join([
        b"\xff\xd8", segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), segment(0xDB, b"\0" + b"\1" * 64),
        segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)),
        segment(0xC4, b"\x00" + table), segment(0xC4, b"\x10" + table),
        segment(0xDA, bytes([1, 1, 0, 0, 63, 0])), b"\x3f\xff\xd9",
    ])


def png(width: int = 1, height: int = 1) -> bytes:
    """Return a picture that says it is this large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )


def docx(
    parts: Mapping[str, bytes] | None = None, *, types: bytes = TYPES, packed: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a Word document with some more parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", b"<Relationships/>")
        archive.writestr("word/document.xml", b"<w:document/>")
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive that is no document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def bomb() -> bytes:
    """Return a Word document of less than a megabyte that unpacks to more than 100."""
    return docx({f"word/media/{n}.bin": bytes(30 * 1024 * 1024) for n in range(4)})


def many_parts() -> bytes:
    """Return a Word document whose directory names one of its parts 300,000 times, and says that there are four."""
    whole = docx()
    start, size = whole.index(b"PK\1\2"), whole.index(b"PK\5\6") - whole.index(b"PK\1\2")
    directory = whole[start : start + size]
    line = directory[: directory.index(b"PK\1\2", 4)]
    more = line * 300_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 4, 4, size + len(more), start, 0)
    return whole[:start] + directory + more + end


JPEG = jpeg()
