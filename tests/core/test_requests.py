"""What a view gets of a request, and when: read whole before the transaction, and whole again when it begins again."""

import io
import json

from flask import flash, get_flashed_messages, jsonify, redirect, request
from sqlalchemy.exc import DBAPIError

from app.core.database import Database, in_transaction
from app.core.refusals import register_refusals
from app.core.requests import Application


def application(database: Database) -> Application:
    app = Application(__name__)
    app.database = database
    app.secret_key = "for the browser's session"
    register_refusals(app)
    return app


class LostRace(Exception):
    """What PostgreSQL says when two transactions cannot both have been first."""

    sqlstate = "40001"


class Trickle(io.BytesIO):
    """A sender who takes his time; notes whether anybody waits for him in a transaction."""

    waited: bool = False

    def read(self, size: int | None = -1) -> bytes:
        self.waited = self.waited or in_transaction()
        return super().read(1)

    def readinto(self, buffer) -> int:
        part = self.read()
        buffer[: len(part)] = part
        return len(part)


def test_a_slow_sender_holds_no_transaction(database):
    app, body = application(database), json.dumps({"note": "slowly"}).encode()

    @app.put("/kept")
    def keep():
        return jsonify(request.get_json())

    slow = Trickle(body)
    answer = app.test_client().put(
        "/kept", content_type="application/json",
        environ_overrides={"wsgi.input": slow, "CONTENT_LENGTH": str(len(body))},
    )
    assert answer.get_json() == {"note": "slowly"}
    assert not slow.waited


def test_when_a_view_begins_again_it_finds_every_document_from_its_start(database):
    app, seen = application(database), []

    @app.post("/documents")
    def take():
        seen.append([upload.read() for upload in request.files.getlist("document")])
        if len(seen) == 1:
            raise DBAPIError("a deed", None, LostRace())
        return "kept"

    documents = [(io.BytesIO(b"one"), "1.pdf"), (io.BytesIO(b"two"), "2.pdf")]
    assert app.test_client().post("/documents", data={"document": documents}).status_code == 200
    assert seen == [[b"one", b"two"]] * 2


def test_what_a_lost_attempt_said_is_read_once(database):
    """The deed flashes, loses its race and is done again; the page that follows loses one too."""
    app, tries = application(database), {"deed": 0, "page": 0}

    def loses_the_first(name):
        tries[name] += 1
        if tries[name] == 1:
            raise DBAPIError("a deed", None, LostRace())

    @app.post("/deed")
    def deed():
        flash("It is done.")
        loses_the_first("deed")
        return redirect("/page", code=303)

    @app.get("/page")
    def page():
        said = get_flashed_messages()
        loses_the_first("page")
        return jsonify(said)

    browser = app.test_client()
    browser.post("/deed")
    assert browser.get("/page").get_json() == ["It is done."]
    assert browser.get("/page").get_json() == []
    assert tries == {"deed": 2, "page": 3}
