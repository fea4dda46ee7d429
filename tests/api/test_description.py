"""The description at /api/v1/openapi.json is OpenAPI 3.1, and tells of every door, what it asks and how it refuses."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.core.openapi import PREFIX
from tests.databases import Installation

METHODS = {"get", "post", "put", "patch", "delete"}
UNSAFE = METHODS - {"get"}
TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    home = tmp_path_factory.mktemp("described")
    return create_app(Installation(home, f"sqlite:///{home}/x.sqlite3").settings())


@pytest.fixture(scope="module")
def described(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get(f"{PREFIX}/openapi.json", base_url="https://localhost")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    found: dict[str, Any] = answer.json
    return found


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def everywhere(part: Any) -> Iterator[dict[str, Any]]:
    """Return every object of a description, at whatever depth."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from everywhere(inner)


def resolved(described: dict[str, Any], part: dict[str, Any]) -> Any:
    found: Any = described
    for name in part["$ref"].removeprefix("#/").split("/") if "$ref" in part else ():
        found = found[name]
    return found if "$ref" in part else part


def test_every_route_is_described_and_nothing_else(app: Flask, described: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/") and rule.endpoint != "api-docs.openapi_json"
    }
    known = {(path, method) for path, method, _operation in operations(described)}
    assert known == {(path, method) for path, method in routes if method in METHODS}


def test_it_is_openapi_three_one(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    assert {"title", "version", "description"} <= described["info"].keys()
    assert described.keys() <= {"openapi", "info", "servers", "paths", "components", "security", "tags"}


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for part in everywhere(described):
        if "$ref" in part:
            assert resolved(described, part) is not None


def test_every_operation_has_a_name_a_summary_and_a_known_tag(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    tags = {tag["name"] for tag in described["tags"]}
    assert len(names) == len(set(names))
    for path, method, operation in operations(described):
        assert operation["summary"].endswith("."), (method, path)
        assert set(operation["tags"]) <= tags


def test_every_operation_tells_how_it_refuses(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        told = operation["responses"]
        wanted = {"401", "403", "404", "422", "default"} | ({"400", "409"} if method in UNSAFE else set())
        assert wanted <= told.keys(), (method, path)
        assert any(status.startswith("2") for status in told), (method, path)
        for status, response in told.items():
            response = resolved(described, response)
            assert response["description"]
            if not status.startswith("2"):
                assert list(response["content"]) == ["application/problem+json"]


def test_every_operation_asks_for_the_session_and_unsafe_ones_for_the_token(described: dict[str, Any]) -> None:
    assert described["components"]["securitySchemes"] == {
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-xinxia"},
        "token": {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
    }
    assert described["security"] == [{"session": []}]
    for path, method, operation in operations(described):
        wanted = [{"session": [], "token": []}] if method in UNSAFE else None
        assert operation.get("security") == wanted, (method, path)


def test_every_place_in_a_path_is_described_once(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        given = [*described["paths"][path].get("parameters", ()), *operation.get("parameters", ())]
        known = [(one["in"], one["name"]) for one in (resolved(described, part) for part in given)]
        assert len(known) == len(set(known)), (method, path)
        assert {name for where, name in known if where == "path"} == set(re.findall(r"{(\w+)}", path))
        assert (("header", "Idempotency-Key") in known) == (method in UNSAFE)


def test_every_body_that_is_taken_refuses_what_it_does_not_know(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert resolved(described, content["schema"])["additionalProperties"] is False, (method, path)


def test_shapes_use_the_words_of_json_schema(described: dict[str, Any]) -> None:
    for part in everywhere(described["components"]["schemas"]):
        if isinstance(part.get("type"), str | list) and not isinstance(part.get("properties", {}).get("type"), str):
            kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
            assert set(kinds) <= TYPES
        assert part.get("nullable") is None, "a word of OpenAPI 3.0"

