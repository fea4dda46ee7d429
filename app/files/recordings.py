"""Recordings without what the phone wrote into them: where, when, with which program (ASVS V14.2.8).

Only the frame of a recording is read here, never its sound.
"""

import struct
from collections.abc import Iterator

from app.core.errors import Invalid
from app.core.words import N_

_MOST_PARTS = 50_000
# What is played needs these boxes (ISO/IEC 14496-12, table 1): beside each other, and in the three opened here.
_NEEDED = {
    b"": frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"pdin"}),
    b"moov": frozenset({b"mvhd", b"trak", b"mvex", b"iods"}),
    b"trak": frozenset({b"tkhd", b"edts", b"tref", b"mdia"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf", b"elng"}),
}
_WITH_TIMES = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_PLAYED = frozenset({b"soun", b"vide"})
_WAVE_NEEDED = frozenset({b"fmt ", b"fact", b"data"})
_TAG_AT_END, _APE_FOOTER = 128, 32
Box = tuple[bytes, int, int]


class NotARecording(Invalid):
    """It begins like a recording and does not go on like one."""

    words = N_("This recording cannot be read. Please save it again with another program and try once more.")


def clean_boxes(data: bytes) -> Iterator[bytes]:
    """Return an MPEG-4 recording in which everything but sound and picture is room of the same size: nothing moves."""
    out = bytearray(data)
    _clear(out, 0, len(out), b"", iter(range(_MOST_PARTS)))
    yield bytes(out)


def _clear(out: bytearray, at: int, until: int, within: bytes, patience: Iterator[int]) -> None:
    for kind, start, end in _boxes(out, at, until):
        if next(patience, None) is None:
            raise NotARecording()
        if kind not in _NEEDED[within] or (kind == b"trak" and _handler(out, start, end) not in _PLAYED):
            _make_room(out, kind, start, end)
        elif kind in _NEEDED:
            _clear(out, start, end, kind, patience)
        elif kind in _WITH_TIMES:
            times = 16 if out[start] == 1 else 8  # two moments, after a version and three flags
            out[start + 4 : min(start + 4 + times, end)] = bytes(max(min(times, end - start - 4), 0))


def _boxes(out: bytearray, at: int, until: int) -> Iterator[Box]:
    """Return each box with where its content starts and ends."""
    while at < until:
        size, kind = struct.unpack_from(">I4s", out, at)
        start = at + 8
        if size == 1:
            size, start = struct.unpack_from(">Q", out, start)[0], at + 16
        end = at + size if size else until
        if not start <= end <= until:
            raise NotARecording()
        yield kind, start, end
        at = end


def _handler(out: bytearray, start: int, end: int) -> bytes:
    """Return what a track is for: sound, pictures, or something that is told along with them."""
    for kind, first, last in _boxes(out, start, end):
        if kind in (b"mdia", b"hdlr"):
            return _handler(out, first, last) if kind == b"mdia" else bytes(out[first + 8 : first + 12])
    return b""


def _make_room(out: bytearray, kind: bytes, start: int, end: int) -> None:
    at = start - 8 if out[start - 4 : start] == kind else start - 16
    out[at + 4 : at + 8] = b"free"
    out[start:end] = bytes(end - start)


def clean_mpeg(data: bytes) -> Iterator[bytes]:
    """Return an MP3 without the tags before and behind its sound (ID3v2, ID3v1, APE)."""
    at, until = 0, len(data)
    while data[at : at + 3] == b"ID3":
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[at + 6 : at + 10], (21, 14, 7, 0), strict=True))
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    if data[max(until - _TAG_AT_END, at) : until].startswith(b"TAG"):
        until -= _TAG_AT_END
    if data[max(until - _APE_FOOTER, at) : until].startswith(b"APETAGEX"):
        until -= struct.unpack_from("<I", data, until - 20)[0] + _APE_FOOTER
    if at >= until:
        raise NotARecording()
    yield data[at:until]


def clean_wave(data: bytes) -> Iterator[bytes]:
    """Return a WAV with its sound alone: no list of who, when and with what, and nothing behind its end."""
    kept, at = [], 12
    until = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    for _ in range(_MOST_PARTS):
        if at + 8 > until:
            break
        kind, size = struct.unpack_from("<4sI", data, at)
        # Who was interrupted while recording leaves a size that is larger than what came.
        end = min(at + 8 + size + size % 2, until)
        if kind in _WAVE_NEEDED:
            kept.append(data[at:end])
        at = end
    content = b"WAVE" + b"".join(kept)
    yield b"RIFF" + struct.pack("<I", len(content)) + content
