"""Signing in: what is wrong is not told, not by words, nor by work; and nobody locks out a school."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.audit import system
from app.core import clock
from app.core.database import session
from app.directory.models import Person
from app.identity import service, signing, throttle
from app.identity.credentials import choosing, take_password
from app.identity.models import Account, SignInAttempt
from app.vault import passwords
from app.vault.passwords import KdfCost
from tests.identity.browsing import MORNING, give_password, may_work, stranger
from tests.world import STAFF, World, password_of


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the application sends meanwhile."""
    said: list[str] = []

    def listen(_connection, _cursor, statement, *_rest) -> None:
        said.append(statement.split(" WHERE")[0])

    engine = app.extensions["database"].engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def attempt(app: Flask, login: str, password: str) -> tuple[int, str, int, list[str]]:
    """Return status, page, Argon2 runs and statements of one sign-in that fails."""
    browser = stranger(app)
    before = passwords.runs()
    with counting(app) as said:
        answer = browser.post("/sign-in", data={"login": login, "password": password})
    page = re.sub(r'"csrf_token" value="[^"]+"|csrf-token" content="[^"]+"|data-now="\d+"', "", answer.text)
    page = page.replace(login, "NUMBER")
    return answer.status_code, page, passwords.runs() - before, said


def test_wrong_name_wrong_password_and_closed_account_are_one_answer(app: Flask, world: World) -> None:
    with world.database.transaction():
        service.close_account(world.people["bo"], by=system("test"))
        session().get_one(Account, world.people["sol"]).demo = True
    tries = [
        attempt(app, "T-nobody", "some other words here"),
        attempt(app, "T-lin", "some other words here"),
        attempt(app, "T-bo", password_of("bo")),
        attempt(app, "T-sol", password_of("sol")),
        attempt(app, "T-lin2", password_of("lin")),
    ]
    status, page, runs, said = tries[0]
    assert (status, runs) == (422, 1)
    assert len(said) > 3
    for other in tries[1:]:
        assert other == (status, page, runs, said)


def test_a_held_back_name_is_one_answer_too(app: Flask) -> None:
    for _ in range(throttle.ALLOWED):
        attempt(app, "T-nobody", "some other words here")
        attempt(app, "T-lin", "some other words here")
    nobody, lin = attempt(app, "T-nobody", "x"), attempt(app, "T-lin", password_of("lin"))
    assert nobody == lin
    assert nobody[0] == 429 and nobody[2] == 0


@pytest.mark.parametrize("login", ["T-lin", "t-lin", " Ｔ－lin ", "T-LIN"])
def test_a_staff_number_is_read_as_people_type_it(app: Flask, login: str) -> None:
    answer = stranger(app).post("/sign-in", data={"login": login, "password": password_of("lin")})
    assert answer.status_code == 303


def test_the_password_is_not_shown_again_and_the_number_is(app: Flask) -> None:
    page = give_password(stranger(app), "lin", "my secret words here").get_data(as_text=True)
    assert "T-lin" in page and "my secret words" not in page


@pytest.mark.parametrize("data", [{}, {"login": "T-lin"}, {"password": "x"}, {"login": "x" * 2000, "password": "y"}])
def test_a_form_by_halves_is_refused_without_work(app: Flask, data: dict[str, str]) -> None:
    before = passwords.runs()
    assert stranger(app).post("/sign-in", data=data).status_code == 422
    assert passwords.runs() == before


def test_a_class_of_people_behind_one_address_signs_in(app: Flask) -> None:
    """One address, everybody mistypes twice, everybody gets in."""
    for name in STAFF:
        browser = stranger(app, "203.0.113.7")
        for _ in range(2):
            assert give_password(browser, name, "oh no not this one").status_code == 422
        assert give_password(browser, name).status_code == 303


def test_guessing_one_account_holds_back_this_source_alone(app: Flask) -> None:
    thief = stranger(app, "198.51.100.9")
    for _ in range(throttle.ALLOWED):
        give_password(thief, "lin", "guess guess guess")
    assert give_password(thief, "lin").status_code == 429
    assert give_password(thief, "bo").status_code == 303
    assert give_password(stranger(app, "198.51.100.10"), "lin").status_code == 303


def test_one_ipv6_network_is_one_source(app: Flask) -> None:
    for number in range(throttle.ALLOWED):
        give_password(stranger(app, f"2001:db8::{number:x}"), "lin", "guess guess guess")
    assert give_password(stranger(app, "2001:db8::ffff"), "lin").status_code == 429
    assert give_password(stranger(app, "2001:db8:0:1::1"), "lin").status_code == 303


