"""From the cookie to the actor: flask-login says who, the session row and the cookie open the key ring."""

import base64
import binascii
import functools
import ipaddress
from datetime import timedelta
from typing import Any

from flask import Request, Response, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user

from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import NeedsEnrolment
from app.core.requests import Application
from app.identity import factor
from app.identity.models import Account, SignInSession
from app.identity.queries import HALF_LASTS, actor_of, get_account, live_session
from app.identity.service import session_id_of

COOKIE = "__Host-xinxia"
HALF_COOKIE = "__Host-xinxia-step"
_TOUCH_AFTER = timedelta(minutes=1)
# What is open to somebody whose account is not finished: what finishes it, and leaving.
_UNFINISHED = frozenset(
    {
        "identity.recovery_code",
        "identity.second_factor",
        "identity.confirm",
        "identity.extend",
        "identity.sign_out",
        "identity.sign_out_everywhere",
        "session_api.show",
        "session_api.end",
        "session_api.prove",
    }
)


class Visitor(UserMixin):
    """Somebody signed in, as flask-login knows them."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """Return the person's id."""
        return str(self.actor.person_id)


def watch(app: Application) -> None:
    """Put the actor into every request, and keep sessions alive while they are used."""
    # Error pages are shown where no transaction is open: nothing may look for a visitor there.
    manager = LoginManager()
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(_visitor)
    app.entering.append(_set_actor)
    app.after_request(_touch)


def _set_actor() -> None:
    # A view that runs again after a lost race must not meet objects of the transaction rolled back.
    g.pop("_login_user", None)
    g.actor = current_user.actor if current_user.is_authenticated else None
    if g.actor is not None and (page := unfinished(g.actor)) is not None:
        g.unfinished = True
        if not _stays_open():
            raise NeedsEnrolment(page)


def unfinished(actor: Actor) -> str | None:
    """Return the page on which a person has to finish their account before anything else, or None."""
    account = get_account(actor.person_id)
    if account is not None and account.recovery_due:
        return "identity.recovery_code"
    if account is not None and account.factor_since is None and factor.is_needed(actor):
        return "identity.second_factor"
    return None


def _stays_open() -> bool:
    view = current_app.view_functions[request.endpoint or ""]
    inner = view.func if isinstance(view, functools.partial) else view
    return request.endpoint in _UNFINISHED or bool(getattr(inner, "__public__", False))


def _visitor(incoming: Request) -> Visitor | None:
    token = token_of(incoming.cookies.get(COOKIE, ""))
    row = live_session(session_id_of(token)) if token else None
    if token is None or row is None:
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


def account_in_front() -> Account | None:
    """Return whose live session the request's cookie belongs to, for what is done before its transaction."""
    token = token_of(request.cookies.get(COOKIE, ""))
    row = live_session(session_id_of(token)) if token else None
    return get_account(row.account_id) if row else None


def token_of(cookie: str) -> bytes | None:
    """Return the secret in a cookie, or None for what is none."""
    try:
        token = base64.urlsafe_b64decode(cookie)
    except (binascii.Error, ValueError):
        return None
    return token if len(token) == 32 else None


def give_cookie(response: Any, token: bytes) -> Any:
    """Hand the session's secret to the browser, which alone keeps it; what waited for a code is over."""
    response.set_cookie(COOKIE, _text(token), secure=True, httponly=True, samesite="Lax", path="/")
    response.delete_cookie(HALF_COOKIE, secure=True, httponly=True, samesite="Strict", path="/")
    return response


def give_half_cookie(response: Any, token: bytes) -> Any:
    """Hand the browser the secret that can take the code, for a few minutes."""
    response.set_cookie(
        HALF_COOKIE, _text(token), secure=True, httponly=True, samesite="Strict", path="/",
        max_age=int(HALF_LASTS.total_seconds()),
    )
    return response


def take_cookie(response: Any) -> Any:
    """Make the browser forget everything of this site."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).decode()


def source_of_request() -> str:
    """Return where a request comes from, for counting attempts; it is kept only as a keyed hash.

    Whoever has one IPv6 address has the 2^64 of its network.
    """
    try:
        address = ipaddress.ip_address(request.remote_addr or "-")
    except ValueError:
        return "-"
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
