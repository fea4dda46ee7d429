"""Programs do what the pages do: same services, same permissions, same session, problem JSON for what is refused."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.answers import difference
from tests.files import samples, steps
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]
API = "/api/v1"


def test_a_program_goes_the_whole_way(world: World, browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    file = lin.post(f"{API}/students/{world.students['ana']}/file").get_json()
    at = f"{API}/files/{file['id']}"
    begun = lin.post(f"{at}/entries", json={"kind": "first", "started_at": "2026-03-12T12:10:00", "template": "soap"})
    assert begun.status_code == 201
    entry = begun.get_json()
    assert entry["body"] == {"template": "soap"}
    there = f"{at}/entries/{entry['id']}"
    saved = lin.put(there, json={"version": 1, "template": "soap", "concern": "I cannot sleep"}).get_json()
    assert saved["revision"] == 2
    assert lin.put(there, json={"version": 1, "concern": "older"}).status_code == 409
    signed = lin.post(f"{there}/signature", json={"version": 2}).get_json()
    assert (signed["state"], signed["verified"]) == ("signed", True)
    added = lin.post(f"{there}/addenda", json={"text": "she slept"})
    assert added.status_code == 201
    assert [one["text"] for one in lin.get(f"{there}/addenda").get_json()] == ["she slept"]
    assert lin.delete(there).status_code == 409
    shown = lin.put(f"{at}/overview", json={"version": 1, "family": "her grandmother"}).get_json()
    assert shown["overview"] == {"family": "her grandmother"}
    assert lin.get(at).get_json()["overview"] == {"family": "her grandmother"}
    assert lin.put(f"{at}/note", json={"text": "mine"}).get_json() == {"text": "mine"}
    assert [one["number"] for one in lin.get(f"{at}/entries").get_json()] == [1]
    looks = lin.get(f"{at}/viewers").get_json()
    assert "entry:signed" in [look["action"] for look in looks["items"]]
    assert [one["id"] for one in lin.get(f"{API}/files").get_json()["items"]] == [file["id"]]


def test_a_program_reads_whose_file_it_is_who_can_read_it_and_what_happened(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    entry = steps.signed(world, "lin", anas)
    bo, lin = browser_of("bo"), browser_of("lin")
    assert bo.get(f"{API}/files/{anas}/history").status_code == 404
    bo.post(f"{API}/files/{anas}/reasons", json={"reason": "Lin is ill"})
    file = lin.get(f"{API}/files/{anas}").get_json()
    assert file["in_charge"] == "Lin" and "Bo" in file["readers"] and file["who"] and file["others"] == []
    happened = lin.get(f"{API}/files/{anas}/history").get_json()
    told = [(one["kind"], one["by"], one["words"]) for one in happened if one["kind"] != "entry"]
    assert told == [("reason", "Bo", "Lin is ill"), ("file", "Lin", None)]
    (kept,) = lin.get(f"{API}/files/{anas}/history?part=entries").get_json()
    assert (kept["entry_id"], kept["by"], kept["addendum_id"]) == (str(entry), "Lin", None)
    assert lin.get(f"{API}/files/{anas}/history?part=x").status_code == 422
    assert {look["by"] for look in lin.get(f"{API}/files/{anas}/viewers").get_json()["items"]} == {"Lin", "Bo"}


def test_a_program_keeps_and_fetches_a_document(browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    at = f"{API}/files/{anas}/documents"
    made = lin.post(at, data={"document": (io.BytesIO(samples.PDF), "letter.pdf")})
    assert made.status_code == 201
    listed = lin.get(at).get_json()
    assert [(one["name"], one["size"]) for one in listed] == [("letter.pdf", len(samples.PDF))]
    assert lin.get(f"{at}/{listed[0]['id']}").get_data() == samples.PDF
    refused = lin.post(at, data={"document": (io.BytesIO(samples.HTML), "letter.pdf")})
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"


def test_bo_gives_a_reason_and_sees_until_when_it_counts(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    bo = browser_of("bo")
    assert bo.get(f"{API}/files/{anas}").status_code == 404
    given = bo.post(f"{API}/files/{anas}/reasons", json={"reason": "Lin is ill"})
    assert given.status_code == 201
    assert "expires_at" in given.get_json()
    assert bo.get(f"{API}/files/{anas}").status_code == 200


def test_lin_restricts_and_hands_over(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    done = lin.put(f"{API}/files/{anas}/restriction", json={"people": [str(world.people["bo"])]})
    assert done.get_json()["restricted"] is True
    assert lin.put(f"{API}/files/{anas}/charge", json={"person": str(world.people["tan"])}).status_code == 422
    assert lin.put(f"{API}/files/{anas}/charge", json={"person": str(world.people["bo"])}).status_code == 200
    assert browser_of("bo").get(f"{API}/files/{anas}/viewers").status_code == 200


@pytest.mark.parametrize("who", ["cruz", "gao", "pia", "sam", "tan", "dee", "eve", "root"])
def test_others_are_told_the_same_of_a_file_that_is_and_one_that_is_not(
    browser_of: BrowserOf, anas: UUID, who: str
) -> None:
    browser = browser_of(who)
    there, missing = (browser.get(f"{API}/files/{file_id}") for file_id in (anas, uuid4()))
    assert there.status_code == 404
    assert difference(there, missing) == ""


@pytest.mark.parametrize(("method", "door", "sent"), [
    ("POST", "/entries", {"kind": "first", "started_at": "2026-03-12T12:10:00", "author_id": "x"}),
    ("POST", "/entries", {"kind": "first", "started_at": "2026-03-12T12:10:00", "state": "signed"}),
    ("POST", "/entries", {"kind": "first", "started_at": "2026-03-12T12:10:00+08:00"}),
    ("PUT", "/overview", {"version": 1, "restricted": True}),
    ("PUT", "/overview", {"version": 1, "in_charge_id": "x"}),
    ("PUT", "/note", {"text": "x", "author_id": "y"}),
    ("PUT", "/charge", {"person": "not-an-id"}),
    ("PUT", "/restriction", {"people": []}),
    ("POST", "/reasons", {"reason": "abc"}),
])
def test_what_a_shape_does_not_know_is_refused(
    browser_of: BrowserOf, anas: UUID, method: str, door: str, sent: dict[str, Any]
) -> None:
    answer = browser_of("lin").open(f"{API}/files/{anas}{door}", method=method, json=sent)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_without_a_session_a_program_is_asked_to_sign_in(app: Flask, anas: UUID) -> None:
    answer = app.test_client().get(f"{API}/files/{anas}", base_url="https://localhost")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_every_resource_of_files_is_described(app: Flask) -> None:
    described = app.test_client().get(f"{API}/openapi.json", base_url="https://localhost").get_json()
    assert described["openapi"].startswith("3.1")
    for path in ("/files/{file_id}", "/files/{file_id}/entries/{entry_id}/signature", "/files/{file_id}/documents"):
        assert f"{API}{path}" in described["paths"]


def test_a_look_by_a_program_is_a_look(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas)
    browser_of("lin").get(f"{API}/files/{anas}/entries/{entry_id}")
    [event] = world.events("entry:viewed")
    assert (event.subject_id, event.via) == (anas, "api")
