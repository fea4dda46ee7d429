"""Checkpoints and the notes that carry them: the published examples, and refusal of everything else."""

import base64
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from app.audit.checkpoint import (
    Checkpoint,
    claimed,
    from_file,
    open_checkpoint,
    origin_of,
    parse,
    sign_checkpoint,
    to_file,
)
from app.audit.note import BadNote, key_id, open_note, sign_note, split_note, verifier_key

SCHOOL = UUID("0192f0c1-2b3c-7d4e-8f50-112233445566")
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
CHECKPOINT = Checkpoint(origin_of(SCHOOL), 20852163, b"r" * 32)
NOTE = sign_checkpoint(CHECKPOINT, public=PUBLIC, sign=KEY.sign)

# golang.org/x/mod/sumdb/note, example_test.go
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETERS_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_NOTE = PETERS_TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# c2sp.org/tlog-checkpoint, the example in the text
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_the_published_note_is_ours_byte_for_byte() -> None:
    peter = Ed25519PrivateKey.from_private_bytes(PETERS_SEED)
    public = peter.public_key().public_bytes_raw()
    assert verifier_key("PeterNeumann", public) == PETER
    assert sign_note(PETERS_TEXT, name="PeterNeumann", public=public, sign=peter.sign) == PETERS_NOTE
    assert open_note(PETERS_NOTE, name="PeterNeumann", public=public, verify=holds) == PETERS_TEXT


def test_the_published_checkpoint_is_read() -> None:
    found = claimed(EXAMPLE)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    with pytest.raises(BadNote):
        found.organisation_id()


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    assert open_checkpoint(NOTE, public=PUBLIC, verify=holds) == CHECKPOINT
    assert CHECKPOINT.organisation_id() == SCHOOL
    assert NOTE.splitlines()[0] == f"xinxia/trail/{SCHOOL}"


def test_another_schools_key_does_not_open_it() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32).public_key().public_bytes_raw()
    with pytest.raises(BadNote, match="expected key"):
        open_checkpoint(NOTE, public=other, verify=holds)


def test_witnesses_may_sign_below_and_are_passed_over() -> None:
    witnessed = NOTE + "— witness.example " + base64.b64encode(b"wxyz" + b"s" * 64).decode() + "\n"
    assert open_checkpoint(witnessed, public=PUBLIC, verify=holds) == CHECKPOINT


def test_one_wrong_signature_of_the_right_key_spoils_the_note() -> None:
    wrong = base64.b64encode(key_id(CHECKPOINT.origin, PUBLIC) + b"s" * 64).decode()
    with pytest.raises(BadNote, match="wrong"):
        open_checkpoint(f"{NOTE}— {CHECKPOINT.origin} {wrong}\n", public=PUBLIC, verify=holds)


def test_a_file_holds_several_notes() -> None:
    longer = sign_checkpoint(
        Checkpoint(origin_of(SCHOOL), 5, b"r" * 32, ("one", "— two")), public=PUBLIC, sign=KEY.sign
    )
    assert from_file(to_file([NOTE, longer, EXAMPLE])) == [NOTE, longer, EXAMPLE]
    assert from_file(NOTE.replace("\n", "\r\n")) == [NOTE]
    for broken in ("", "\n\n", NOTE + "\n" + longer.partition("\n\n")[0], NOTE.replace("\n\n", "\n\n\n\n")):
        with pytest.raises(BadNote):
            from_file(broken)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "o\n1\n", f"o\n01\n{'A' * 43}=\n", f"o\n-1\n{'A' * 43}=\n", f"o\n+1\n{'A' * 43}=\n",
        f"o\n1\n{'A' * 43}=", f"\n1\n{'A' * 43}=\n", f"o\n1\n{'A' * 42}B=\n", f"o\n1\n{'A' * 43}=\n\n",
        f"o\n9223372036854775808\n{'A' * 43}=\n", f"o\n１\n{'A' * 43}=\n", f"o\n1\n{'A' * 44}\n",
        f"o\n1\n {'A' * 43}=\n", f"o\n1\n{'A' * 43}=\nx\n\n",
    ],
)  # fmt: skip
def test_anything_but_the_one_spelling_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_a_key_name_has_no_spaces_and_no_plus(name: str) -> None:
    with pytest.raises(BadNote):
        sign_note("text\n", name=name, public=PUBLIC, sign=KEY.sign)


@pytest.mark.parametrize("fields", [{"size": -1}, {"root": b"short"}, {"origin": "a\nb"}, {"extensions": ("",)}])
def test_a_checkpoint_that_would_read_as_another_is_not_written(fields: dict[str, object]) -> None:
    kept = {"origin": "o", "size": 1, "root": b"r" * 32, "extensions": ()}
    with pytest.raises(BadNote):
        Checkpoint(**(kept | fields)).text()  # type: ignore[arg-type]


@given(st.text())
def test_noise_is_refused_and_never_crashes(noise: str) -> None:
    for attempt in (noise, NOTE + noise, noise + NOTE, NOTE[:-1] + noise + "\n"):
        if attempt == NOTE:
            continue
        try:
            found = open_checkpoint(attempt, public=PUBLIC, verify=holds)
        except BadNote:
            continue
        assert found == CHECKPOINT  # only a signature line of a stranger may have been added
        assert len(split_note(attempt)[1]) > 1


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_every_changed_character_is_noticed(at: int, other: str) -> None:
    changed = NOTE[:at] + other + NOTE[at + 1 :]
    if changed != NOTE:
        with pytest.raises(BadNote):
            open_checkpoint(changed, public=PUBLIC, verify=holds)


@given(
    st.builds(
        Checkpoint,
        origin=st.from_regex(r"[a-z./-]{1,20}", fullmatch=True),
        size=st.integers(0, 2**63 - 1),
        root=st.binary(min_size=32, max_size=32),
        extensions=st.lists(st.from_regex(r"[ -~]{1,20}", fullmatch=True), max_size=3).map(tuple),
    )
)
def test_text_and_checkpoint_are_one_to_one(checkpoint: Checkpoint) -> None:
    assert parse(checkpoint.text()) == checkpoint
