"""The JSON API beside the pages: same services, same permissions, same session, described by OpenAPI 3.1."""

import functools
import json
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

from flask import Flask, Request, Response, request
from flask_smorest import Api, Blueprint
from marshmallow import RAISE, Schema, fields, missing
from webargs.flaskparser import FlaskParser

from app.core.forms import Shape

PREFIX = "/api/v1"
UNSAFE = frozenset({"post", "put", "patch", "delete"})


def wants_json() -> bool:
    """Say whether a program asked."""
    return request.path.startswith("/api/")


class After(Shape):
    """Where a list goes on."""

    after = fields.Str(metadata={"description": "The `next` of the page before; what is no cursor starts the list."})


@functools.cache
def page_of(shape: type[Shape]) -> type[Schema]:
    """Return the shape of one page of a list, and the cursor that continues it."""
    return Shape.from_dict(
        {"items": fields.List(fields.Nested(shape)), "next": fields.Str(allow_none=True)}, name=f"{shape.__name__}Page"
    )


class Problem(Shape):
    """What was refused, as RFC 9457 has it; `code` tells refusals of one status apart."""

    type = fields.Str()
    title = fields.Str()
    status = fields.Int()
    detail = fields.Str()
    instance = fields.Str(metadata={"description": "The number of the request, for the administrator."})
    code = fields.Str()
    errors = fields.Dict(
        metadata={"description": "By place (json, query, files) and field: what needs another look, never the input."}
    )


class StrictParser(FlaskParser):
    """Reads strictly: a question that is not known is refused as a field is, and so is JSON that nests without end."""

    # The parser would drop what it does not know of an address without a word.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "files": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return what the body says; a body that cannot be read is refused with 400."""
        try:
            given = super().load_json(req, schema)
            if given is not missing and b"\\ud" in req.get_data().lower():
                # Half of a character, which no encoding can keep.
                json.dumps(given, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            self._handle_invalid_json_error(json.JSONDecodeError("unreadable", "", 0), req)
        return given


class FeatureBlueprint(Blueprint):
    """A feature's part of the API, which tells in the description what all operations have in common."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepare_doc_cbks.append(_describe_what_is_common)

    def register_views_in_doc(self, api: "QuietApi", *args: Any, **options: Any) -> None:
        """Leave the description until a program asks for it: it takes longer than all else of a start."""
        api.undescribed.append(functools.partial(super().register_views_in_doc, api, *args, **options))

    def _store_endpoint_docs(self, endpoint: str, *args: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, *args, **options)
        for method, told in self._docs[endpoint].items():
            if method != "parameters":
                told.setdefault("manual_doc", {}).setdefault("operationId", f"{self.name}.{endpoint}")


_REFUSALS = {
    "400": ("Unreadable", "The body is no JSON, or the X-CSRFToken header is missing or old."),
    "401": ("NoSession", "Nobody is signed in, or the session has ended."),
    "403": ("NotYet", "A fresh proof of identity is asked for, or the account is not finished: see the pages."),
    "404": ("Missing", "Not there, or not for this person: the two look the same."),
    "409": ("Conflict", "Somebody changed it meanwhile (code Stale), or its state does not allow this now."),
    "422": ("Invalid", "A field is missing, unknown or makes no sense."),
    "default": ("Refused", "Anything else that was refused or failed."),
}
_ONLY_UNSAFE = frozenset({"400", "409"})


def _describe_what_is_common(
    operation: dict[str, Any], _told: dict[str, Any], *, method: str, **_: Any
) -> dict[str, Any]:
    unsafe = method in UNSAFE
    responses = operation.setdefault("responses", {})
    responses.update({status: name for status, (name, _) in _REFUSALS.items() if unsafe or status not in _ONLY_UNSAFE})
    # The parser's own note of a body that is refused would stand beside it.
    responses.pop(422, None)
    if unsafe:
        operation.setdefault("parameters", []).append("IdempotencyKey")
        operation["security"] = [{"session": [], "token": []}]
    return operation


class QuietApi(Api):
    """flask-smorest without its errors: refusals have one home, which also serves the pages."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, *args: Any, **options: Any) -> None:
        self.undescribed: deque[Callable[[], None]] = deque()
        self._describing = Lock()
        super().__init__(*args, **options)

    def _openapi_json(self) -> Response:
        with self._describing:
            while self.undescribed:
                self.undescribed[0]()
                self.undescribed.popleft()
        return super()._openapi_json()

    def _register_error_handlers(self) -> None:
        """Leave errors to app.core.refusals."""

    def _register_responses(self) -> None:
        """Describe refusals as they are answered."""
        self.spec.components.schema("Problem", schema=Problem)
        for name, words in _REFUSALS.values():
            content = {"application/problem+json": {"schema": Problem}}
            self.spec.components.response(name, {"description": words, "content": content})

    def _register_pagination_header(self) -> None:
        """Pages of a list carry their cursor themselves."""

    def _register_etag_headers(self) -> None:
        """The version of a record stands in the record."""


def register_api(app: Flask, *blueprints: Blueprint) -> None:
    """Open the features' API blueprints under one prefix and one description."""
    app.config.update(
        API_TITLE="Xinxia",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = QuietApi(app, spec_kwargs={"info": {"description": _DESCRIPTION}})
    _describe_doors(api.spec)
    for blueprint in blueprints:
        api.register_blueprint(blueprint, url_prefix=PREFIX)


def _describe_doors(spec: Any) -> None:
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "__Host-xinxia"})
    spec.components.security_scheme("token", {"type": "apiKey", "in": "header", "name": "X-CSRFToken"})
    spec.options["security"] = [{"session": []}]
    spec.components.parameter(
        "IdempotencyKey", "header",
        {
            "name": "Idempotency-Key", "required": False, "schema": {"type": "string", "format": "uuid"},
            "description": "A new UUID for each request. Sent again, the request is not done again: the answer is "
            "303 with where its result stands, or 204 where there is nothing to see.",
        },
    )


_DESCRIPTION = (
    "What the pages do, for programs. Sign in through the page; unsafe methods need the X-CSRFToken header "
    "with the token that GET /api/v1/session answers. There are no long-lived tokens."
)


def blueprint(name: str, import_name: str, **options: Any) -> FeatureBlueprint:
    """Return a feature's API blueprint; its views carry @guard directly below @route."""
    return FeatureBlueprint(f"{name}_api", import_name, **options)
