"""Archives are weighed by their last bytes, as the library that opens them would find them."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.archives import is_moderate, is_plainly_packed


def zipped(parts: int, *, comment: bytes = b"", packed: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for number in range(parts):
            archive.writestr(f"word/media/{number}.xml", b"<x/>")
        archive.comment = comment
    return out.getvalue()


def moderate(content: bytes, most: int = 20) -> bool:
    return is_moderate(io.BytesIO(content), most_parts=most)


def test_a_document_of_some_parts_is_opened() -> None:
    assert moderate(zipped(20)) and not moderate(zipped(21))


def test_a_directory_that_lies_about_its_number_is_not_read() -> None:
    content = zipped(400)
    lying = content[:-14] + struct.pack("<HH", 3, 3) + content[-10:]
    with zipfile.ZipFile(io.BytesIO(lying)) as archive:
        assert len(archive.infolist()) == 400, "the library reads as many as fit"
    assert not moderate(lying)


def test_the_large_kind_and_comments_are_refused() -> None:
    content = zipped(3)
    assert not moderate(zipped(3, comment=b"x" * 30))
    assert not moderate(content[:-22] + b"PK\6\7" + bytes(16) + content[-22:])


@given(st.binary(max_size=80))
def test_nonsense_is_no_archive(nonsense: bytes) -> None:
    assert not moderate(nonsense)


@pytest.mark.parametrize(("packed", "plainly"), [
    (zipfile.ZIP_STORED, True), (zipfile.ZIP_DEFLATED, True), (zipfile.ZIP_LZMA, False), (zipfile.ZIP_BZIP2, False),
])
def test_parts_packed_in_unusual_ways_are_seen(packed: int, plainly: bool) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(2, packed=packed))) as archive:
        assert is_plainly_packed(archive.infolist()) == plainly
