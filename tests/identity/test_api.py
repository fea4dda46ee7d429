"""The session for programs: who, until when, with which token; and nothing that lives longer."""

from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from tests.identity.browsing import MORNING, may_work, signed_in, stranger
from tests.world import World, password_of

pytestmark = pytest.mark.alike


def test_lin_reads_who_she_is_and_for_how_long(app: Flask, world: World) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    with clock.at(MORNING + timedelta(minutes=11)):
        told = lin.get("/api/v1/session").get_json()
    assert told["person_id"] == str(world.people["lin"]) and told["name"] == "Lin"
    assert told["posts"] == [
        {"kind": "counsellor", "organisation_id": str(world.school), "grade_id": None, "class_id": None}
    ]
    assert told["seconds_left"] == 20 * 60 and told["fresh"] is False


def test_the_token_it_gives_is_the_one_unsafe_methods_need(app: Flask) -> None:
    lin = signed_in(app, "lin")
    app.config["WTF_CSRF_ENABLED"] = True
    assert lin.post("/api/v1/session/end").status_code == 400
    token = lin.get("/api/v1/session").get_json()["csrf_token"]
    assert lin.post("/api/v1/session/end", headers={"X-CSRFToken": token}).status_code == 204
    assert not may_work(lin)


def test_ending_clears_the_cookie_and_the_cache(app: Flask) -> None:
    answer = signed_in(app, "lin").post("/api/v1/session/end")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.headers["Set-Cookie"].startswith("__Host-xinxia=;")


def test_a_stranger_is_told_to_sign_in_as_a_problem(app: Flask) -> None:
    for method, path in (("GET", ""), ("POST", "/end"), ("POST", "/proof")):
        answer = stranger(app).open(f"/api/v1/session{path}", method=method, json={})
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"


def test_a_fresh_proof_works_for_programs_too(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    with clock.at(MORNING + timedelta(minutes=11)):
        wrong = lin.post("/api/v1/session/proof", json={"password": "not my words at all"})
        assert wrong.status_code == 422
        assert lin.post("/api/v1/session/proof", json={"password": password_of("lin"), "role": "x"}).status_code == 422
        assert lin.get("/api/v1/session").get_json()["fresh"] is False
        answer = lin.post("/api/v1/session/proof", json={"password": password_of("lin")})
        assert answer.status_code == 204
        assert lin.get("/api/v1/session").get_json()["fresh"] is True


@pytest.mark.unlike
def test_guesses_by_a_program_are_counted_although_they_are_rolled_back(app: Flask) -> None:
    lin = signed_in(app, "lin")
    for _ in range(8):
        assert lin.post("/api/v1/session/proof", json={"password": "not my words at all"}).status_code == 422
    assert lin.post("/api/v1/session/proof", json={"password": password_of("lin")}).status_code == 429


def test_it_is_described(app: Flask) -> None:
    paths = signed_in(app, "lin").get("/api/v1/openapi.json").get_json()["paths"]
    assert set(paths["/api/v1/session"]) == {"get"}
    assert set(paths["/api/v1/session/end"]) == {"post"} and set(paths["/api/v1/session/proof"]) == {"post"}
