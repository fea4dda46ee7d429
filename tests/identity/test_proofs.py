"""A sensitive act asks who it is; what was on its way waits and goes on."""

import io
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.redirects import local_path
from tests.identity.browsing import MORNING, hidden, signed_in, stranger
from tests.world import password_of

pytestmark = pytest.mark.alike

LATER = MORNING + timedelta(minutes=11)


def test_within_ten_minutes_of_signing_in_nothing_is_asked(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    with clock.at(MORNING + timedelta(minutes=9)):
        assert lin.get("/account/recovery-code").status_code == 200


def test_a_page_goes_on_to_where_it_was_going(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    with clock.at(LATER):
        asked = lin.get("/account/recovery-code")
        assert asked.status_code == 303
        page = lin.get(asked.headers["Location"]).get_data(as_text=True)
        done = lin.post("/confirm", data={"password": password_of("lin"), "next": hidden(page, "next")})
        assert done.headers["Location"] == "/account/recovery-code"
        assert lin.get("/account/recovery-code").status_code == 200


def test_a_form_waits_with_all_its_input_and_is_carried_out_after_the_proof(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        shown = lin.get("/account/recovery-code").get_data(as_text=True)
    filled = {"token": hidden(shown, "token"), "code": 'ABCDE "quoted" <b>\r\nline'}
    with clock.at(LATER):
        asked = lin.post("/account/recovery-code", data=filled)
        assert asked.status_code == 307
        page = lin.post(asked.headers["Location"], data=filled).get_data(as_text=True)
        assert "is kept and waits" in page
        proof = {"password": password_of("lin"), "next": hidden(page, "next"), "kept": hidden(page, "kept")}
        onward = lin.post("/confirm", data=proof)
        page = onward.get_data(as_text=True)
        assert onward.status_code == 200
        assert 'action="/account/recovery-code"' in page
        assert hidden(page, "token") == filled["token"]
        assert "<b>" not in page and "ABCDE &#34;quoted&#34; &lt;b&gt;" in page
        assert lin.post("/account/recovery-code", data=filled).status_code == 422, "it arrives, and is no right code"


def test_a_wrong_proof_keeps_what_waits(app: Flask) -> None:
    lin = signed_in(app, "lin")
    kept = '[["reason", "words"]]'
    answer = lin.post("/confirm", data={"password": "wrong wrong wrong", "next": "/account", "kept": kept})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert hidden(page, "kept") == kept
    assert hidden(page, "next") == "/account"
    assert "wrong wrong" not in page


def test_a_document_that_cannot_wait_is_named(app: Flask) -> None:
    lin = signed_in(app, "lin")
    data = {"note": "kept", "document": (io.BytesIO(b"%PDF-1.7"), "a.pdf")}
    page = lin.post("/confirm?next=/account", data=data).get_data(as_text=True)
    assert "choose it once more" in page


def test_proofs_are_counted(app: Flask) -> None:
    lin = signed_in(app, "lin")
    for _ in range(8):
        assert lin.post("/confirm", data={"password": "wrong wrong wrong"}).status_code == 422
    assert "too often" in lin.post("/confirm", data={"password": password_of("lin")}).get_data(as_text=True)


def test_a_stranger_is_not_asked_for_a_proof_but_to_sign_in(app: Flask) -> None:
    assert stranger(app).get("/confirm").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("kept", ["", "[]", "{}", "[1]", '[["a"]]', "not json", '"text"', "[[]]", "17"])
def test_what_waits_is_read_with_care(app: Flask, kept: str) -> None:
    answer = signed_in(app, "lin").post(
        "/confirm", data={"password": password_of("lin"), "next": "/account", "kept": kept}
    )
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "x", "/\tevil"]
)
def test_a_proof_leads_to_no_other_site(app: Flask, target: str) -> None:
    lin = signed_in(app, "lin")
    plain = lin.post("/confirm", data={"password": password_of("lin"), "next": target})
    assert plain.headers["Location"] == "/"
    waiting = lin.post("/confirm", data={"password": password_of("lin"), "next": target, "kept": '[["a", "b"]]'})
    assert 'action="/"' in waiting.get_data(as_text=True)
    with app.test_request_context():
        assert local_path(target) == "/"
