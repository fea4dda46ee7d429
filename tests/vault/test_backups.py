"""A backup opens for its passphrase or its recipient, whole and unchanged, and makes nobody work too hard."""

import io

import pytest

from app.vault import backups
from app.vault.backups import open_backup, seal_backup
from app.vault.errors import Damaged
from app.vault.keypairs import KeyPair
from app.vault.passwords import KdfCost, runs

CHEAP = KdfCost(memory_kib=64, iterations=1, lanes=1)
PASSPHRASE = "八匹马 eight horses"
SAFE = KeyPair.from_seed(bytes(range(64)))
CONTENT = bytes(range(256)) * 600


def sealed(to, content=CONTENT):
    sink = io.BytesIO()
    seal_backup(to, io.BytesIO(content), sink, cost=CHEAP)
    return sink.getvalue()


def opened(by, backup):
    return b"".join(open_backup(by, io.BytesIO(backup)))


@pytest.mark.parametrize("content", [b"", b"one", CONTENT])
def test_a_backup_comes_back(content):
    assert opened(PASSPHRASE, sealed(PASSPHRASE, content)) == content
    assert opened(SAFE, sealed(SAFE.public, content)) == content


def test_another_passphrase_or_pair_opens_nothing():
    with pytest.raises(Damaged):
        opened("eight horses", sealed(PASSPHRASE))
    with pytest.raises(Damaged):
        opened(KeyPair.new(), sealed(SAFE.public))
    with pytest.raises(Damaged):
        opened(SAFE, sealed(PASSPHRASE))
    with pytest.raises(Damaged):
        opened(PASSPHRASE, sealed(SAFE.public))


@pytest.mark.parametrize(("to", "by"), [(PASSPHRASE, PASSPHRASE), (SAFE.public, SAFE)])
def test_every_flipped_bit_of_its_opening_is_noticed(to, by, monkeypatch):
    monkeypatch.setattr(backups, "_DEAREST", KdfCost(64 * 8, 9, 3))
    backup = sealed(to, b"short")
    for bit in range(300 * 8):
        flipped = bytearray(backup)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            opened(by, bytes(flipped))


@pytest.mark.parametrize(("to", "by"), [(PASSPHRASE, PASSPHRASE), (SAFE.public, SAFE)])
def test_a_cut_backup_is_noticed(to, by):
    backup = sealed(to)
    for size in (*range(0, 200, 7), 2000, len(backup) - 1):
        with pytest.raises(Damaged):
            opened(by, backup[:size])


@pytest.mark.parametrize(
    ("memory_kib", "iterations", "lanes"),
    [(2**32 - 1, 1, 1), (64, 2**32 - 1, 1), (64, 1, 2**32 - 1), (0, 1, 1), (64, 0, 1), (64, 1, 0), (7, 1, 1)],
)
def test_a_prepared_file_cannot_order_a_dear_derivation(memory_kib, iterations, lanes):
    backup = backups._UNDER_PASSPHRASE.pack(b"XB01", b"p", memory_kib, iterations, lanes, bytes(16))
    before = runs()
    with pytest.raises(Damaged):
        opened(PASSPHRASE, backup + bytes(700))
    assert runs() == before


def test_no_byte_of_the_content_shows():
    content = b"canary" * 1000
    for to in (PASSPHRASE, SAFE.public):
        assert b"canary" not in sealed(to, content)
    assert sealed(PASSPHRASE) != sealed(PASSPHRASE)


def test_a_backup_is_made_without_any_secret():
    assert opened(SAFE, sealed(KeyPair.from_seed(SAFE.seed()).public)) == CONTENT
