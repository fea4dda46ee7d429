"""Two different lists of facts never become the same bytes, and a length says only its bucket."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.encoding import bucket, lengths, pad, padme, unpad
from app.vault.errors import Damaged

PARTS = st.lists(
    st.none() | st.binary(max_size=6) | st.text(max_size=6) | st.integers() | st.uuids(), max_size=5
)


def typed(parts):
    return [(type(part), part) for part in parts]


@given(PARTS, PARTS)
def test_different_parts_give_different_bytes(one, other):
    assert (lengths(*one) == lengths(*other)) == (typed(one) == typed(other))


@given(PARTS, PARTS)
def test_no_encoding_is_the_beginning_of_another(one, other):
    if typed(one) != typed(other):
        assert not lengths(*one).startswith(lengths(*other))


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_a_border_cannot_be_shifted(one, other):
    if "".join(one) == "".join(other) and one != other:
        assert lengths(*one) != lengths(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("1",), (1,)),
        ((b"a",), ("a",)),
        ((None,), ("",)),
        ((None,), ()),
        ((0,), (b"\0",)),
        ((0,), (256,)),
        ((-1,), (255,)),
        ((UUID(int=5),), (UUID(int=5).bytes,)),
        ((UUID(int=5),), (str(UUID(int=5)),)),
        (("ab", "c"), ("a", "bc")),
        (("a", ""), ("a",)),
        ((lengths("a"), "b"), ("a", "b")),
    ],
)
def test_look_alikes_differ(one, other):
    assert lengths(*one) != lengths(*other)


def test_the_format_stays_what_was_signed_and_sealed_with_it():
    assert lengths("entry", 1, None, b"\xff", UUID(int=7)).hex() == (
        "0005" "7300000005656e747279" "690000000101" "6e00000000" "6200000001ff"
        "7500000010" + "00" * 15 + "07"
    )


@pytest.mark.parametrize("part", [True, False, 1.0, ["a"], ("a",), object()])
def test_what_has_no_single_meaning_is_refused(part):
    with pytest.raises(TypeError):
        lengths(part)


def test_buckets_are_512_bytes_and_powers_of_two_above():
    assert [bucket(size) for size in (0, 1, 512, 513, 1024, 1025, 2049, 4097, 8193)] == [
        512, 512, 512, 1024, 1024, 2048, 4096, 8192, 16384,
    ]


@given(st.binary(max_size=5000))
def test_padding_comes_off_again(plain):
    assert unpad(pad(plain)) == plain


@given(st.integers(0, 20_000))
def test_padded_sizes_are_buckets_and_hide_all_but_them(size):
    padded = len(pad(b"x" * size))
    assert padded >= 512
    assert padded & (padded - 1) == 0
    assert padded == 512 or padded < 2 * (size + 1)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_padding_is_injective(one, other):
    assert (pad(one) == pad(other)) == (one == other)


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        b"\0" * 512,
        b"text without a mark".ljust(512, b"\0"),
        b"\x80",
        b"\x80".ljust(511, b"\0"),
        b"\x80".ljust(513, b"\0"),
        b"\x80".ljust(1024, b"\0"),
        b"x" * 511,
        b"x" * 512,
        (b"x" * 512 + b"\x80").ljust(2048, b"\0"),
    ],
)
def test_what_was_never_padded_so_is_damaged(padded):
    with pytest.raises(Damaged):
        unpad(padded)


@given(st.binary(max_size=1100))
def test_unpad_accepts_only_what_pad_makes(padded):
    try:
        plain = unpad(padded)
    except Damaged:
        return
    assert pad(plain) == padded


@given(st.integers(0, 2**40))
def test_files_grow_by_an_eighth_at_most(size):
    padded = padme(size)
    assert size <= padded
    assert padded <= max(512, size + size // 8)
    assert padme(padded) == padded


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_longer_files_never_look_shorter(one, other):
    assert (padme(one) <= padme(other)) or one > other


def test_a_megabyte_can_have_few_lengths():
    assert len({padme(size) for size in range(1_000_000, 2_000_000, 97)}) <= 33
