"""Pictures keep their points and which way up they are, and lose where and with what they were taken."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.metadata import without_metadata
from app.files.pictures import NotAPicture, PictureTooLarge
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
    said = b"".join(chunk(kind, PLACE) for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX", b"prVW"))
    assert clean("image/png", plain[:33] + said + plain[33:] + PLACE) == plain
    with pytest.raises(NotAPicture):
        clean("image/png", plain[:33] + chunk(b"CgBI", PLACE) + plain[33:])


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


FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42" + PLACE
SECOND = exif(1)


@pytest.mark.parametrize("behind", [FILM, samples.JPEG, b"\xff\xd8" + SECOND + samples.JPEG[2:], PLACE, b"\xff"])
def test_what_stands_behind_the_end_of_a_photo_goes(behind: bytes) -> None:
    assert clean("image/jpeg", samples.JPEG + behind) == samples.JPEG


def scan(restarts: bool) -> st.SearchStrategy[bytes]:
    """Coded data of a scan: FF is stuffed, and restarts may stand within."""
    plain = st.binary(max_size=40).map(lambda data: data.replace(b"\xff", b"\xff\0"))
    marks = st.sampled_from([b""] + [bytes([0xFF, 0xD0 + n]) for n in range(8)] * restarts)
    return st.lists(st.tuples(plain, marks), max_size=6).map(lambda runs: b"".join(map(b"".join, runs)))


@given(st.data(), st.integers(1, 5), st.booleans(), st.binary(max_size=60))
def test_every_scan_stays_to_the_byte_and_nothing_else_does(
    data: st.DataObject, scans: int, restarts: bool, behind: bytes
) -> None:
    """Progressive photos have many scans, with tables and sayings between them."""
    frame = segment(0xC2, struct.pack(">BHHBBBB", 8, 9, 9, 1, 1, 0x11, 0))
    said, kept = [samples.JPEG[:2], exif(None), frame], [samples.JPEG[:2], frame]
    for _ in range(scans):
        coded = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + data.draw(scan(restarts))
        table = segment(0xC4, b"\x10" + bytes(16))
        said += [segment(0xFE, PLACE), table, exif(None), coded]
        kept += [table, coded]
    assert clean("image/jpeg", b"".join([*said, b"\xff\xd9", behind])) == b"".join([*kept, b"\xff\xd9"])


def test_no_small_picture_stays_beside_the_large_one() -> None:
    small = segment(0xE0, b"JFXX\0\x10" + samples.JPEG + PLACE)
    assert clean("image/jpeg", photo(small)) == samples.JPEG
    head = b"JFIF\0\1\1\0\0\1\0\1"
    assert clean("image/jpeg", photo(segment(0xE0, head + b"\1\1" + PLACE))) == photo(segment(0xE0, head + b"\0\0"))


def test_colours_are_no_hiding_place() -> None:
    assert clean("image/jpeg", photo(segment(0xED, b"ICC_PROFILE\0\1\1" + PLACE))) == samples.JPEG
    adobe = b"Adobe\0\x64\0\0\0\0\1"
    assert clean("image/jpeg", photo(segment(0xEE, adobe + PLACE))) == photo(segment(0xEE, adobe))


@pytest.mark.parametrize("code", [0x01, 0x4F, 0xD0, 0xD8, 0xF7, 0xFD])
def test_parts_that_no_photo_has_are_refused(code: int) -> None:
    with pytest.raises(NotAPicture):
        clean("image/jpeg", photo(segment(code, PLACE)))


def test_a_picture_of_very_many_parts_holds_nobody_up() -> None:
    with pytest.raises(NotAPicture):
        clean("image/jpeg", photo(segment(0xFE, b"") * 60_000))


@given(cut=st.integers(2, len(samples.JPEG) - 1))
def test_half_a_photo_is_no_photo_or_only_misses_points(cut: int) -> None:
    with suppress(NotAPicture):
        assert clean("image/jpeg", samples.JPEG[:cut]) == samples.JPEG[:cut]


@given(st.binary(max_size=400))
def test_nonsense_is_refused_and_never_crashes(nonsense: bytes) -> None:
    for kind, start in (("image/jpeg", samples.JPEG[:2]), ("image/png", samples.png()[:8])):
        with suppress(NotAPicture, PictureTooLarge):
            clean(kind, start + nonsense)
