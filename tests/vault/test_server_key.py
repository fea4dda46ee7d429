"""The server's key lies in a file that only its owner reads, and is never replaced by accident."""

import json
import os
import stat
import threading
from uuid import UUID, uuid4

import pytest

from app.vault.errors import Damaged, LooseFileMode
from app.vault.keypairs import verify_signature
from app.vault.server import (
    KeyFileMissing,
    KeyFileRefused,
    KeyFileUnreadable,
    ServerKey,
)

SCHOOL, CENTRE = UUID(int=1), UUID(int=2)
FIXED = ServerKey({UUID(int=5): bytes(range(32))}, UUID(int=5), bytes(32))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "secrets" / "server.key"


def test_the_first_start_makes_the_key_and_the_second_finds_it(path):
    made = ServerKey.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = ServerKey.load_or_create(path)
    assert found.unseal(made.seal(b"Lin", b"aad"), b"aad") == b"Lin"
    assert found.check_value() == made.check_value()
    assert found.pepper() == made.pepper()
    assert len(found.pepper()) >= 32


def test_making_it_leaves_no_draft_behind(path):
    ServerKey.load_or_create(path)
    assert os.listdir(path.parent) == ["server.key"]


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_mode_does_not_depend_on_the_umask(path, umask):
    before = os.umask(umask)
    try:
        ServerKey.load_or_create(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_key(path):
    found, start = [], threading.Barrier(8)

    def begin():
        start.wait()
        found.append(ServerKey.load_or_create(path))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.check_value() for key in found}) == 1
    assert len(found) == 8


def test_saving_never_replaces_a_key(path):
    first = ServerKey.load_or_create(path)
    ServerKey.new().save(path)
    assert ServerKey.load(path).check_value() == first.check_value()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o606, 0o601, 0o777])
def test_a_file_that_others_can_read_is_refused(path, mode):
    ServerKey.load_or_create(path)
    path.chmod(mode)
    with pytest.raises(LooseFileMode) as refusal:
        ServerKey.load_or_create(path)
    assert str(path) in str(refusal.value)


def test_a_file_that_is_readable_for_its_owner_alone_is_enough(path):
    ServerKey.load_or_create(path)
    path.chmod(0o400)
    assert ServerKey.load(path)


def test_a_missing_file_is_named(path):
    with pytest.raises(KeyFileMissing):
        ServerKey.load(path)


GOOD = "A" * 43 + "="


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "null",
        "{}",
        json.dumps({"current": "x", "keys": {}, "pepper": GOOD}),
        json.dumps({"current": str(SCHOOL), "keys": {}, "pepper": GOOD}),
        json.dumps({"current": str(SCHOOL), "keys": {str(SCHOOL): GOOD}}),
        json.dumps({"current": str(SCHOOL), "keys": {str(SCHOOL): "c2hvcnQ="}, "pepper": GOOD}),
        json.dumps({"current": str(SCHOOL), "keys": {str(SCHOOL): GOOD}, "pepper": "c2hvcnQ="}),
        json.dumps({"current": str(CENTRE), "keys": {str(SCHOOL): GOOD}, "pepper": GOOD}),
        json.dumps({"current": str(SCHOOL), "keys": {str(SCHOOL): None}, "pepper": GOOD}),
        json.dumps({"current": str(SCHOOL), "keys": [], "pepper": GOOD}),
        json.dumps({"current": str(SCHOOL), "keys": {str(SCHOOL): GOOD + "!!"}, "pepper": GOOD}),
    ],
)
def test_a_file_that_is_no_key_is_refused_and_left_alone(path, content):
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileUnreadable) as refusal:
        ServerKey.load_or_create(path)
    assert isinstance(refusal.value, KeyFileRefused)
    assert path.read_text() == content


def test_binary_rubbish_is_no_key(path):
    path.parent.mkdir()
    path.write_bytes(bytes(range(256)))
    path.chmod(0o600)
    with pytest.raises(KeyFileUnreadable):
        ServerKey.load(path)


