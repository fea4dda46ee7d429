"""HPKE as we use it, against an independent implementation (pyhpke) and against RFC 9180."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey, KEMKeyPair, OpenError

from app.vault import keypairs, suites
from app.vault.errors import Damaged, UnknownSuite
from app.vault.keypairs import KeyPair, PublicPair, verify_signature
from app.vault.suites import unwrap, wrap

ORACLE = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
ENC_SIZE = 32
LIN = KeyPair.from_seed(bytes(range(64)))
BO = KeyPair.from_seed(bytes(range(64, 128)))


def oracle_key(pair: KeyPair):
    return KEMKey.from_pyca_cryptography_key(X25519PrivateKey.from_private_bytes(pair.seed()[:32]))


def oracle_public(pair: KeyPair):
    return KEMKey.from_pyca_cryptography_key(X25519PublicKey.from_public_bytes(pair.kem_public))


@given(secret=st.binary(min_size=1, max_size=100), info=st.binary(max_size=100))
def test_the_oracle_opens_what_we_wrap(secret, info):
    wrapped = wrap(LIN.kem_public, secret, info)
    recipient = ORACLE.create_recipient_context(wrapped[:ENC_SIZE], oracle_key(LIN), info)
    assert recipient.open(wrapped[ENC_SIZE:]) == secret


@given(secret=st.binary(min_size=1, max_size=100), info=st.binary(max_size=100))
def test_we_open_what_the_oracle_wraps(secret, info):
    enc, sender = ORACLE.create_sender_context(oracle_public(LIN), info)
    assert LIN.unwrap(enc + sender.seal(secret), info) == secret


def test_the_oracle_refuses_another_info():
    wrapped = wrap(LIN.kem_public, b"key", b"file of Ana")
    recipient = ORACLE.create_recipient_context(wrapped[:ENC_SIZE], oracle_key(LIN), b"file of Rui")
    with pytest.raises(OpenError):
        recipient.open(wrapped[ENC_SIZE:])


# RFC 9180, A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode. The RFC prints no vector
# with AES-256-GCM: these show that the oracle follows the RFC, and below the same keys go through our suite.
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
PLAIN = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
PRIVATE_E = bytes.fromhex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736")
ENC = bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
PRIVATE_R = bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
PUBLIC_R = bytes.fromhex("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d")
FIRST = bytes.fromhex(
    "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
)


def ephemeral():
    private = X25519PrivateKey.from_private_bytes(PRIVATE_E)
    return KEMKeyPair(
        KEMKey.from_pyca_cryptography_key(private), KEMKey.from_pyca_cryptography_key(private.public_key())
    )


def recipient():
    return X25519PrivateKey.from_private_bytes(PRIVATE_R)


def test_the_oracle_follows_the_rfc():
    oracle = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES128_GCM)
    public = KEMKey.from_pyca_cryptography_key(X25519PublicKey.from_public_bytes(PUBLIC_R))
    enc, sender = oracle.create_sender_context(public, INFO, eks=ephemeral())
    assert (enc, sender.seal(PLAIN, b"Count-0")) == (ENC, FIRST)


def test_our_suite_opens_what_the_rfc_keys_seal():
    public = KEMKey.from_pyca_cryptography_key(X25519PublicKey.from_public_bytes(PUBLIC_R))
    enc, sender = ORACLE.create_sender_context(public, INFO, eks=ephemeral())
    assert enc == ENC
    assert unwrap(recipient(), enc + sender.seal(PLAIN), INFO) == PLAIN


def test_every_flipped_bit_of_a_wrap_is_damaged():
    wrapped = wrap(LIN.kem_public, bytes(32), b"info")
    for bit in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            LIN.unwrap(bytes(flipped), b"info")


@pytest.mark.parametrize("size", [0, 1, 31, 32, 47, 48, 79])
def test_a_cut_wrap_is_damaged(size):
    with pytest.raises(Damaged):
        LIN.unwrap(wrap(LIN.kem_public, bytes(32), b"info")[:size], b"info")


def test_bo_cannot_open_what_was_wrapped_to_lin():
    with pytest.raises(Damaged):
        BO.unwrap(wrap(LIN.kem_public, bytes(32), b"info"), b"info")


def test_the_same_secret_never_wraps_twice_alike():
    assert wrap(LIN.kem_public, bytes(32), b"info") != wrap(LIN.kem_public, bytes(32), b"info")


# Points of small order: everybody would know the shared secret (RFC 7748, section 6.1).
@pytest.mark.parametrize(
    "public",
    [
        bytes(32),
        b"\1" + bytes(31),
        bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"short",
        b"",
        bytes(33),
    ],
)
def test_a_key_that_is_none_is_not_wrapped_to(public):
    with pytest.raises(Damaged):
        wrap(public, b"secret", b"info")


def test_a_suite_of_tomorrow_is_named():
    with pytest.raises(UnknownSuite):
        wrap(LIN.kem_public, b"secret", b"info", 2)
    with pytest.raises(UnknownSuite):
        LIN.unwrap(bytes(80), b"info", 2)
    with pytest.raises(UnknownSuite):
        suites.committing_key(bytes(32), bytes(16), b"info", 2)
    assert issubclass(UnknownSuite, Damaged)


def test_a_pair_comes_back_from_its_seed():
    again = KeyPair.from_seed(LIN.seed())
    assert again.public == LIN.public == PublicPair(LIN.kem_public, LIN.sign_public)
    assert KeyPair.new().public != KeyPair.new().public


@pytest.mark.parametrize("size", [0, 32, 63, 65])
def test_a_seed_of_another_length_is_damaged(size):
    with pytest.raises(Damaged):
        KeyPair.from_seed(bytes(size))


def test_pairs_are_not_compared_by_their_secrets():
    assert KeyPair.from_seed(LIN.seed()) != LIN


def test_a_pair_shows_no_secret():
    for text in (repr(LIN), str(LIN), f"{LIN!r:>9}"):
        assert LIN.seed().hex() not in text
        assert repr(LIN.seed())[2:12] not in text


def test_the_halves_of_a_pair_are_independent():
    assert LIN.kem_public != LIN.sign_public
    changed = KeyPair.from_seed(LIN.seed()[:32] + BO.seed()[32:])
    assert changed.kem_public == LIN.kem_public
    assert changed.sign_public == BO.sign_public


# RFC 8032, section 7.1, test 2.
SEED_8032 = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC_8032 = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE_8032 = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_signatures_follow_the_rfc():
    pair = KeyPair.from_seed(bytes(32) + SEED_8032)
    assert pair.sign_public == PUBLIC_8032
    assert pair.sign(b"\x72") == SIGNATURE_8032
    assert verify_signature(PUBLIC_8032, b"\x72", SIGNATURE_8032)


def test_a_signature_holds_for_one_key_and_one_message():
    signature = LIN.sign(b"grant")
    assert verify_signature(LIN.sign_public, b"grant", signature)
    assert not verify_signature(LIN.sign_public, b"grants", signature)
    assert not verify_signature(BO.sign_public, b"grant", signature)
    assert not verify_signature(LIN.sign_public, b"grant", signature[:-1])
    assert not verify_signature(LIN.sign_public, b"grant", b"")
    assert not verify_signature(b"no key", b"grant", signature)


def test_remembered_answers_are_the_answers():
    keypairs._remembering.cache_clear()
    signature = LIN.sign(b"grant")
    for _ in range(3):
        assert verify_signature(LIN.sign_public, b"grant", signature)
        assert not verify_signature(LIN.sign_public, b"other", signature)
    assert keypairs._remembering.cache_info().misses == 2
    assert keypairs._remembering.cache_info().maxsize == 8192


def test_a_long_message_is_verified_and_not_kept_in_memory():
    keypairs._remembering.cache_clear()
    note = b"a page of a sealed note" * 1000
    assert verify_signature(LIN.sign_public, note, LIN.sign(note))
    assert not verify_signature(LIN.sign_public, note + b"!", LIN.sign(note))
    assert keypairs._remembering.cache_info().currsize == 0
