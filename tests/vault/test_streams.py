"""A sealed file comes back whole, or stops before the first byte that was not authenticated."""

import io
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.vault import streams
from app.vault.encoding import padme
from app.vault.errors import Damaged, UnknownSuite
from app.vault.streams import open_stream, seal_stream

KEY = bytes(range(32))
PHOTO = UUID(int=1)
AAD = b"attachment of an entry"
OPENING = 24 + 16 + 32 + 7
CHUNK = 64 * 1024
SEALED_CHUNK = CHUNK + 16
ROOM = CHUNK - 4


def sealed(content, *, key=KEY, aad=AAD):
    sink = io.BytesIO()
    seal_stream(key, PHOTO, 1, io.BytesIO(content), sink, aad)
    return sink.getvalue()


def opened(stream, *, key=KEY, key_id=PHOTO, epoch=1, aad=AAD):
    return b"".join(open_stream(key, key_id, epoch, io.BytesIO(stream), aad))


def pieces_until_damaged(stream, *, aad=AAD):
    """Return what was given out before the damage was noticed."""
    out = []
    with pytest.raises(Damaged):
        for piece in open_stream(KEY, PHOTO, 1, io.BytesIO(stream), aad):
            out.append(piece)
    return b"".join(out)


def content_of(size):
    return bytes(number * 7 % 251 for number in range(size))


