"""The personal recovery code: with it a forgotten password costs nothing, without it nothing opens."""

import re
from contextlib import suppress

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import vault
from app.audit import system
from app.core.database import session
from app.identity.models import Account
from app.identity.service import close_account
from app.vault import codes, groups, passwords, people
from tests.identity.browsing import give_password, hidden, may_work, signed_in, stranger
from tests.world import World, password_of

pytestmark = pytest.mark.alike

NEW = "a wooden bridge over the stream"


def code_of(browser: FlaskClient) -> str:
    """Print a recovery code as a person does, and return it."""
    page = browser.get("/account/recovery-code").get_data(as_text=True)
    code = "-".join(re.findall(r"<span>([0-9A-Z]{5})</span>", page))
    data = {"token": hidden(page, "token"), "code": code[-5:]}
    assert browser.post("/account/recovery-code", data=data).status_code == 303
    return code


def recover(app: Flask, number: str, code: str, new: str = NEW, again: str | None = None):
    return stranger(app).post(
        "/recover", data={"login": number, "code": code, "new": new, "again": again or new}
    )


def test_lin_forgets_her_password_and_keeps_everything(app: Flask, world: World) -> None:
    code = code_of(signed_in(app, "lin"))
    assert recover(app, "T-lin", code.lower()).headers["Location"] == "/sign-in"
    assert give_password(stranger(app), "lin").status_code == 422
    lin = stranger(app)
    assert give_password(lin, "lin", NEW).status_code == 303
    with world.database.transaction(writes=False):
        room = vault.find_group(world.school, "room")
        assert room is not None and groups.is_member(room.id, world.people["lin"])
    assert lin.get("/files").headers["Location"] == "/account/recovery-code", "the code is spent: a new one first"
    code_of(lin)
    assert lin.get("/files").status_code == 200


def test_a_code_works_once_and_ends_the_sessions(app: Flask) -> None:
    lin = signed_in(app, "lin")
    code = code_of(lin)
    recover(app, "T-lin", code)
    assert not may_work(lin)
    assert recover(app, "T-lin", code, "another bridge over the stream").status_code == 422


def test_a_newer_code_voids_the_older_one(app: Flask) -> None:
    lin = signed_in(app, "lin")
    old = code_of(lin)
    code_of(lin)
    assert recover(app, "T-lin", old).status_code == 422


def test_a_code_shown_but_not_confirmed_opens_nothing(app: Flask) -> None:
    page = signed_in(app, "lin").get("/account/recovery-code").get_data(as_text=True)
    code = "-".join(re.findall(r"<span>([0-9A-Z]{5})</span>", page))
    assert recover(app, "T-lin", code).status_code == 422


def test_a_page_open_for_more_than_an_hour_shows_another_code_and_says_so(app: Flask) -> None:
    from datetime import timedelta

    from app.core import clock
    from tests.identity.browsing import MORNING

    with clock.at(MORNING):
        page = signed_in(app, "lin").get("/account/recovery-code").get_data(as_text=True)
        last = re.findall(r"<span>([0-9A-Z]{5})</span>", page)[-1]
    with clock.at(MORNING + timedelta(minutes=61)):
        data = {"token": hidden(page, "token"), "code": last}
        answer = signed_in(app, "lin").post("/account/recovery-code", data=data)
        assert "more than an hour" in answer.text
        assert re.findall(r"<span>([0-9A-Z]{5})</span>", answer.text)[-1] != last


def test_the_code_of_lin_opens_nothing_of_bo(app: Flask) -> None:
    code = code_of(signed_in(app, "lin"))
    code_of(signed_in(app, "bo"))
    assert recover(app, "T-bo", code).status_code == 422


def test_the_second_step_is_still_asked_for(app: Flask) -> None:
    from app.core import clock
    from tests.identity.browsing import MORNING, device_for

    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        device_for(lin, MORNING)
        code = code_of(lin)
        recover(app, "T-lin", code)
        assert give_password(stranger(app), "lin", NEW).headers["Location"] == "/sign-in/code"


def test_a_wrong_number_and_a_wrong_code_are_one_answer(app: Flask, world: World) -> None:
    code_of(signed_in(app, "lin"))
    code_of(signed_in(app, "bo"))
    with world.database.transaction():
        close_account(world.people["bo"], by=system("test"))
    wrong = codes.new_code(codes.RECOVERY_BITS)
    seen = set()
    for number in ("T-nobody", "T-lin", "T-bo", "T-cruz"):
        said: list[str] = []
        engine = app.extensions["database"].engine

        def listen(_connection, _cursor, statement, *_rest, said=said) -> None:
            said.append(statement)

        event.listen(engine, "before_cursor_execute", listen)
        before = passwords.runs()
        answer = recover(app, number, wrong)
        event.remove(engine, "before_cursor_execute", listen)
        page = re.sub(r'csrf_token" value="[^"]+"|csrf-token" content="[^"]+"|data-now="\d+"', "", answer.text)
        seen.add((answer.status_code, page.replace(number, "NUMBER"), passwords.runs() - before, tuple(said)))
    assert len(seen) == 1


def test_guessing_is_counted(app: Flask) -> None:
    code = code_of(signed_in(app, "lin"))
    for _ in range(8):
        recover(app, "T-lin", codes.new_code(codes.RECOVERY_BITS))
    assert recover(app, "T-lin", code).status_code == 422
    assert give_password(stranger(app), "lin").status_code == 303


@pytest.mark.parametrize(("new", "again"), [("short", None), ("passwordpassword", None), (NEW, NEW + " x")])
def test_a_password_that_is_refused_leaves_the_code_good(app: Flask, new: str, again: str | None) -> None:
    code = code_of(signed_in(app, "lin"))
    assert recover(app, "T-lin", code, new, again).status_code == 422
    assert recover(app, "T-lin", code).status_code == 303


def test_the_code_is_kept_nowhere(app: Flask, world: World) -> None:
    code = code_of(signed_in(app, "lin"))
    secret = codes.read_code(code)
    with world.database.engine.connect() as connection:
        for row in connection.exec_driver_sql("SELECT * FROM user_key"):
            assert not any(secret in bytes(value) for value in row if isinstance(value, bytes))
    with world.database.transaction(writes=False):
        assert people.has_recovery_code(world.people["lin"])
        assert not session().get_one(Account, world.people["lin"]).recovery_due


def test_the_old_password_stays_while_nobody_used_the_code(app: Flask) -> None:
    code_of(signed_in(app, "lin"))
    with suppress(AssertionError):
        recover(app, "T-lin", "nonsense")
    assert give_password(stranger(app), "lin", password_of("lin")).status_code == 303
