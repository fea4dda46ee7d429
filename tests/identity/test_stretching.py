"""Argon2 runs before a transaction, never inside one, and as often for what is wrong as for what is right."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.core.database import in_transaction, session
from app.identity import setup, throttle
from app.identity.models import SignInAttempt
from app.vault import codes, passwords
from tests.databases import Installation
from tests.identity.browsing import give_password, signed_in, stranger
from tests.identity.newcomers import CHOSEN, newcomer, slip_for
from tests.identity.test_recovery import code_of
from tests.world import World, password_of

NEW = "a wooden bridge over the stream"
WRONG = "some other words here"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open, for each run of Argon2; the run itself is the real one."""
    seen: list[bool] = []
    argon2 = passwords._argon2

    def watched(*given):
        seen.append(in_transaction())
        return argon2(*given)

    monkeypatch.setattr(passwords, "_argon2", watched)
    return seen


def outside(runs: list[bool], work: Callable[[], object]) -> int:
    """Return how often Argon2 ran for this, and see that nobody's writing waited for it."""
    runs.clear()
    work()
    assert not any(runs)
    return len(runs)


def test_signing_in(app: Flask, runs: list[bool]) -> None:
    assert outside(runs, lambda: give_password(stranger(app), "lin")) == 1
    assert outside(runs, lambda: give_password(stranger(app), "lin", WRONG)) == 1
    assert outside(runs, lambda: give_password(stranger(app), "nobody")) == 1


def test_bringing_an_account_up_to_the_present_cost(app: Flask, runs: list[bool]) -> None:
    app.extensions["database"].info["kdf_cost"] = passwords.KdfCost(128, 3, 1)
    assert outside(runs, lambda: give_password(stranger(app), "lin", WRONG)) == 1
    assert outside(runs, lambda: give_password(stranger(app), "lin")) == 2
    assert outside(runs, lambda: give_password(stranger(app), "lin")) == 1


