"""Passwords become keys slowly, a few at a time, and the same work is done for everybody."""

import hashlib
import threading
import time

import pytest

from app.core.errors import Unavailable
from app.vault import passwords
from app.vault.errors import Busy
from app.vault.passwords import CODES, PASSWORDS, KdfCost, allow, runs, stretch

CHEAP = KdfCost(memory_kib=64, iterations=1, lanes=1)
SALT = b"salt of Lin, 16b"
LIN = ("correct horse battery", SALT, b"pepper", b"Lin", CHEAP)


@pytest.fixture(autouse=True)
def gate():
    yield
    allow(at_once=2, patience=10.0)


def test_the_same_password_gives_the_same_verifier_and_key():
    one, again = stretch(*LIN), stretch(*LIN)
    assert (one.verifier, one.kek) == (again.verifier, again.kek)
    assert len(one.verifier) == len(one.kek) == 32
    assert one.proves(again.verifier)


@pytest.mark.parametrize(
    "other",
    [
        ("Correct horse battery", *LIN[1:]),
        ("correct horse battery ", *LIN[1:]),
        (LIN[0], b"salt of Bo, 16by", *LIN[2:]),
        (*LIN[:2], b"another", *LIN[3:]),
        (*LIN[:2], b"", *LIN[3:]),
        (*LIN[:3], b"Bo", CHEAP),
        (*LIN[:4], KdfCost(128, 1, 1)),
        (*LIN[:4], KdfCost(64, 2, 1)),
    ],
)
def test_anything_else_gives_another(other):
    lin, another = stretch(*LIN), stretch(*other)
    assert lin.verifier != another.verifier
    assert lin.kek != another.kek
    assert not another.proves(lin.verifier)


def test_the_stored_verifier_is_neither_the_key_nor_leads_to_it():
    lin = stretch(*LIN)
    assert lin.verifier != lin.kek
    assert hashlib.sha256(lin.kek).digest() != lin.verifier


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｐａｓｓｗｏｒｄ１２３", "password123"),  # full-width, as a Chinese keyboard types it
        ("Ame\u0301lie", "Amélie"),
        ("①号楼", "1号楼"),
        ("ﬁle", "file"),
    ],
)
def test_every_keyboard_types_the_same_password(one, other):
    assert stretch(one, *LIN[1:]).proves(stretch(other, *LIN[1:]).verifier)


def test_long_and_empty_passwords_are_nothing_special():
    assert stretch("心" * 1000, *LIN[1:]).verifier != stretch("心" * 1001, *LIN[1:]).verifier
    assert stretch("", *LIN[1:]).verifier


def test_what_is_stretched_shows_no_key():
    lin = stretch(*LIN)
    assert repr(lin.kek)[2:10] not in repr(lin)
    assert "kek" not in repr(lin)


def test_a_verifier_is_compared_in_constant_time(monkeypatch):
    seen = []
    monkeypatch.setattr(passwords.hmac, "compare_digest", lambda a, b: seen.append((a, b)) or True)
    lin = stretch(*LIN)
    assert lin.proves(b"stored")
    assert seen == [(lin.verifier, b"stored")]


def test_the_costs_are_those_of_the_design():
    assert KdfCost(memory_kib=65536, iterations=3, lanes=1) == PASSWORDS
    assert KdfCost(memory_kib=19456, iterations=2, lanes=1) == CODES


def test_argon2id_is_the_one_of_rfc_9106():
    """RFC 9106, section 5.3."""
    tag = passwords._argon2("\1" * 32, b"\2" * 16, b"\3" * 8, b"\4" * 12, KdfCost(32, 3, 4))
    assert tag.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


def test_a_cost_is_written_and_read():
    assert str(PASSWORDS) == "m=65536,t=3,p=1"
    assert KdfCost.read("m=65536,t=3,p=1") == PASSWORDS
    for text in ("", "m=1", "t=3,m=1,p=1", "m=x,t=3,p=1", "m=1,t=2,p=3,q=4", "m=1=2,t=3,p=1"):
        with pytest.raises(ValueError):
            KdfCost.read(text)


def test_every_run_is_counted():
    before = runs()
    stretch(*LIN)
    stretch("wrong", *LIN[1:])
    assert runs() == before + 2


def test_counting_loses_none_among_threads():
    allow(at_once=8, patience=10.0)
    before = runs()
    threads = [threading.Thread(target=lambda: [stretch(*LIN) for _ in range(25)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs() == before + 200


class Slow:
    """Stands in for Argon2 and waits to be let go; remembers how many ran side by side."""

    def __init__(self):
        self.go = threading.Event()
        self.lock = threading.Lock()
        self.inside = self.most = 0

    def __call__(self, *arguments):
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.go.wait(10)
        with self.lock:
            self.inside -= 1
        return bytes(32)


@pytest.fixture
def slow(monkeypatch):
    waiting = Slow()
    monkeypatch.setattr(passwords, "_argon2", waiting)
    yield waiting
    waiting.go.set()


def until(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("waited in vain")


def test_no_more_than_two_run_at_once(slow):
    threads = [threading.Thread(target=stretch, args=LIN) for _ in range(6)]
    for thread in threads:
        thread.start()
    until(lambda: slow.inside == 2)
    slow.go.set()
    for thread in threads:
        thread.join()
    assert slow.most == 2


def test_who_waits_too_long_is_told_to_come_back(slow):
    allow(at_once=1, patience=0.02)
    first = threading.Thread(target=stretch, args=LIN)
    first.start()
    until(lambda: slow.inside == 1)
    before = runs()
    with pytest.raises(Busy):
        stretch(*LIN)
    assert runs() == before
    slow.go.set()
    first.join()
    assert stretch(*LIN)


def test_short_memory_is_busy_and_frees_the_turn(monkeypatch):
    allow(at_once=1, patience=0.02)

    def no_memory(*arguments):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_argon2", no_memory)
        for _ in range(3):
            with pytest.raises(Busy):
                stretch(*LIN)
    assert stretch(*LIN)


def test_a_failure_frees_the_turn():
    allow(at_once=1, patience=0.02)
    for _ in range(3):
        with pytest.raises(ValueError):
            stretch("password", b"short", b"", b"", CHEAP)
    assert stretch(*LIN)


def test_turns_that_end_after_new_limits_do_no_harm(slow):
    running = threading.Thread(target=stretch, args=LIN)
    running.start()
    until(lambda: slow.inside == 1)
    allow(at_once=1, patience=0.02)
    slow.go.set()
    running.join()
    assert stretch(*LIN)


def test_busy_is_a_refusal_that_changed_nothing():
    assert issubclass(Busy, Unavailable)
    assert Busy().status == 503
