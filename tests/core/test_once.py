"""A form that is sent twice is done once, however close together the two copies arrive."""

import multiprocessing
import threading
import uuid
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from flask import g, redirect, request
from flask_babel import Babel

from app.core import clock, once
from app.core.database import Database, session
from app.core.errors import Conflict
from app.core.once import OnceDone
from app.core.refusals import register_refusals
from app.core.requests import Application
from tests.databases import Installation

DONE = "/letters/received"


def application(database: Database) -> Application:
    """Return an application with one form; each time it is carried out leaves a row."""
    app = Application(__name__)
    app.database = database
    # What was said on a page before a race was lost is forgotten from the browser's session.
    app.secret_key = "of this test"
    Babel(app)
    register_refusals(app)

    @app.post("/send")
    def send():
        session().add(OnceDone(key=uuid.uuid4(), location="deed", at=clock.now()))
        if request.form.get("wrong"):
            return "look again", 422
        if request.form.get("refused"):
            raise Conflict()
        return redirect(DONE, code=303)

    @app.route("/api/letters", methods=["POST", "PUT", "GET"])
    def letters():
        if request.method != "GET":
            session().add(OnceDone(key=uuid.uuid4(), location="deed", at=clock.now()))
        if request.args.get("refused"):
            raise Conflict()
        if request.args.get("empty"):
            return "", 204
        return {"text": "sealed"}, 201, {request.args["found"]: DONE} if request.args.get("found") else {}

    app.entering.append(lambda: setattr(g, "actor", SimpleNamespace(person_id=request.headers.get("Person"))))
    return app


def deeds(database: Database) -> int:
    with database.transaction(writes=False):
        return session().query(OnceDone).filter_by(location="deed").count()


@pytest.fixture
def client(database):
    return application(database).test_client()


def test_a_double_click_leads_both_to_the_same_page(client, database):
    form = {"_once": uuid.uuid4().hex}
    answers = [client.post("/send", data=form) for _ in range(3)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, DONE)] * 3
    assert deeds(database) == 1


def test_the_next_person_is_not_led_where_the_form_of_the_one_before_went(client, database):
    form = {"_once": uuid.uuid4().hex}
    for person in ("cruz", "moss", None):
        client.post("/send", data=form, headers={"Person": person} if person else {})
    assert deeds(database) == 3
    assert [client.post("/send", data=form, headers={"Person": "cruz"}).location] == [DONE]
    assert deeds(database) == 3


def test_two_forms_are_two_deeds(client, database):
    for _ in range(2):
        client.post("/send", data={"_once": uuid.uuid4().hex})
    assert deeds(database) == 2


@pytest.mark.parametrize("key", [None, "", "not-a-key"])
def test_a_form_without_a_key_is_simply_done(client, database, key):
    for _ in range(2):
        assert client.post("/send", data={"_once": key} if key is not None else {}).status_code == 303
    assert deeds(database) == 2


def test_a_form_with_a_fault_may_be_sent_again(client, database):
    form = {"_once": uuid.uuid4().hex}
    assert client.post("/send", data=form | {"wrong": "1"}).status_code == 422
    before = deeds(database)
    assert client.post("/send", data=form).status_code == 303
    assert deeds(database) == before + 1


