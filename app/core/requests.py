"""One request, one transaction: returning commits, raising rolls back, a form sent twice is done once."""

import functools
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

import click
from flask import Flask, Request, Response, g, request
from flask import session as browser_session
from flask.cli import AppGroup
from flask.globals import request_ctx

from app.core import once
from app.core.database import Database
from app.core.errors import ReadOnly, Refusal, TooLarge
from app.core.ids import new_id
from app.core.repeats import SAFE_METHODS, led_to, name_of_request, where_it_leads

MOST_FIELDS = 2_000
"""How many values a form may bring: a school's whole staff ticked, and more (Xinxia's own default)."""
_Command = TypeVar("_Command", bound=click.Command)


def outside_transaction(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that needs no database (static files, liveness)."""
    view.__outside__ = True  # type: ignore[attr-defined]
    return view


def ahead(work: Callable[[], None]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a form's slow work be done before its transaction begins, so that nobody's writing waits for it."""

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.__ahead__ = work  # type: ignore[attr-defined]
        return view

    return mark


def repeatable(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a form that may simply be carried out again: nothing is kept of who sent it once."""
    view.__repeatable__ = True  # type: ignore[attr-defined]
    return view


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that is open without an account."""
    view.__public__ = True  # type: ignore[attr-defined]
    return view


class InMemory(Request):
    """A request whose uploads never touch the disk: what is sealed later must not lie in a temporary file before.

    The size of a request is bounded (MAX_CONTENT_LENGTH), and so is what a thread holds.
    """

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def stands_alone(command: _Command) -> _Command:
    """Mark a command, with all that stands below it, that needs neither home nor keys nor database."""
    command.__alone__ = True  # type: ignore[attr-defined]
    return command


class Commands(AppGroup):
    """The commands of an application: whichever does not stand alone finds the installation open."""

    def __init__(self, app: "Application") -> None:
        super().__init__(app.name)
        self.app = app

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command of this name, ready to be run."""
        found = super().get_command(ctx, cmd_name)
        if found is not None and not getattr(found, "__alone__", False):
            self.app.open()
        return found


class Application(Flask):
    """Flask in which the whole of a view runs inside one transaction.

    `entering` holds what must happen inside it before the view: identity puts the actor there. `starting`
    holds what is asked once before the server answers: each may refuse, or return a sentence for the console.
    While `halted` says so, only the endpoints in `open_while_halted` change anything.
    """

    database: Database
    request_class = InMemory

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entering: list[Callable[[], None]] = []
        self.starting: list[Callable[[], str | None]] = []
        self.halted: Callable[[], bool] = lambda: False
        self.open_while_halted: frozenset[str] = frozenset()
        self._opening: Callable[[], None] | None = None
        self.cli = Commands(self)

    def open_with(self, opening: Callable[[], None]) -> None:
        """Say what has to be there before the first request and before every command that does not stand alone."""
        self._opening = opening

    def open(self) -> None:
        """Open the installation, once; what is missing or wrong raises."""
        if self._opening is not None:
            self._opening()
            self._opening = None

    def dispatch_request(self) -> Any:
        """Run the view in a transaction, again from the start when the database lost a race."""
        view = self.view_functions.get(request.endpoint or "")
        if view is None or request.routing_exception is not None or _stands_outside(view):
            return super().dispatch_request()
        if request.method not in SAFE_METHODS:
            if request.endpoint not in self.open_while_halted and self.halted():
                raise ReadOnly()
            # What is sent is read whole before the transaction: a slow sender must not hold up everybody's writing.
            request.get_data(parse_form_data=True)
            _expect_few_fields()
            getattr(view, "__ahead__", _nothing)()
        writes = request.method not in SAFE_METHODS or bool(getattr(view, "__visits__", False))
        remembered = dict(browser_session)
        try:
            return self.database.retrying(
                self._enter_and_answer, writes=writes, lost=functools.partial(_as_it_came_in, remembered)
            )
        except Refusal as refusal:
            self._record_refusal(refusal)
            raise

    def _enter_and_answer(self) -> Response:
        for enter in self.entering:
            enter()
        view = self.view_functions[request.endpoint or ""]
        name = None if getattr(view, "__repeatable__", False) else name_of_request()
        if name is not None and (location := once.where_it_went(name)) is not None:
            return self.make_response(led_to(location))
        response = self.make_response(super().dispatch_request())
        if name is not None and (location := where_it_leads(response)) is not None:
            once.remember(name, location)
        return response

    def _record_refusal(self, refusal: Refusal) -> None:
        if refusal.afterwards is not None:
            self.database.retrying(refusal.afterwards)


def _stands_outside(view: Callable[..., Any]) -> bool:
    inner = view.func if isinstance(view, functools.partial) else view
    return bool(getattr(inner, "__outside__", False)) or request.endpoint == "static"


def _expect_few_fields() -> None:
    """Refuse a form of more fields than any page has: to name what is wrong with each took a quarter of a minute."""
    if sum(map(len, request.form.listvalues())) > MOST_FIELDS:
        raise TooLarge()


def _nothing() -> None:
    """Do nothing: most views have no slow work."""


def _as_it_came_in(remembered: dict[str, Any]) -> None:
    """Put the request back to its start after a lost attempt: what that said in the browser would be read twice."""
    browser_session.clear()
    browser_session.update(remembered)
    request_ctx.flashes = None
    for _name, uploads in request.files.lists():
        for upload in uploads:
            upload.stream.seek(0)


def request_id() -> str:
    """Return this request's id, made on first use; it stands on error pages and in log lines."""
    if "request_id" not in g:
        g.request_id = new_id().hex
    return str(g.request_id)


def new_once_key() -> str:
    """Return a fresh key for a form that must be carried out once."""
    return uuid.uuid4().hex
