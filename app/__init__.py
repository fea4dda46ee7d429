"""Xinxia keeps the counselling records of schools sealed to the people who care for the student."""

import functools
import logging
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core import catalogues, clock
from app.core.database import Database
from app.core.headers import set_headers
from app.core.redirects import page_address
from app.core.refusals import register_refusals
from app.core.requests import Application, new_once_key, request_id
from app.vault import check_server_key, opening_info

log = logging.getLogger("xinxia.requests")


def create_app(settings: Any, *, at_once: bool = True) -> Application:
    """Return the application for one installation; what the settings miss or break raises at once.

    Otherwise it is opened by the first command that needs it: `letters screen` runs without home, keys and database.
    """
    # Here and not above: importing a package of the product must not import the whole product.
    from app import wiring

    app = Application(__name__, static_folder="static", template_folder="templates")
    app.database = Database(settings.database_url)
    app.open_with(functools.partial(_open, app, settings))
    app.database.info |= {
        "home": settings.home,
        "attachments": settings.attachments,
        "checkpoints": settings.checkpoints,
        "attachment_quota": settings.attachment_quota,
        "demo": settings.demo,
        "second_factor": settings.second_factor,
        "session_idle": timedelta(seconds=settings.session_idle),
        "session_absolute": timedelta(seconds=settings.session_absolute),
    }
    app.extensions["database"] = app.database
    app.extensions["settings"] = settings
    _configure_flask(app, settings)
    CSRFProtect(app)
    catalogues.FeatureBabel(
        app,
        default_locale=catalogues.DEFAULT_LANGUAGE,
        default_timezone="Asia/Shanghai",
        locale_selector=catalogues.chosen_language,
    )
    register_refusals(app)
    app.before_request(_start_watch)
    app.after_request(set_headers)
    app.after_request(_log_request)
    app.context_processor(_frame_words)
    wiring.register_features(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    if at_once:
        app.open()
    return app


def _open(app: Application, settings: Any) -> None:
    """Make what a first start makes, and hand in what only this installation has: its keys."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_server_key(app.database, settings.server_key_file)
    info = opening_info(
        server_key_file=settings.server_key_file,
        root_public_file=settings.root_public_file,
        password_memory_kib=settings.password_memory_kib,
    )
    app.database.info |= info
    app.config["SECRET_KEY"] = info["server_key"].mac(b"form tokens")


def _configure_flask(app: Flask, settings: Any) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=settings.session_absolute),
        MAX_CONTENT_LENGTH=settings.upload_limit,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our own policy never sends
        TESTING=settings.testing,
        LEAVE_TO=settings.leave_to,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.jinja_options = {"autoescape": True, "extensions": ["jinja2.ext.i18n"]}


def _start_watch() -> None:
    g.started = time.monotonic()


def _log_request(response: Response) -> Response:
    milliseconds = round((time.monotonic() - g.get("started", time.monotonic())) * 1000, 1)
    log.info(
        "request",
        extra={
            "request_id": request_id(),
            "endpoint": request.endpoint or "-",
            "method": request.method,
            "status": response.status_code,
            "milliseconds": milliseconds,
        },
    )
    return response


def _frame_words() -> dict[str, Any]:
    return {
        "once": new_once_key,
        "t": SimpleNamespace(now=clock.now()),
        "locale": catalogues.chosen_language(),
        "page_address": page_address,
        "actor": None,
    }