def test_two_copies_at_once_from_two_threads_are_one_deed(database):
    app, form, answers = application(database), {"_once": uuid.uuid4().hex}, []
    together = threading.Barrier(8)

    def click() -> None:
        together.wait()
        answers.append(app.test_client().post("/send", data=form).location)

    clicks = [threading.Thread(target=click) for _ in range(8)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert answers == [DONE] * 8
    assert deeds(database) == 1


def test_two_copies_at_once_in_two_processes_are_one_deed(database, installation):
    keys = [uuid.uuid4().hex for _ in range(20)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.starmap(send_all, [(installation, keys)] * 2)
    assert answers == [[DONE] * 20] * 2
    assert deeds(database) == 20


def send_all(installation: Installation, keys: list[str]) -> list[str | None]:
    database = installation.open()
    client = application(database).test_client()
    found = [client.post("/send", data={"_once": key}).location for key in keys]
    database.dispose()
    return found


def ask(client, key: str | None, address: str = "/api/letters?found=Location", **request):
    request.setdefault("json", {"a": 1})
    headers = {"Person": request.pop("person", "cruz"), **({"Idempotency-Key": key} if key is not None else {})}
    return client.open(address, method=request.pop("method", "POST"), headers=headers, **request)


@pytest.mark.parametrize(("method", "quote", "found"), [
    ("POST", "{}", "Location"), ("POST", '"{}"', "Location"), ("PUT", "{}", "Content-Location"),
])
def test_a_program_that_asks_again_is_led_to_what_it_made(client, database, method, quote, found):
    key = quote.format(uuid.uuid4())
    first, again = (ask(client, key, f"/api/letters?found={found}", method=method) for _ in range(2))
    assert (first.status_code, first.json) == (201, {"text": "sealed"})
    assert (again.status_code, again.location, again.data) == (303, DONE, b"")
    assert deeds(database) == 1


def test_where_there_is_nothing_to_see_the_answer_is_empty(client, database):
    key = str(uuid.uuid4())
    assert [ask(client, key, "/api/letters?empty=1").status_code for _ in range(2)] == [204, 204]
    assert deeds(database) == 1


def test_an_answer_that_stands_nowhere_is_given_again(client):
    key = str(uuid.uuid4())
    assert [ask(client, key, "/api/letters").json for _ in range(2)] == [{"text": "sealed"}] * 2


def test_one_key_for_two_requests_loses_neither(client, database):
    key = str(uuid.uuid4())
    for changes in (
        {}, {"json": {"a": 2}}, {"person": "moss"}, {"method": "PUT"},
        {"address": "/api/letters?found=Location&page=2"},
        {"json": None, "data": {"document": (BytesIO(b"one"), "a.pdf")}},
        {"json": None, "data": {"document": (BytesIO(b"two"), "a.pdf")}},
        {"json": None, "data": {"document": (BytesIO(b"two"), "a.pdf"), "kind": "letter"}},
    ):
        assert ask(client, key, **changes).status_code == 201, changes
    assert deeds(database) == 8


def test_a_document_that_is_sent_again_is_taken_in_once(client, database):
    key = str(uuid.uuid4())
    sent = [ask(client, key, json=None, data={"document": (BytesIO(b"one"), "a.pdf")}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 303]
    assert deeds(database) == 1


def test_what_was_refused_may_be_asked_again_under_the_same_key(client, database):
    key = str(uuid.uuid4())
    assert [ask(client, key, "/api/letters?refused=1").status_code for _ in range(2)] == [409, 409]
    assert deeds(database) == 0


@pytest.mark.parametrize("key", ["", "1", "x" * 4000])
def test_a_key_that_others_may_use_too_is_refused(client, database, key):
    answer = ask(client, key)
    assert (answer.status_code, answer.json["code"]) == (422, "BadKey")
    assert deeds(database) == 0


def test_what_is_kept_tells_nothing_of_key_person_or_body(client, database):
    key = uuid.uuid4()
    ask(client, str(key), json={"text": "我不想上学"})
    with database.transaction(writes=False):
        (kept,) = session().query(OnceDone).filter_by(location=DONE)
        assert kept.key != key


def test_a_program_without_a_key_and_a_program_that_reads_are_simply_answered(client, database):
    for key, method in ((None, "POST"), (str(uuid.uuid4()), "GET")):
        assert [ask(client, key, method=method, json=None).status_code for _ in range(2)] == [201, 201]


def test_old_keys_are_forgotten_and_young_ones_kept(database):
    with database.transaction():
        once.remember(old := uuid.uuid4(), DONE)
    with clock.at(clock.now() + timedelta(days=3)), database.transaction():
        once.remember(young := uuid.uuid4(), DONE)
        assert once.forget_old() == 1
    with database.transaction(writes=False):
        assert once.where_it_went(old) is None
        assert once.where_it_went(young) == DONE