def test_patience_lasts_a_quarter_of_an_hour(app: Flask) -> None:
    with clock.at(MORNING):
        for _ in range(throttle.ALLOWED):
            give_password(stranger(app), "lin", "guess guess guess")
    with clock.at(MORNING + throttle.WINDOW - timedelta(seconds=1)):
        assert give_password(stranger(app), "lin").status_code == 429
    with clock.at(MORNING + throttle.WINDOW):
        assert give_password(stranger(app), "lin").status_code == 303


def test_who_gets_in_begins_to_count_anew(app: Flask) -> None:
    for _ in range(3):
        for _ in range(throttle.ALLOWED - 1):
            give_password(stranger(app), "lin", "guess guess guess")
        assert give_password(stranger(app), "lin").status_code == 303


def test_counters_hold_neither_number_nor_address_and_are_forgotten(app: Flask, world: World) -> None:
    from sqlalchemy import select

    with clock.at(MORNING):
        give_password(stranger(app, "198.51.100.9"), "lin", "guess guess guess")
    with clock.at(MORNING + throttle.WINDOW + timedelta(seconds=1)), world.database.transaction():
        row = session().scalars(select(SignInAttempt)).one()
        assert b"T-lin" not in row.key and b"198" not in row.key and len(row.key) == 32
        assert throttle.forget_old() == 1


def test_failures_and_successes_are_on_the_trail(app: Flask, world: World) -> None:
    give_password(stranger(app), "lin", "guess guess guess")
    give_password(stranger(app), "lin")
    assert [event.subject_id for event in world.events("sign_in:failed")] == [world.people["lin"]]
    assert world.events("sign_in:done")[-1].subject_id == world.people["lin"]


def test_an_account_made_at_another_cost_is_brought_up_when_its_owner_comes(app: Flask, world: World) -> None:
    app.extensions["database"].info["kdf_cost"] = KdfCost(128, 3, 1)
    assert give_password(stranger(app), "lin").status_code == 303
    with world.database.transaction(writes=False):
        assert session().get_one(Account, world.people["lin"]).cost_code == "m=128,t=3,p=1"
    assert may_work_after(app)


def may_work_after(app: Flask) -> bool:
    browser: FlaskClient = stranger(app)
    give_password(browser, "lin")
    return may_work(browser)


def test_sign_in_leads_to_the_page_that_was_asked_for_and_to_no_other_site(app: Flask) -> None:
    browser = stranger(app)
    assert browser.get("/files?after=x").headers["Location"] == "/sign-in?next=/files?after%3Dx"
    for target, goes in (("/files", "/files"), ("//evil.example", "/"), ("https://evil.example", "/")):
        data = {"login": "T-lin", "password": password_of("lin"), "next": target}
        assert stranger(app).post("/sign-in", data=data).headers["Location"] == goes


def test_every_form_of_signing_in_needs_its_token(app: Flask) -> None:
    browser = stranger(app)
    app.config["WTF_CSRF_ENABLED"] = True
    for path in ("/sign-in", "/sign-in/code", "/sign-out", "/recover", "/api/v1/session/end"):
        assert browser.post(path, data={"login": "T-lin", "password": password_of("lin")}).status_code == 400


def test_demo_sign_ins_stand_on_the_page_in_demo_mode_alone(app: Flask) -> None:
    app.extensions["demo_sign_ins"] = [("School counsellor", "林老师", "T-lin", password_of("lin"))]
    assert "林老师" not in stranger(app).get("/sign-in").get_data(as_text=True)
    app.extensions["database"].info["demo"] = True
    page = stranger(app).get("/sign-in").get_data(as_text=True)
    assert "林老师" in page and password_of("lin") in page


def test_who_waits_for_a_turn_to_sign_in_holds_up_nobodys_writing(app: Flask, world: World) -> None:
    browser, answers = stranger(app), []
    passwords.allow(at_once=1, patience=5.0)
    busy = passwords._gate.free
    busy.acquire()
    try:
        waiting = threading.Thread(target=lambda: answers.append(give_password(browser, "lin").status_code))
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
        began = time.monotonic()
        with world.database.transaction():
            throttle.forget_old()
        assert time.monotonic() - began < 2
    finally:
        busy.release()
        waiting.join()
        passwords.allow(at_once=2, patience=10.0)
    assert answers == [303]


def test_a_password_changed_while_somebody_signs_in_counts_as_it_stands_then(app: Flask, world: World) -> None:
    given = {"login": "T-lin", "source": "10.0.0.1"}
    with world.database.transaction(writes=False):
        stretch = signing.stretching(**given, password=password_of("lin"))
    early = stretch()
    with world.database.transaction():
        account = session().get_one(Account, world.people["lin"])
        chosen = choosing(account.id, "nine wooden bridges here")()
        take_password(account, chosen, session().get_one(Person, account.id))
    with world.database.transaction(), pytest.raises(signing.WrongSignIn):
        signing.authenticate(early, **given)
