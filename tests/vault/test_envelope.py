"""An envelope opens with its key, at its place, unchanged to the last bit, or not at all."""

import hashlib
import hmac
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from app.vault import envelope
from app.vault.encoding import bucket, lengths, pad
from app.vault.envelope import Header, header, seal, unseal
from app.vault.errors import Damaged, UnknownSuite

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
FILE = UUID(int=1)
AAD = lengths("xinxia/1/column", "entry", "body", FILE, UUID(int=2), UUID(int=3))
OVERHEAD = 24 + 16 + 32 + 12 + 16


@given(
    key=st.binary(min_size=32, max_size=32),
    key_id=st.uuids(),
    epoch=st.integers(0, 2**32 - 1),
    plain=st.binary(max_size=3000),
    aad=st.binary(max_size=200),
)
def test_what_was_sealed_comes_back(key, key_id, epoch, plain, aad):
    sealed = seal(key, key_id, epoch, plain, aad)
    assert unseal(key, key_id, epoch, sealed, aad) == plain
    assert header(sealed) == Header(1, key_id, epoch)
    assert len(sealed) == OVERHEAD + bucket(len(plain) + 1)


def test_every_flipped_bit_is_damaged():
    sealed = seal(KEY, FILE, 1, "她今天说了很多。".encode(), AAD)
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            unseal(KEY, FILE, 1, bytes(flipped), AAD)


def test_every_cut_and_every_addition_is_damaged():
    sealed = seal(KEY, FILE, 1, b"text", AAD)
    for size in range(len(sealed)):
        with pytest.raises(Damaged):
            unseal(KEY, FILE, 1, sealed[:size], AAD)
    for more in (b"\0", b"\0" * 16, b"\0" * 512, sealed):
        with pytest.raises(Damaged):
            unseal(KEY, FILE, 1, sealed + more, AAD)


@given(st.binary(max_size=800))
def test_garbage_is_damaged(garbage):
    with pytest.raises(Damaged):
        unseal(KEY, FILE, 1, garbage, AAD)


@given(st.binary(max_size=800))
def test_garbage_behind_a_right_header_is_damaged(garbage):
    start = seal(KEY, FILE, 1, b"", AAD)[:24]
    with pytest.raises(Damaged):
        unseal(KEY, FILE, 1, start + garbage, AAD)


@pytest.mark.parametrize(
    ("key", "key_id", "epoch", "aad"),
    [
        (OTHER_KEY, FILE, 1, AAD),
        (KEY, uuid4(), 1, AAD),
        (KEY, FILE, 2, AAD),
        (KEY, FILE, 1, b""),
        (KEY, FILE, 1, AAD + b"\0"),
        (KEY, FILE, 1, lengths("xinxia/1/column", "entry", "body", FILE, UUID(int=3), UUID(int=2))),
    ],
)
def test_another_key_epoch_or_place_is_damaged(key, key_id, epoch, aad):
    with pytest.raises(Damaged):
        unseal(key, key_id, epoch, seal(KEY, FILE, 1, b"text", AAD), aad)


def test_two_envelopes_do_not_exchange_parts():
    one, other = seal(KEY, FILE, 1, b"one", AAD), seal(KEY, FILE, 1, b"other", AAD)
    for start, end in ((24, 40), (40, 72), (72, 84), (84, len(one))):
        with pytest.raises(Damaged):
            unseal(KEY, FILE, 1, one[:start] + other[start:end] + one[end:], AAD)


def test_the_same_text_never_looks_alike():
    one, other = seal(KEY, FILE, 1, b"text", AAD), seal(KEY, FILE, 1, b"text", AAD)
    assert one[:24] == other[:24]
    assert all(one[a:b] != other[a:b] for a, b in ((24, 40), (40, 72), (72, 84), (84, 612)))


def test_texts_of_one_bucket_look_equally_long():
    assert len({len(seal(KEY, FILE, 1, b"x" * size, AAD)) for size in range(0, 512, 73)}) == 1


@pytest.mark.parametrize("suite", [0, 2, 255])
def test_a_suite_of_tomorrow_is_named(suite):
    sealed = bytearray(seal(KEY, FILE, 1, b"text", AAD))
    sealed[3] = suite
    with pytest.raises(UnknownSuite):
        unseal(KEY, FILE, 1, bytes(sealed), AAD)
    assert header(bytes(sealed)).suite == suite


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_not_guessed(version):
    sealed = bytearray(seal(KEY, FILE, 1, b"text", AAD))
    sealed[2] = version
    with pytest.raises(Damaged):
        unseal(KEY, FILE, 1, bytes(sealed), AAD)
    with pytest.raises(Damaged):
        header(bytes(sealed))


@pytest.mark.parametrize("garbage", [b"", b"XE", b"plain text that was never sealed", bytes(612)])
def test_what_is_no_envelope_has_no_header(garbage):
    with pytest.raises(Damaged):
        header(garbage)


def hkdf_by_hand(key, salt, info, length):
    """RFC 5869 with nothing but hmac."""
    pseudorandom, block, out = hmac.digest(salt, key, "sha256"), b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(pseudorandom, block + info + bytes([counter]), "sha256")
        out += block
    return out[:length]


