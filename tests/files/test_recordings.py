"""Recordings keep their sound, each byte in its place, and lose where, when and with what they were made."""

import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.metadata import without_metadata
from app.files.recordings import NotARecording
from tests.files.test_pictures import PLACE

SOUND = bytes(range(1, 200))


def clean(kind: str, data: bytes) -> bytes:
    return without_metadata(kind, io.BytesIO(data)).read()


def box(kind: bytes, *content: bytes, large: bool = False) -> bytes:
    body = b"".join(content)
    head = struct.pack(">I4sQ", 1, kind, len(body) + 16) if large else struct.pack(">I4s", len(body) + 8, kind)
    return head + body


def track(handler: bytes, *, times: int = 0) -> bytes:
    hdlr = box(b"hdlr", bytes(8) + handler + bytes(12) + b"\0")
    return box(
        b"trak", box(b"tkhd", struct.pack(">III", 7, times, times) + bytes(20)),
        box(b"mdia", box(b"mdhd", struct.pack(">III", 0, times, times) + bytes(8)), hdlr, box(b"minf", SOUND[:9])),
    )


def recording(
    *, times: int = 0, more: bytes = b"", within: bytes = b"", tail: bytes = b"", large: bool = False
) -> bytes:
    head = box(b"mvhd", struct.pack(">III", 0, times, times) + bytes(80))
    moov = box(b"moov", head, track(b"soun", times=times), within)
    return box(b"ftyp", b"M4A \0\0\0\0") + more + box(b"mdat", SOUND, large=large) + moov + tail


def room(size: int) -> bytes:
    return box(b"free", bytes(size))


@pytest.mark.parametrize("kind", ["audio/x-m4a", "audio/mp4", "video/mp4", "video/3gpp"])
@pytest.mark.parametrize("large", [False, True])
def test_a_recording_of_a_phone_says_nothing_beside_its_sound(kind: str, large: bool) -> None:
    place = box(b"\xa9xyz", PLACE)
    told = recording(
        times=3_900_000_000, more=box(b"uuid", PLACE), within=box(b"udta", place) + box(b"meta", PLACE),
        tail=box(b"smta", PLACE), large=large,
    )
    kept = clean(kind, told)
    inside = room(len(place)) + room(len(PLACE))
    assert kept == recording(more=room(len(PLACE)), within=inside, tail=room(len(PLACE)), large=large)
    assert kept.index(SOUND) == told.index(SOUND), "tables say where the sound lies"
    assert clean(kind, kept) == kept


def test_a_track_of_places_is_no_track_any_more() -> None:
    places = track(b"meta")
    assert clean("video/mp4", recording(within=places + track(b"vide"))) == recording(
        within=room(len(places) - 8) + track(b"vide")
    )


def test_tags_around_an_mp3_go() -> None:
    frames = b"\xff\xfb\x90\x00" + SOUND
    tag = b"ID3\4\0\0" + bytes([0, 0, len(PLACE) >> 7, len(PLACE) & 0x7F]) + PLACE
    ape = PLACE + b"APETAGEX" + struct.pack("<II", 2000, len(PLACE)) + bytes(16)
    old = b"TAG" + PLACE.ljust(125)
    for said in (frames, tag + frames, tag + tag + frames + old, frames + ape + old):
        assert clean("audio/mpeg", said) == frames
    with pytest.raises(NotARecording):
        clean("audio/mpeg", tag)


def test_a_wave_keeps_its_sound_alone() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)

    def wave(*chunks: bytes) -> bytes:
        return chunk(b"RIFF", b"WAVE" + b"".join(chunks))

    plain = [chunk(b"fmt ", bytes(16)), chunk(b"data", SOUND)]
    said = wave(chunk(b"bext", PLACE), plain[0], chunk(b"LIST", PLACE), plain[1], chunk(b"id3 ", PLACE)) + PLACE
    assert clean("audio/x-wav", said) == wave(*plain)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_nonsense_is_refused_and_never_crashes(nonsense: bytes, cut: int) -> None:
    for kind in ("audio/mp4", "audio/mpeg", "audio/x-wav"):
        for data in (nonsense, recording()[:cut] + nonsense, b"ID3\4\0\0" + nonsense, b"RIFF" + nonsense):
            with suppress(NotARecording):
                clean(kind, data)


def test_very_many_parts_hold_nobody_up() -> None:
    with pytest.raises(NotARecording):
        clean("audio/mp4", box(b"free") * 60_000)


@pytest.mark.parametrize("kind", ["audio/ogg", "video/webm", "audio/AMR", "application/pdf"])
def test_what_is_left_as_it_is(kind: str) -> None:
    assert clean(kind, PLACE) == PLACE
