"""The JSON API beside the pages: same services, same permissions, same session, described by OpenAPI 3.1."""

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

PREFIX = "/api/v1"


class QuietApi(Api):
    """flask-smorest without its error handlers: refusals have one home, which also serves the pages."""

    def _register_error_handlers(self) -> None:
        """Leave errors to app.core.refusals."""


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
    api.spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": "__Host-xinxia"}
    )
    api.spec.options["security"] = [{"session": []}]
    for blueprint in blueprints:
        api.register_blueprint(blueprint, url_prefix=PREFIX)


_DESCRIPTION = (
    "What the pages do, for programs. Sign in through the page; unsafe methods need the X-CSRFToken header "
    "with the token that GET /api/v1/session answers. There are no long-lived tokens."
)


def blueprint(name: str, import_name: str, **options: Any) -> Blueprint:
    """Return a feature's API blueprint; its views carry @guard directly below @route."""
    return Blueprint(f"{name}_api", import_name, **options)