def test_proving_again_who_one_is(app: Flask, runs: list[bool]) -> None:
    lin = signed_in(app, "lin")
    for password in (WRONG, "", password_of("lin")):
        data = {"password": password, "next": "/account"}
        assert outside(runs, lambda data=data: lin.post("/confirm", data=data)) == 1
    assert outside(runs, lambda: lin.post("/api/v1/session/proof", json={"password": WRONG})) == 1
    assert outside(runs, lambda: lin.post("/api/v1/session/proof", json={"password": password_of("lin")})) == 1
    assert lin.get("/account").status_code == 200


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b'"text"', b"{", b'{"password": 7}', b'{"stranger": "x"}'])
def test_a_program_that_sends_nonsense_makes_no_work(app: Flask, runs: list[bool], body: bytes) -> None:
    lin = signed_in(app, "lin")
    runs.clear()
    answer = lin.post("/api/v1/session/proof", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert len(runs) <= 1 and not any(runs)


def test_changing_the_password(app: Flask, runs: list[bool]) -> None:
    lin = signed_in(app, "lin")

    def change(old: str, new: str = NEW, again: str = NEW) -> FlaskClient:
        return lin.post("/account", data={"old": old, "new": new, "again": again})

    assert outside(runs, lambda: change(WRONG)) == 2
    assert outside(runs, lambda: change(password_of("lin"), again=WRONG)) == 0
    path, asked = "/api/v1/account/password", {"old": WRONG, "new": NEW}
    assert outside(runs, lambda: lin.post(path, json=asked)) == 2
    assert outside(runs, lambda: lin.post(path, json={**asked, "level": "R0"})) == 0
    assert outside(runs, lambda: change(password_of("lin"))) == 2
    assert give_password(stranger(app), "lin", NEW).status_code == 303


def test_joining(app: Flask, world: World, runs: list[bool]) -> None:
    newcomer(world, "yan")
    code, unknown = slip_for(world, "yan", by="sam"), codes.new_code(codes.INVITATION_BITS)

    def join(code: str, password: str = CHOSEN) -> None:
        stranger(app).post("/join/password", data={"code": code, "password": password, "again": password})

    assert outside(runs, lambda: join(unknown)) == 1
    assert outside(runs, lambda: join("no code at all")) == 1
    assert outside(runs, lambda: join(code)) == 1
    assert outside(runs, lambda: join(code)) == 1, "used already"
    assert give_password(stranger(app), "yan", CHOSEN).status_code == 303


def test_recovering(app: Flask, runs: list[bool]) -> None:
    code, unknown = code_of(signed_in(app, "lin")), codes.new_code(codes.RECOVERY_BITS)

    def recover(number: str, code: str) -> None:
        stranger(app).post("/recover", data={"login": number, "code": code, "new": NEW, "again": NEW})

    assert outside(runs, lambda: recover("T-nobody", code)) == 1
    assert outside(runs, lambda: recover("T-lin", unknown)) == 1
    assert outside(runs, lambda: recover("T-lin", code)) == 1
    assert give_password(stranger(app), "lin", NEW).status_code == 303


@pytest.fixture
def fresh(installation: Installation) -> Iterator[Flask]:
    """The application on its first day, for real work."""
    made = create_app(installation.settings())
    yield made
    made.database.dispose()


def test_setting_up(fresh: Flask, runs: list[bool]) -> None:
    with fresh.extensions["database"].transaction(writes=False):
        code = setup.set_up_code()
    asked = {"district": "临江区", "number": "A001", "name": "周区", "password": NEW, "again": NEW}

    def set_up(code: str) -> None:
        stranger(fresh).post("/set-up", data=asked | {"code": code})

    assert outside(runs, lambda: set_up(codes.new_code(80))) == 1
    assert outside(runs, lambda: set_up(code)) == 1
    assert outside(runs, lambda: set_up(code)) == 0, "there is no such page any more"


def test_who_is_held_back_makes_no_work_and_is_told_so(app: Flask, runs: list[bool]) -> None:
    lin = signed_in(app, "lin")
    doors = {
        "/confirm": {"password": WRONG},
        "/recover": {"login": "T-bo", "code": codes.new_code(codes.RECOVERY_BITS), "new": NEW, "again": NEW},
    }
    for path, data in doors.items():
        for _ in range(throttle.ALLOWED):
            lin.post(path, data=data)
        assert outside(runs, lambda path=path, data=data: lin.post(path, data=data)) == 0
        assert "too often" in lin.post(path, data=data).text
    held = lin.post("/account", data={"old": password_of("lin"), "new": NEW, "again": NEW})
    assert "too often" in held.text, "a proof is a proof, wherever it is asked for"
    assert lin.post("/api/v1/session/proof", json={"password": password_of("lin")}).status_code == 429


def test_who_is_not_signed_in_makes_no_work_with_forms_for_those_who_are(app: Flask, runs: list[bool]) -> None:
    browser = stranger(app)
    assert outside(runs, lambda: browser.post("/confirm", data={"password": WRONG})) == 0
    assert outside(runs, lambda: browser.post("/account", data={"old": WRONG, "new": NEW, "again": NEW})) == 0
    assert outside(runs, lambda: browser.post("/api/v1/session/proof", json={"password": WRONG})) == 0


def test_what_is_done_ahead_writes_nothing(app: Flask, world: World, runs: list[bool]) -> None:
    """A form that never reaches its transaction, because no turn came up, leaves no trace of itself."""
    passwords.allow(at_once=1, patience=0.01)
    passwords._gate.free.acquire()
    try:
        assert give_password(stranger(app), "lin", WRONG).status_code == 503
    finally:
        passwords._gate.free.release()
        passwords.allow(at_once=2, patience=10.0)
    with world.database.transaction(writes=False):
        assert session().scalar(select(func.count()).select_from(SignInAttempt)) == 0
