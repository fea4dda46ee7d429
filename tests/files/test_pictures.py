"""Pictures keep their points and which way up they are, and lose where and with what they were taken."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.pictures import NotAPicture, PictureTooLarge, without_metadata
from tests.files import samples
from tests.files.samples import segment

PLACE = b"29.5630N 106.5516E"


def exif(way_up: int | None, order: str = "<") -> bytes:
    entries = [(0x010F, 2, 1, 0)] + ([(0x0112, 3, 1, way_up)] if way_up else [])
    tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries))
    for tag, kind, many, value in entries:
        tiff += struct.pack(f"{order}HHIHH", tag, kind, many, value, 0)
    return segment(0xE1, b"Exif\0\0" + tiff + PLACE)


def photo(*more: bytes) -> bytes:
    return samples.JPEG[:2] + b"".join(more) + samples.JPEG[2:]


def clean(kind: str, data: bytes) -> bytes:
    return without_metadata(kind, io.BytesIO(data)).read()


@pytest.mark.parametrize("said", [
    exif(None), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE), segment(0xFE, PLACE),
    segment(0xED, b"Photoshop 3.0\0" + PLACE), segment(0xE2, b"MPF\0" + PLACE), segment(0xEF, PLACE),
])
def test_a_photo_says_nothing_beside_its_points(said: bytes) -> None:
    assert clean("image/jpeg", photo(said)) == samples.JPEG


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("way_up", [1, 3, 6, 8])
def test_a_photo_stays_the_right_way_up(way_up: int, order: str) -> None:
    kept = clean("image/jpeg", photo(exif(way_up, order)))
    assert PLACE not in kept
    assert struct.pack("<HHIH", 0x0112, 3, 1, way_up) in kept
    assert clean("image/jpeg", kept) == kept


def test_bytes_that_fill_the_room_between_two_segments_are_left_out() -> None:
    assert clean("image/jpeg", photo(b"\xff\xff\xff")) == samples.JPEG


def test_colours_stay() -> None:
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1" + b"colours")
    assert clean("image/jpeg", photo(profile)) == photo(profile)


def test_a_drawing_says_nothing_beside_its_points() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    plain = samples.png()
    said = b"".join(chunk(kind, PLACE) for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"))
    assert clean("image/png", plain[:33] + said + plain[33:] + PLACE) == plain


def test_a_picture_of_a_hundred_million_points_is_the_largest() -> None:
    assert clean("image/png", samples.png(10_000, 10_000))
    with pytest.raises(PictureTooLarge):
        clean("image/png", samples.png(10_001, 10_000))
    with pytest.raises(PictureTooLarge):
        clean("image/jpeg", samples.jpeg(65_535, 65_535))
    with pytest.raises(NotAPicture):
        clean("image/png", samples.png(0, 5))


def test_a_document_is_left_as_it_is() -> None:
    assert clean("application/pdf", samples.PDF) == samples.PDF


@given(cut=st.integers(2, len(samples.JPEG) - 1))
def test_half_a_photo_is_no_photo_or_only_misses_points(cut: int) -> None:
    with suppress(NotAPicture):
        assert clean("image/jpeg", samples.JPEG[:cut]) == samples.JPEG[:cut]


@given(st.binary(max_size=400))
def test_nonsense_is_refused_and_never_crashes(nonsense: bytes) -> None:
    for kind, start in (("image/jpeg", samples.JPEG[:2]), ("image/png", samples.png()[:8])):
        with suppress(NotAPicture, PictureTooLarge):
            clean(kind, start + nonsense)
