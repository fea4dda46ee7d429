"""From the cookie to the actor: flask-login says who, the session row and the cookie open the key ring."""

import base64
import binascii
from datetime import timedelta
from typing import Any

from flask import Request, Response, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user

from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.requests import Application
from app.identity.models import SignInSession
from app.identity.queries import actor_of, live_session
from app.identity.service import session_id_of

COOKIE = "__Host-xinxia"
_TOUCH_AFTER = timedelta(minutes=1)


class Visitor(UserMixin):
    """Somebody signed in, as flask-login knows them."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """Return the person's id."""
        return str(self.actor.person_id)


def watch(app: Application) -> None:
    """Put the actor into every request, and keep sessions alive while they are used."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(_visitor)
    app.entering.append(_set_actor)
    app.after_request(_touch)


def _set_actor() -> None:
    # A view that runs again after a lost race must not meet objects of the transaction rolled back.
    g.pop("_login_user", None)
    g.actor = current_user.actor if current_user.is_authenticated else None


def _visitor(incoming: Request) -> Visitor | None:
    token = _token(incoming.cookies.get(COOKIE, ""))
    if token is None:
        return None
    settings = current_app.extensions["settings"]
    row = live_session(
        session_id_of(token),
        idle=timedelta(seconds=settings.session_idle),
        absolute=timedelta(seconds=settings.session_absolute),
    )
    if row is None:
        return None
    actor = actor_of(row, token=token, via="api" if incoming.path.startswith("/api/") else "page")
    if actor is not None and clock.now() - row.seen_at > _TOUCH_AFTER:
        g.touched_session = row.id
    return Visitor(actor) if actor else None


def _touch(response: Response) -> Response:
    """Note that the session was used, in a short transaction of its own after the request's."""
    if (session_id := g.pop("touched_session", None)) is not None:
        current_app.extensions["database"].retrying(lambda: _seen(session_id))
    return response


def _seen(session_id: bytes) -> None:
    row = session().get(SignInSession, session_id)
    if row is not None:
        row.seen_at = clock.now()


def _token(cookie: str) -> bytes | None:
    try:
        token = base64.urlsafe_b64decode(cookie)
    except (binascii.Error, ValueError):
        return None
    return token if len(token) == 32 else None


def give_cookie(response: Any, token: bytes) -> Any:
    """Hand the session's secret to the browser, which alone keeps it."""
    response.set_cookie(
        COOKIE, base64.urlsafe_b64encode(token).decode(), secure=True, httponly=True, samesite="Lax", path="/"
    )
    return response


def take_cookie(response: Any) -> Any:
    """Make the browser forget everything of this site."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def source_of_request() -> str:
    """Return where a request comes from, for counting attempts; it is kept only as a keyed hash."""
    return request.remote_addr or "-"
