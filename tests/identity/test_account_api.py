"""One's own account for programs: everything about it but its secrets, and nothing about anybody else's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from tests.identity.browsing import MORNING, device_for, may_work, signed_in, stranger
from tests.world import World, password_of

pytestmark = pytest.mark.alike
NEW = "five quiet herons walking home"


def test_lin_reads_how_her_account_is_kept_and_no_secret(app: Flask, world: World) -> None:
    told = signed_in(app, "lin").get("/api/v1/account").get_json()
    assert told["person_id"] == str(world.people["lin"]) and len(told["words"]) == 6
    assert (told["second_step_since"], told["backup_codes_left"], told["recovery_code"]) == (None, 0, False)
    assert set(told) == {
        "person_id", "name", "words", "password_changed_at", "second_step_since", "second_step_needed",
        "backup_codes_left", "recovery_code", "not_admitted",
    }


def test_a_new_password_counts_and_ends_the_other_sessions(app: Flask) -> None:
    lin, elsewhere = signed_in(app, "lin"), signed_in(app, "lin")
    answer = lin.post("/api/v1/account/password", json={"old": password_of("lin"), "new": NEW})
    assert answer.status_code == 204
    assert may_work(lin) and not may_work(elsewhere)
    again = lin.post("/api/v1/account/password", json={"old": password_of("lin"), "new": NEW})
    assert (again.status_code, again.get_json()["code"]) == (422, "WrongPassword")
    assert lin.post("/api/v1/account/password", json={"old": NEW, "new": password_of("lin")}).status_code == 204


@pytest.mark.parametrize(("body", "code"), [
    ({"old": "not my words at all", "new": NEW}, "WrongPassword"),
    ({"old": password_of("lin"), "new": "short"}, "PasswordTooShort"),
    ({"old": password_of("lin")}, "UnprocessableEntity"),
    ({"old": password_of("lin"), "new": NEW, "person": "bo"}, "UnprocessableEntity"),
    ([], "UnprocessableEntity"),
])
def test_a_password_that_is_not_taken_changes_nothing(
    app: Flask, world: World, body: object, code: str
) -> None:
    lin, elsewhere = signed_in(app, "lin"), signed_in(app, "lin")
    answer = lin.post("/api/v1/account/password", json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert NEW not in answer.get_data(as_text=True)
    assert may_work(elsewhere) and not world.events("account:password_changed")


@pytest.mark.unlike
def test_guesses_at_the_old_password_are_counted_with_the_proofs(app: Flask) -> None:
    lin = signed_in(app, "lin")
    for _ in range(8):
        guess = lin.post("/api/v1/account/password", json={"old": "not my words at all", "new": NEW})
        assert guess.status_code == 422
    assert lin.post("/api/v1/account/password", json={"old": password_of("lin"), "new": NEW}).status_code == 429
    assert lin.post("/api/v1/session/proof", json={"password": password_of("lin")}).status_code == 429


def test_lin_ends_one_session_or_all_and_nobody_elses(app: Flask) -> None:
    lin, elsewhere, bo = signed_in(app, "lin"), signed_in(app, "lin"), signed_in(app, "bo")
    (bos,) = bo.get("/api/v1/account/sessions").get_json()
    listed = lin.get("/api/v1/account/sessions").get_json()
    assert sorted(one["this_one"] for one in listed) == [False, True]
    other = next(one["id"] for one in listed if not one["this_one"])
    for session, status in ((bos["id"], 204), ("zz", 422), ("é", 422), (other, 204)):
        assert lin.post("/api/v1/account/sessions/end", json={"session": session}).status_code == status
    assert may_work(lin) and may_work(bo) and not may_work(elsewhere)
    answer = lin.post("/api/v1/account/sessions/end-all")
    assert answer.status_code == 204 and answer.headers["Set-Cookie"].startswith("__Host-xinxia=;")
    assert not may_work(lin) and may_work(bo)


def test_the_second_step_is_removed_after_a_fresh_proof_only(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        assert lin.post("/api/v1/account/second-step/remove").status_code == 404
    with clock.at(MORNING + timedelta(minutes=11)):
        answer = lin.post("/api/v1/account/second-step/remove")
        assert (answer.status_code, answer.get_json()["code"]) == (403, "NeedsFreshProof")


def test_who_needs_no_second_step_removes_it(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        device_for(lin, MORNING)
        told = lin.get("/api/v1/account").get_json()
        assert told["second_step_since"] is not None and told["backup_codes_left"] == 10
        assert lin.post("/api/v1/account/second-step/remove").status_code == 204
        told = lin.get("/api/v1/account").get_json()
        assert (told["second_step_since"], told["backup_codes_left"]) == (None, 0)


def test_whose_post_needs_a_second_step_keeps_it(app_with: Callable[..., Flask]) -> None:
    app = app_with(second_factor="required")
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        device_for(lin, MORNING)
        assert lin.get("/api/v1/account").get_json()["second_step_needed"] is True
        answer = lin.post("/api/v1/account/second-step/remove")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "FactorNeeded")


def test_a_stranger_is_told_to_sign_in(app: Flask) -> None:
    for method, path in (
        ("GET", ""), ("GET", "/sessions"), ("POST", "/password"), ("POST", "/sessions/end"),
        ("POST", "/sessions/end-all"), ("POST", "/second-step/remove"),
    ):
        answer = stranger(app).open(f"/api/v1/account{path}", method=method, json={})
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
