"""What is slow about a form with a password, done before the form's transaction begins: pages and programs alike."""

import functools
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from flask import current_app, g, request
from marshmallow import ValidationError

from app.core import forms
from app.core.database import Database
from app.core.forms import Shape
from app.core.requests import ahead
from app.identity import service
from app.identity.sessions import account_in_front, source_of_request
from app.identity.throttle import TooManyAttempts

Slow = Callable[[], Any]


def stretches(
    shape: type[Shape], begin: Callable[[Mapping[str, Any]], Slow | None]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view's passwords be stretched before its transaction; `begin` gets what was typed, inside a short one.

    What came out is the view's as stretched().
    """
    return ahead(functools.partial(_stretch, shape, begin))


def stretched() -> Any:
    """Return what was made ahead; without it this account was held back, so TooManyAttempts is raised."""
    if (found := g.get("stretched")) is None:
        raise TooManyAttempts()
    return found


def confirming(given: Mapping[str, Any]) -> Slow | None:
    """Return the slow part of proving again who one is."""
    account = account_in_front()
    if account is None:
        return None
    return service.confirming(account, password=given.get("password") or "", source=source_of_request())


def changing(given: Mapping[str, Any]) -> Slow | None:
    """Return the slow part of changing one's password."""
    account = account_in_front()
    if account is None:
        return None
    return service.changing_password(account, old=given["old"], new=given["new"], source=source_of_request())


def _stretch(shape: type[Shape], begin: Callable[[Mapping[str, Any]], Slow | None]) -> None:
    given = _given(shape)
    if given is None:
        return
    database: Database = current_app.extensions["database"]
    # Who has to wait is told so by the view.
    with suppress(TooManyAttempts):
        with database.transaction(writes=False):
            slow = begin(given)
        g.stretched = slow() if slow is not None else None


def _given(shape: type[Shape]) -> Mapping[str, Any] | None:
    """Return what was typed, or None where the view will refuse it anyhow."""
    if request.is_json:
        try:
            loaded: Mapping[str, Any] = shape().load(request.get_json(silent=True) or {})
        except ValidationError:
            return None
        return loaded
    form = forms.read(shape(), request.form)
    return form.data if not form.errors else None
