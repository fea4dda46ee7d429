"""Requests that nobody designed: made from the description of the API, then bent, cut short and filled with anything.

Every text that is sent holds CANARY, so that an answer that repeats what it was given shows.
"""

import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

CANARY = "canary"
Described = Mapping[str, Any]

_TEXTS = st.text(max_size=40).map(lambda text: f"{CANARY}{text}") | st.sampled_from(["", " ", "\0", CANARY * 800])
_NUMBERS = st.integers(-3, 12) | st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**40])
_DAYS = st.dates().map(str) | st.sampled_from(["0001-01-01", "9999-12-31", "2026-10-20", "2026-02-30", CANARY])
_HOURS = st.times().map(lambda hour: f"{hour:%H:%M}")
_FILES = st.binary(max_size=40) | st.sampled_from([f"学号,姓名,年级,班级\nG902,{CANARY},四年级,1班\n".encode(), b""])
_MOMENTS = st.datetimes().map(lambda moment: moment.isoformat()) | st.sampled_from(["9999-12-31T23:59", CANARY])
# What JSON can say and Python can read, half a character and numbers without end among it.
ANYTHING = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.floats() | _TEXTS | st.just("\ud800") | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_NO_JSON = st.binary(max_size=40) | st.sampled_from(
    [b"", b"{", b"[" * 5000, b'{"version":' + b"9" * 5000 + b"}", b'{"text":"\xff"}', b'{"a":NaN}', b"null", b"[]"]
)


@dataclass(frozen=True)
class Request:
    """One request to the API, as the test client takes it."""

    operation: str
    method: str
    path: str
    query: dict[str, str]
    sent: dict[str, Any]
    headers: dict[str, str]


class Maker:
    """Makes requests from a description; `ids` are those that there are, by the name they have in a path or field."""

    def __init__(self, described: Described, ids: Mapping[str, Sequence[str]]) -> None:
        self.described = described
        self.ids = ids
        self.operations = [
            (path, method, item) for path, item in described["paths"].items()
            for method in ("get", "post", "put", "patch", "delete") if method in item
        ]
        in_paths = {one for name, some in ids.items() if name.endswith("_id") for one in some}
        self._any_id = st.sampled_from(sorted(in_paths)) | st.uuids().map(str)

    def requests(self, *, without: Collection[str] = (), to: Collection[str] = ()) -> st.SearchStrategy[Request]:
        """Return requests to any operation but these, or to those of some parts of the API alone."""
        named = [(found[2][found[1]]["operationId"], found) for found in self.operations]
        wanted = [
            found for name, found in named if name not in without and (not to or name.partition(".")[0] in to)
        ]
        # One address leads to every deed.
        deeds = [found for found in wanted if "{deed}" in found[0]] * (len(wanted) // 4)
        return st.sampled_from(wanted + deeds).flatmap(lambda found: self._request(*found))

    @st.composite
    @staticmethod
    def _drawn(draw: Any, self: "Maker", path: str, method: str, item: Described) -> Request:
        operation = item[method]
        parameters = [self._resolved(one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
        query: dict[str, str] = {}
        filled = path
        for one in parameters:
            if one["in"] == "path":
                filled = filled.replace(f"{{{one['name']}}}", draw(self._in_path(one)))
            elif one["in"] == "query" and draw(st.booleans()):
                query[one["name"]] = str(draw(self._field(one["name"], one["schema"]) | _TEXTS))
        if draw(st.integers(0, 9)) == 0:
            query[draw(st.sampled_from(["level", "after", "part"]))] = draw(_TEXTS)
        headers = draw(st.just({}) | st.fixed_dictionaries({"Idempotency-Key": st.uuids().map(str) | st.just(CANARY)}))
        sent = draw(self._body(operation)) if method != "get" else {}
        return Request(operation["operationId"], method.upper(), filled, query, sent, headers)

    def _request(self, path: str, method: str, item: Described) -> st.SearchStrategy[Request]:
        return Maker._drawn(self, path, method, item)

    def _in_path(self, one: Described) -> st.SearchStrategy[str]:
        if "enum" in one["schema"]:
            return st.sampled_from([*one["schema"]["enum"], "delete", "agree_close"])
        known = self.ids.get(one["name"])
        # Mostly of the right kind, or hardly any would find a record.
        return st.one_of(*[st.sampled_from(known)] * 4, self._any_id) if known else self._any_id

    def _body(self, operation: Described) -> st.SearchStrategy[dict[str, Any]]:
        content = operation.get("requestBody", {}).get("content", {})
        as_json = st.just("application/json")
        wild = _NO_JSON | ANYTHING.map(_as_json)
        if "multipart/form-data" in content:
            (name,) = self._resolved(content["multipart/form-data"]["schema"])["properties"]
            return _FILES.map(lambda file: {"data": {name: (io.BytesIO(file), f"{CANARY}.csv")}}) | st.just({})
        if "application/json" not in content:
            return st.fixed_dictionaries({"data": wild, "content_type": as_json}) | st.just({})
        meant = self._meant(content["application/json"]["schema"])
        bent = st.tuples(meant, st.text(max_size=8), ANYTHING).map(_bent)
        bodies = meant.map(_as_json) | bent.map(_as_json) | wild
        kinds = as_json | st.sampled_from(["text/plain", "multipart/form-data"])
        # Half of them are meant, or hardly any would get past the first look at a body.
        return meant.map(lambda body: {"json": body}) | st.fixed_dictionaries({"data": bodies, "content_type": kinds})

    def _resolved(self, part: Described) -> Any:
        found: Any = self.described if "$ref" in part else part
        for name in part["$ref"].removeprefix("#/").split("/") if "$ref" in part else ():
            found = found[name]
        return found

    def _field(self, name: str, schema: Described) -> st.SearchStrategy[Any]:
        """Return what a field asks for, more or less; a text that only a program that looked would know among it."""
        schema = self._resolved(schema)
        if name == "version" and schema.get("type") == "integer":
            return st.integers(1, 6) | _NUMBERS
        known = self.ids.get(name) if schema.get("type") == "string" else None
        return st.sampled_from(known) | self._meant(schema) if known else self._meant(schema)

    def _meant(self, schema: Described) -> st.SearchStrategy[Any]:
        """Return what a shape asks for, more or less."""
        schema = self._resolved(schema)
        if "enum" in schema:
            return st.sampled_from([value for value in schema["enum"] if value is not None])
        kind = schema.get("type")
        if kind == "object":
            fields = {name: self._field(name, inner) for name, inner in schema.get("properties", {}).items()}
            required = {name: fields.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=fields)
        if kind == "array":
            return st.lists(self._meant(schema["items"]), max_size=3)
        if kind == "string" and "example" in schema:
            return st.just(schema["example"]) | _HOURS | _TEXTS
        if kind == "string":
            by_format = {"uuid": self._any_id, "date": _DAYS, "date-time": _MOMENTS}
            return by_format.get(schema.get("format", ""), _TEXTS)
        return {"integer": _NUMBERS, "boolean": st.booleans()}.get(str(kind), ANYTHING)


def _as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _bent(parts: tuple[Any, str, Any]) -> Any:
    """Return a body in which one thing was not meant: a field that is not known, or a known one with anything."""
    meant, name, value = parts
    if not isinstance(meant, dict):
        return value
    known = sorted(meant)
    return {**meant, (known[len(name) % len(known)] if known and len(name) % 2 else name): value}