@pytest.mark.parametrize(
    "size", [0, 1, 511, 512, 513, ROOM - 1, ROOM, ROOM + 1, CHUNK, 2 * ROOM, 2 * ROOM + 1, 5 * ROOM + 77]
)
def test_files_come_back_and_their_length_is_padded(size):
    content = content_of(size)
    stream = sealed(content)
    assert opened(stream) == content
    chunks = -(-padme(size) // ROOM)
    assert len(stream) == OPENING + padme(size) + chunks * 20


@settings(max_examples=25)
@given(size=st.integers(0, 4 * ROOM), filler=st.binary(min_size=1, max_size=3))
def test_any_file_comes_back(size, filler):
    content = (filler * size)[:size]
    assert opened(sealed(content)) == content


def test_zeros_at_the_end_of_a_file_are_the_files():
    for content in (bytes(1000), b"\x80" + bytes(ROOM), bytes(2 * ROOM)):
        assert opened(sealed(content)) == content


class Pipe(io.RawIOBase):
    """Gives little at a time, as sockets do."""

    def __init__(self, content):
        self.rest = content

    def read(self, size=-1):
        given_out, self.rest = self.rest[: min(size, 1000)], self.rest[min(size, 1000) :]
        return given_out


def test_a_source_that_gives_little_at_a_time_is_read_to_its_end():
    content = content_of(3 * ROOM)
    sink = io.BytesIO()
    seal_stream(KEY, PHOTO, 1, Pipe(content), sink, AAD)
    assert b"".join(open_stream(KEY, PHOTO, 1, Pipe(sink.getvalue()), AAD)) == content


def test_nothing_is_read_ahead_beyond_two_chunks():
    content = content_of(20 * ROOM)
    source = io.BytesIO(sealed(content))
    reading = open_stream(KEY, PHOTO, 1, source, AAD)
    assert source.tell() == OPENING
    next(reading)
    assert source.tell() <= OPENING + 2 * SEALED_CHUNK


@pytest.mark.parametrize(
    "wrong", [{"key": bytes(32)}, {"key_id": UUID(int=2)}, {"epoch": 2}, {"aad": b""}, {"aad": AAD + b"\0"}]
)
def test_another_key_or_place_is_noticed_before_the_first_byte(wrong):
    with pytest.raises(Damaged):
        open_stream(
            **{"key": KEY, "key_id": PHOTO, "epoch": 1, "aad": AAD} | wrong,
            source=io.BytesIO(sealed(b"picture")),
        )


def test_every_flipped_bit_of_a_small_file_is_damaged():
    stream = sealed(b"a short letter")
    for bit in range(len(stream) * 8):
        flipped = bytearray(stream)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            opened(bytes(flipped))


@pytest.mark.parametrize("chunk", [0, 1, 2])
def test_a_flipped_bit_stops_the_file_before_its_chunk(chunk):
    content = content_of(3 * ROOM)
    flipped = bytearray(sealed(content))
    flipped[OPENING + chunk * SEALED_CHUNK + 100] ^= 1
    assert pieces_until_damaged(bytes(flipped)) == content[: chunk * ROOM]


def test_a_cut_at_any_border_or_beside_it_is_noticed():
    content = content_of(3 * ROOM)
    stream = sealed(content)
    borders = [OPENING + number * SEALED_CHUNK for number in range(4)]
    cuts = {cut for border in borders for cut in range(border - 20, border + 20) if 0 <= cut < len(stream)}
    for cut in sorted(cuts | {0, 1, 24, 40, 72, OPENING - 1}):
        assert content.startswith(pieces_until_damaged(stream[:cut]))


def chunks_of(stream):
    return [stream[at : at + SEALED_CHUNK] for at in range(OPENING, len(stream), SEALED_CHUNK)]


@pytest.mark.parametrize(
    "order",
    [
        [1, 0, 2, 3],
        [0, 2, 1, 3],
        [0, 1, 3, 2],
        [0, 0, 1, 2, 3],
        [0, 1, 3],
        [1, 2, 3],
        [0, 1, 2, 2, 3],
        [0, 1, 2, 3, 3],
        [0, 1, 2, 3, 0],
        [3],
    ],
)
def test_chunks_cannot_change_places(order):
    content = content_of(3 * ROOM + 5)
    stream = sealed(content)
    chunks = chunks_of(stream)
    assert len(chunks) == 4
    given_out = pieces_until_damaged(stream[:OPENING] + b"".join(chunks[number] for number in order))
    assert content.startswith(given_out)


def test_chunks_of_two_files_cannot_be_exchanged():
    one, other = sealed(content_of(3 * ROOM)), sealed(content_of(3 * ROOM))
    for number in range(3):
        mixed = chunks_of(one)
        mixed[number] = chunks_of(other)[number]
        pieces_until_damaged(one[:OPENING] + b"".join(mixed))
    pieces_until_damaged(one[:OPENING] + b"".join(chunks_of(other)))


@pytest.mark.parametrize("more", [b"\0", bytes(16), bytes(SEALED_CHUNK)])
@pytest.mark.parametrize("size", [10, ROOM, 2 * ROOM])
def test_a_lengthened_file_is_noticed(size, more):
    pieces_until_damaged(sealed(content_of(size)) + more)


def test_two_files_one_after_the_other_are_not_one():
    pieces_until_damaged(sealed(b"one") + sealed(b"two"))


def test_a_suite_of_tomorrow_is_named():
    stream = bytearray(sealed(b"picture"))
    stream[3] = 2
    with pytest.raises(UnknownSuite):
        opened(bytes(stream))


def test_an_envelope_is_no_stream():
    from app.vault.envelope import seal

    with pytest.raises(Damaged):
        opened(seal(KEY, PHOTO, 1, b"text", AAD))


def test_the_same_file_never_looks_alike():
    one, other = sealed(content_of(ROOM)), sealed(content_of(ROOM))
    assert one[:24] == other[:24]
    assert not set(chunks_of(one)) & set(chunks_of(other))
    assert one[24:OPENING] != other[24:OPENING]


def forged(monkeypatch, chunks):
    """Seal chunks that seal_stream would not make: a holder of the key who does not keep to the format."""
    with monkeypatch.context() as patch:
        patch.setattr(streams, "_padded_chunks", lambda source: iter(chunks))
        return sealed(b"")


def test_authentic_chunks_outside_the_format_are_damaged(monkeypatch):
    full = ROOM.to_bytes(4, "big") + bytes(ROOM)
    for chunks in (
        [b""],
        [b"123"],
        [(600).to_bytes(4, "big") + bytes(512)],
        [(5).to_bytes(4, "big") + b"seven77" + bytes(505)],
        [bytes(4) + bytes(1024)],
        [(5).to_bytes(4, "big") + b"hello" + bytes(ROOM - 5), (5).to_bytes(4, "big") + b"again" + bytes(507)],
        [full, bytes(4) + bytes(ROOM)],
    ):
        assert b"again" not in pieces_until_damaged(forged(monkeypatch, chunks))
