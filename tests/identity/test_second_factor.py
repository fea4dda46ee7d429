"""The second step: enrolled by its first code, asked for after the password, each code taken once."""

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.database import Database
from app.identity import factor, service, signing
from app.identity.models import Account, BackupCode, HalfSignIn
from app.vault import totp
from tests.databases import Installation
from tests.identity.browsing import (
    MORNING,
    STEP,
    codes_on,
    device_for,
    give_password,
    hidden,
    may_work,
    secret_on,
    signed_in,
    stranger,
)
from tests.world import World, password_of


@pytest.fixture
def strict(app_with: Callable[..., Flask]) -> Flask:
    """The application as it is for real work: posts ask for the second step."""
    return app_with(second_factor="required")


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_lin_sets_up_her_phone_and_signs_in_with_it(app: Flask) -> None:
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
    with clock.at(MORNING + STEP):
        home = stranger(app)
        answer = give_password(home, "lin")
        assert answer.headers["Location"] == "/sign-in/code"
        assert not may_work(home)
        done = home.post("/sign-in/code", data={"code": totp.code_at(secret, MORNING + STEP)})
        assert done.status_code == 303
        assert may_work(home)


def test_a_secret_counts_only_after_its_first_code(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        page = lin.get("/account/second-step").get_data(as_text=True)
        code = totp.code_at(secret_on(page), MORNING)
        again = lin.post("/account/second-step", data={"token": hidden(page, "token"), "code": wrong(code)})
        assert again.status_code == 422
        assert secret_on(again.get_data(as_text=True)) == secret_on(page), "the same picture, so that the app fits"
        assert give_password(stranger(app), "lin").headers["Location"] == "/"


def test_a_secret_shown_to_lin_cannot_be_enrolled_by_bo(app: Flask) -> None:
    with clock.at(MORNING):
        page = signed_in(app, "lin").get("/account/second-step").get_data(as_text=True)
        data = {"token": hidden(page, "token"), "code": totp.code_at(secret_on(page), MORNING)}
        assert signed_in(app, "bo").post("/account/second-step", data=data).status_code == 422


def test_a_secret_shown_an_hour_ago_is_not_enrolled(app: Flask) -> None:
    later = MORNING + timedelta(minutes=61)
    with clock.at(MORNING):
        page = signed_in(app, "lin").get("/account/second-step").get_data(as_text=True)
    with clock.at(later):
        data = {"token": hidden(page, "token"), "code": totp.code_at(secret_on(page), later)}
        assert signed_in(app, "lin").post("/account/second-step", data=data).status_code == 422


def test_the_picture_needs_no_style_of_its_own(app: Flask) -> None:
    page = signed_in(app, "lin").get("/account/second-step").get_data(as_text=True)
    assert '<svg viewBox="0 0' in page
    assert "style=" not in page


def test_nobody_sets_up_a_device_in_a_browser_left_open(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    with clock.at(MORNING + timedelta(minutes=11)):
        answer = lin.get("/account/second-step")
        assert answer.headers["Location"].startswith("/confirm")


def test_a_code_works_once_also_for_who_reads_over_the_shoulder(app: Flask) -> None:
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
    with clock.at(MORNING + STEP):
        code = totp.code_at(secret, MORNING + STEP)
        first, second = stranger(app), stranger(app)
        for browser in (first, second):
            give_password(browser, "lin")
        assert first.post("/sign-in/code", data={"code": code}).status_code == 303
        assert second.post("/sign-in/code", data={"code": code}).status_code == 422
        assert not may_work(second)


def test_a_code_older_than_the_last_used_one_is_refused(app: Flask) -> None:
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
    with clock.at(MORNING + STEP):
        browser = stranger(app)
        give_password(browser, "lin")
        assert browser.post("/sign-in/code", data={"code": totp.code_at(secret, MORNING)}).status_code == 422


@pytest.mark.parametrize(("steps", "status"), [(-1, 303), (0, 303), (1, 303), (-2, 422), (2, 422)])
def test_a_clock_may_be_off_by_one_step(app: Flask, steps: int, status: int) -> None:
    now = MORNING + 10 * STEP
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
    with clock.at(now):
        browser = stranger(app)
        give_password(browser, "lin")
        answer = browser.post("/sign-in/code", data={"code": totp.code_at(secret, now + steps * STEP)})
        assert answer.status_code == status


def test_half_a_sign_in_opens_nothing(app: Flask) -> None:
    with clock.at(MORNING):
        device_for(signed_in(app, "lin"), MORNING)
        browser = stranger(app)
        give_password(browser, "lin")
        assert browser.get_cookie("__Host-xinxia") is None
        half = browser.get_cookie("__Host-xinxia-step")
        assert half is not None
        browser.set_cookie("__Host-xinxia", half.value, domain="localhost", secure=True)
        for path in ("/", "/files", "/account", "/confirm", "/account/second-step"):
            assert browser.get(path).headers["Location"].startswith("/sign-in"), path
        assert browser.get("/api/v1/session").status_code == 401


def test_half_a_sign_in_lasts_five_minutes(app: Flask) -> None:
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
        browser = stranger(app)
        give_password(browser, "lin")
    later = MORNING + timedelta(minutes=5, seconds=1)
    with clock.at(later):
        answer = browser.post("/sign-in/code", data={"code": totp.code_at(secret, later)})
        assert answer.headers["Location"] == "/sign-in"
        assert not may_work(browser)


def test_half_a_sign_in_moved_to_a_session_by_sql_opens_nothing(app: Flask, world: World) -> None:
    """Who writes to the database and knows the password still needs the code."""
    from app.core.database import session
    from app.identity.models import SignInSession
    from app.identity.sessions import token_of

    with clock.at(MORNING):
        device_for(signed_in(app, "lin"), MORNING)
        browser = stranger(app)
        give_password(browser, "lin")
        half = browser.get_cookie("__Host-xinxia-step")
        token = token_of(half.value) if half else None
        assert half is not None and token is not None
        with world.database.transaction():
            row = session().get_one(HalfSignIn, signing.half_id_of(token))
            now = clock.now()
            session().add(
                SignInSession(
                    id=service.session_id_of(token), account_id=row.account_id, server_half=row.server_half,
                    wrapped=row.wrapped, created_at=now, seen_at=now, verified_at=now,
                )
            )
        browser.set_cookie("__Host-xinxia", half.value, domain="localhost", secure=True)
        assert not may_work(browser)


def test_wrong_codes_are_counted_and_the_right_one_comes_too_late(app: Flask) -> None:
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
    with clock.at(MORNING + STEP):
        code = totp.code_at(secret, MORNING + STEP)
        browser = stranger(app)
        give_password(browser, "lin")
        for _ in range(8):
            assert "does not fit" in browser.post("/sign-in/code", data={"code": wrong(code)}).get_data(as_text=True)
        assert "too often" in browser.post("/sign-in/code", data={"code": code}).get_data(as_text=True)
        assert not may_work(browser)


def test_codes_guessed_from_many_addresses_are_counted_together(app: Flask) -> None:
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
    with clock.at(MORNING + STEP):
        code = totp.code_at(secret, MORNING + STEP)
        for number in range(40):
            browser = stranger(app, f"10.1.0.{number}")
            give_password(browser, "lin")
            browser.post("/sign-in/code", data={"code": wrong(code)})
        elsewhere = stranger(app, "10.2.0.1")
        give_password(elsewhere, "lin")
        assert "too often" in elsewhere.post("/sign-in/code", data={"code": code}).get_data(as_text=True)


def test_a_backup_code_stands_in_once(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        device_for(lin, MORNING)
        made = codes_on(lin.post("/account/backup-codes").get_data(as_text=True))
        assert len(set(made)) == 10
        first, second = stranger(app), stranger(app)
        for browser in (first, second):
            give_password(browser, "lin")
        assert first.post("/sign-in/code", data={"code": made[3].lower()}).status_code == 303
        assert second.post("/sign-in/code", data={"code": made[3]}).status_code == 422
        assert "Backup codes left: 9" in first.get("/account").get_data(as_text=True)


def test_new_backup_codes_void_the_old_ones(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        device_for(lin, MORNING)
        old = codes_on(lin.post("/account/backup-codes").get_data(as_text=True))
        lin.post("/account/backup-codes")
        browser = stranger(app)
        give_password(browser, "lin")
        assert browser.post("/sign-in/code", data={"code": old[0]}).status_code == 422


def test_backup_codes_and_secret_are_not_kept_readable(app: Flask, world: World) -> None:
    from sqlalchemy import select

    from app.core.database import session

    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        secret = device_for(lin, MORNING)
        made = codes_on(lin.post("/account/backup-codes").get_data(as_text=True))
    with world.database.transaction(writes=False):
        account = session().get_one(Account, world.people["lin"])
        assert account.factor_sealed is not None
        assert secret not in account.factor_sealed and secret.hex().encode() not in account.factor_sealed
        kept = session().scalars(select(BackupCode)).all()
        assert len(kept) == 10
        assert not any(code.replace("-", "").encode() in row.digest for row in kept for code in made)


def test_the_secret_of_lin_moved_to_bo_opens_nothing(app: Flask, world: World) -> None:
    from app.core.database import session
    from app.vault import Damaged

    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
        with world.database.transaction():
            lin = session().get_one(Account, world.people["lin"])
            bo = session().get_one(Account, world.people["bo"])
            bo.factor_sealed, bo.factor_since = lin.factor_sealed, lin.factor_since
            session().flush()
            with pytest.raises(Damaged):
                factor.check_code(bo, totp.code_at(secret, MORNING), source="-")


def _take(url: str, info: dict[str, Any], person_id: Any, code: str, start: Any, taken: Any) -> None:
    from app.core.database import session

    database = Database(url, info=info)
    start.wait()

    def take() -> bool:
        try:
            factor.check_code(session().get_one(Account, person_id), code, source="-")
        except factor.WrongCode:
            return False
        return True

    with clock.at(MORNING + STEP):
        if database.retrying(take):
            with taken.get_lock():
                taken.value += 1
    database.dispose()


@pytest.mark.parametrize("kind", ["device", "backup"])
def test_of_four_processes_with_one_code_one_gets_in(
    app: Flask, world: World, world_installation: Installation, kind: str
) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        secret = device_for(lin, MORNING)
        made = codes_on(lin.post("/account/backup-codes").get_data(as_text=True))
    app.extensions["database"].dispose()
    code = totp.code_at(secret, MORNING + STEP) if kind == "device" else made[0]
    forks = multiprocessing.get_context("fork")
    start, taken = forks.Barrier(4), forks.Value("i", 0)
    world.database.dispose()
    runners = [
        forks.Process(
            target=_take,
            args=(world_installation.url, world.database.info, world.people["lin"], code, start, taken),
        )
        for _ in range(4)
    ]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(60)
        assert runner.exitcode == 0
    assert taken.value == 1


def test_outside_demo_mode_a_counsellor_without_it_is_led_to_it_and_can_do_nothing_else(strict: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(strict, "lin")
        for path in ("/", "/files", "/account", "/students/search", "/nowhere-of-mine"):
            answer = lin.get(path)
            assert answer.headers.get("Location") == "/account/second-step" or answer.status_code == 404, path
        assert lin.post("/students/search", data={"q": "czh"}).headers["Location"] == "/account/second-step"
        assert lin.get("/api/v1/files").status_code == 403
        device_for(lin, MORNING)
        assert lin.get("/files").status_code == 200


def test_leaving_stays_open_before_the_account_is_finished(strict: Flask) -> None:
    lin = signed_in(strict, "lin")
    assert lin.post("/sign-out").headers["Location"] == "/sign-in"


@pytest.mark.parametrize("name", ["lin", "sam", "dee", "dora", "eve", "root"])
def test_posts_that_open_many_records_need_it(strict: Flask, name: str) -> None:
    assert signed_in(strict, name).get("/").headers.get("Location") == "/account/second-step"


@pytest.mark.parametrize("name", ["cruz", "gao", "sol", "pia"])
def test_teachers_may_do_without(strict: Flask, name: str) -> None:
    assert signed_in(strict, name).get("/").status_code == 200


def test_lin_cannot_remove_what_her_post_needs(strict: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(strict, "lin")
        device_for(lin, MORNING)
        assert lin.post("/account/second-step/remove").status_code == 409
        assert give_password(stranger(strict), "lin").headers["Location"] == "/sign-in/code"


def test_cruz_may_remove_hers(strict: Flask) -> None:
    with clock.at(MORNING):
        cruz = signed_in(strict, "cruz")
        device_for(cruz, MORNING)
        assert cruz.post("/account/second-step/remove").status_code == 303
        assert give_password(stranger(strict), "cruz").headers["Location"] == "/"


def test_a_fresh_proof_is_the_code_where_there_is_a_device(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        secret = device_for(lin, MORNING)
    later = MORNING + timedelta(minutes=11)
    with clock.at(later):
        page = lin.get("/account/second-step", follow_redirects=True).get_data(as_text=True)
        assert 'name="code"' in page and 'name="password"' not in page
        assert lin.post("/confirm", data={"password": password_of("lin"), "next": "/"}).status_code == 422
        answer = lin.post("/confirm", data={"code": totp.code_at(secret, later), "next": "/account/second-step"})
        assert answer.headers["Location"] == "/account/second-step"
        assert lin.get("/account/second-step").status_code == 200


def test_a_command_asks_for_the_code_too(app: Flask, world: World) -> None:
    with clock.at(MORNING):
        secret = device_for(signed_in(app, "lin"), MORNING)
    with world.database.transaction(writes=False):
        stretch = signing.stretching(login="T-lin", password=password_of("lin"), source="cli")
    typed, given = stretch(), {"login": "T-lin", "via": "cli"}
    with clock.at(MORNING + STEP), world.database.transaction():
        code = totp.code_at(secret, MORNING + STEP)
        with pytest.raises(signing.CodeNeeded):
            signing.act_as(typed, **given)
        with pytest.raises(factor.WrongCode):
            signing.act_as(typed, **given, code=wrong(code))
        assert signing.act_as(typed, **given, code=code).person_id == world.people["lin"]