def two_keys():
    old, new = UUID(int=5), UUID(int=6)
    keys = {old: bytes(range(32)), new: bytes(range(32, 64))}
    return ServerKey({old: keys[old]}, old, bytes(32)), ServerKey(keys, new, bytes(32))


def test_after_a_rotation_old_records_open_and_new_ones_take_the_new_key():
    before, after = two_keys()
    assert after.unseal(before.seal(b"Lin", b"aad"), b"aad") == b"Lin"
    assert after.recognises(before.check_value())
    assert after.check_value() != before.check_value()
    assert after.verify_mac(b"event", before.mac(b"event"))
    assert after.mac(b"event") != before.mac(b"event")
    with pytest.raises(Damaged):
        before.unseal(after.seal(b"Lin", b"aad"), b"aad")


def test_a_rotated_file_is_written_and_read(path):
    _, after = two_keys()
    after.save(path)
    found = ServerKey.load(path)
    assert found.check_value() == after.check_value()
    assert found.unseal(two_keys()[0].seal(b"Lin", b"aad"), b"aad") == b"Lin"


def test_another_servers_key_is_noticed():
    assert not ServerKey.new().recognises(FIXED.check_value())
    assert FIXED.recognises(FIXED.check_value())


def test_what_the_server_sealed_stays_at_its_place():
    sealed = FIXED.seal(b"Lin", b"person 1")
    for key, aad in ((FIXED, b"person 2"), (ServerKey.new(), b"person 1")):
        with pytest.raises(Damaged):
            key.unseal(sealed, aad)
    with pytest.raises(Damaged):
        FIXED.unseal(b"Lin", b"person 1")


def test_macs_and_indexes_are_separate():
    assert FIXED.verify_mac(b"event", FIXED.mac(b"event"))
    assert not FIXED.verify_mac(b"event!", FIXED.mac(b"event"))
    assert not FIXED.verify_mac(b"event", b"")
    assert FIXED.index("mail", "lin@school.cn") == FIXED.index("mail", "LIN@school.cn")
    assert FIXED.index("mail", "lin") != FIXED.index("name", "lin")
    assert len({FIXED.mac(b"lin"), FIXED.index("mac", "lin"), FIXED.check_value()}) == 3


def test_every_organisation_signs_its_own_checkpoints():
    signature = FIXED.sign_checkpoint(SCHOOL, b"size 9")
    assert verify_signature(FIXED.checkpoint_public_key(SCHOOL), b"size 9", signature)
    assert not verify_signature(FIXED.checkpoint_public_key(CENTRE), b"size 9", signature)
    assert not verify_signature(FIXED.checkpoint_public_key(SCHOOL), b"size 8", signature)


def test_what_is_derived_stays_what_it_was():
    """Public keys of checkpoints stand in saved files, check values and indexes in the database."""
    assert FIXED.checkpoint_public_key(SCHOOL).hex()[:16] == "fc025abe5530f179"
    assert FIXED.check_value().hex()[:16] == "b155c0aaca082246"
    assert FIXED.index("mail", "lin@school.cn").hex()[:16] == "0cfdaa640be16f37"
    assert FIXED.mac(b"event").hex()[:16] == "4dcf076ef2e527db"


def test_it_shows_no_secret():
    text = repr(FIXED) + str(FIXED)
    assert bytes(range(32)).hex() not in text
    assert "\\x01" not in text


def test_a_key_that_is_too_short_or_not_there_is_refused():
    for keys, current, pepper in (
        ({SCHOOL: bytes(31)}, SCHOOL, bytes(32)),
        ({SCHOOL: bytes(32)}, CENTRE, bytes(32)),
        ({SCHOOL: bytes(32)}, SCHOOL, bytes(16)),
        ({}, uuid4(), bytes(32)),
    ):
        with pytest.raises(KeyFileUnreadable):
            ServerKey(keys, current, pepper)
