"""Pages that belong to no feature: the language and appearance switches, liveness and readiness."""

from typing import cast

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from sqlalchemy import text
from werkzeug.wrappers import Response as AnyResponse

from app.core.catalogues import LANGUAGE_COOKIE, LANGUAGES
from app.core.database import session
from app.core.errors import Missing
from app.core.redirects import local_path
from app.core.requests import Application, outside_transaction, public

core = Blueprint("core", __name__)
THEME_COOKIE = "__Host-theme"
_YEAR = 365 * 24 * 3600


@core.post("/language/<code>")
@public
@outside_transaction
def language(code: str) -> AnyResponse:
    """Remember the reader's language."""
    if code not in LANGUAGES:
        raise Missing()
    return _remember(LANGUAGE_COOKIE, code)


@core.post("/theme/<name>")
@public
@outside_transaction
def theme(name: str) -> AnyResponse:
    """Remember the reader's choice of light or dark."""
    if name not in ("auto", "light", "dark"):
        raise Missing()
    return _remember(THEME_COOKIE, name)


def _remember(cookie: str, value: str) -> AnyResponse:
    response = redirect(local_path(request.form.get("next")), code=303)
    response.set_cookie(cookie, value, max_age=_YEAR, secure=True, httponly=True, samesite="Lax")
    return response


@core.get("/healthz")
@public
@outside_transaction
def healthz() -> Response:
    """Say that the process lives."""
    return jsonify(status="ok")


@core.get("/readyz")
@public
def readyz() -> Response:
    """Say that the database answers and has the schema of this version, and whether only reading is open."""
    session().execute(text("SELECT 1"))
    current = session().scalar(text("SELECT version_num FROM alembic_version"))
    expected = current_app.extensions.get("schema_version")
    ready = expected is None or current == expected
    serving = "read-only" if cast(Application, current_app).halted() else "ready"
    response = jsonify(status=serving if ready else "schema")
    response.status_code = 200 if ready else 503
    return response