def by_hand(key, key_id, epoch, padded, aad, salt=bytes(16), nonce=bytes(12)):
    """The format once more, written from its description and not with its code."""
    head = b"XE" + bytes([1, 1]) + key_id.bytes + epoch.to_bytes(4, "big")
    derived = hkdf_by_hand(key, salt, b"xinxia/1/envelope" + head + aad, 64)
    return head + salt + derived[32:] + nonce + AESGCM(derived[:32]).encrypt(nonce, padded, head + aad)


def test_the_format_is_as_described():
    assert unseal(KEY, FILE, 9, by_hand(KEY, FILE, 9, pad(b"text"), AAD), AAD) == b"text"


def test_the_format_stays_what_it_was():
    digest = hashlib.sha256(by_hand(KEY, FILE, 1, pad(b"text"), AAD)).hexdigest()
    assert digest == "0d82d781223dcb99476983b0bd31a04626234a0f5b6a81a704bca2709686f5d7"


@pytest.mark.parametrize("padded", [b"", b"text", bytes(512), b"x" * 512, b"\x80".ljust(1024, b"\0")])
def test_authentic_bytes_with_a_wrong_padding_are_damaged(padded):
    with pytest.raises(Damaged):
        unseal(KEY, FILE, 1, by_hand(KEY, FILE, 1, padded, AAD), AAD)


# AES-GCM alone is not committing: whoever knows two keys can make one ciphertext and tag that both open.
# GHASH is linear in every block, so a free last block is solved for (Dodis et al., "Fast Message Franking:
# From Invisible Salamanders to Encryptment", CRYPTO 2018).

POLYNOMIAL = 0xE1 << 120


def times(one: int, other: int) -> int:
    product = 0
    for place in range(127, -1, -1):
        if other >> place & 1:
            product ^= one
        one = one >> 1 ^ (POLYNOMIAL if one & 1 else 0)
    return product


def inverse(value: int) -> int:
    result, power = 1 << 127, value
    for bit in range(128):
        if (2**128 - 2) >> bit & 1:
            result = times(result, power)
        power = times(power, power)
    return result


def block_cipher(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(block), "big")


def blocks(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 16].ljust(16, b"\0"), "big") for at in range(0, len(data), 16)]


def ghash(key: int, values: list[int]) -> int:
    total = 0
    for value in values:
        total = times(total ^ value, key)
    return total


def opening_under_both(keys, aads, nonce, start: bytes) -> bytes:
    """Return start, one block and a tag that AES-GCM accepts under both keys, each with its own AAD."""
    secrets = [block_cipher(key, bytes(16)) for key in keys]
    masks = [block_cipher(key, nonce + b"\0\0\0\1") for key in keys]
    size = len(start) + 16
    difference, weight = masks[0] ^ masks[1], 0
    for secret, aad in zip(secrets, aads, strict=True):
        lengths_block = len(aad) * 8 << 64 | size * 8
        difference ^= ghash(secret, [*blocks(aad), *blocks(start), 0, lengths_block])
        weight ^= times(secret, secret)
    free = times(difference, inverse(weight))
    ciphertext = start + free.to_bytes(16, "big")
    lengths_block = len(aads[0]) * 8 << 64 | size * 8
    tag = masks[0] ^ ghash(secrets[0], [*blocks(aads[0]), *blocks(ciphertext), lengths_block])
    return ciphertext + tag.to_bytes(16, "big")


def test_an_envelope_made_to_open_under_two_keys_is_refused():
    salt, nonce = b"s" * 16, b"n" * 12
    head = b"XE" + bytes([1, 1]) + FILE.bytes + (1).to_bytes(4, "big")
    derived = [hkdf_by_hand(key, salt, b"xinxia/1/envelope" + head + AAD, 64) for key in (KEY, OTHER_KEY)]
    body = opening_under_both([one[:32] for one in derived], [head + AAD] * 2, nonce, b"c" * 496)
    for one in derived:  # the attack is real: bare AES-GCM opens it with either key
        assert len(AESGCM(one[:32]).decrypt(nonce, body, head + AAD)) == 512
    for one, key, other in zip(derived, (KEY, OTHER_KEY), (OTHER_KEY, KEY), strict=True):
        forged = head + salt + one[32:] + nonce + body
        with pytest.raises(Damaged):
            unseal(other, FILE, 1, forged, AAD)
        with pytest.raises(Damaged):  # its padding is chance, but the commitment was right: see below
            unseal(key, FILE, 1, forged, AAD)


def test_the_commitment_is_compared_before_anything_is_decrypted(monkeypatch):
    sealed = seal(KEY, FILE, 1, b"text", AAD)
    committing_key = envelope.committing_key

    def without_cipher(*arguments):
        return None, committing_key(*arguments)[1]

    monkeypatch.setattr(envelope, "committing_key", without_cipher)
    with pytest.raises(Damaged):
        unseal(OTHER_KEY, FILE, 1, sealed, AAD)
    with pytest.raises(AttributeError):  # the right key gets past the commitment and misses the cipher
        unseal(KEY, FILE, 1, sealed, AAD)


def test_the_commitment_is_compared_in_constant_time(monkeypatch):
    seen = []
    compare = hmac.compare_digest
    monkeypatch.setattr(envelope.hmac, "compare_digest", lambda a, b: seen.append((a, b)) or compare(a, b))
    sealed = seal(KEY, FILE, 1, b"text", AAD)
    unseal(KEY, FILE, 1, sealed, AAD)
    assert seen == [(sealed[40:72], sealed[40:72])]
