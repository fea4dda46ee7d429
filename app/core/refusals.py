"""Turns what was refused into words, in one place: a page for people, problem JSON (RFC 9457) for programs."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.core.database import is_full_or_broken
from app.core.errors import Invalid, Missing, NeedsEnrolment, NeedsFreshProof, NeedsSignIn, Refusal, Unavailable
from app.core.openapi import wants_json
from app.core.requests import SAFE_METHODS, request_id
from app.core.words import N_

log = logging.getLogger("xinxia.refusals")

HEADINGS = {
    400: N_("This request could not be understood"),
    401: N_("Please sign in"),
    403: N_("Please confirm that it is you"),
    404: N_("There is nothing here"),
    405: N_("This cannot be done that way"),
    409: N_("This is no longer possible"),
    410: N_("This page has been closed"),
    413: N_("This is too large"),
    422: N_("Something needs another look"),
    429: N_("One moment, please"),
    500: N_("Something went wrong on our side"),
    503: N_("This does not work just now"),
}
_HTTP_WORDS = {
    400: N_("The page may have been open for too long. Go back, load it again and send it once more."),
    404: Missing.words,
    422: N_("Something in the form needs another look."),
    405: N_("Please use the buttons and links of the pages."),
    413: N_("This is larger than what is accepted here."),
    500: N_("Nothing was changed. Please try again; if it happens again, give the number below to your "
            "administrator."),
}


def register_refusals(app: Flask) -> None:
    """Make this application answer every refusal and failure in the reader's language."""
    app.register_error_handler(Refusal, _answer_refusal)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(Exception, _answer_failure)


def _answer_refusal(refusal: Refusal) -> AnyResponse:
    if not wants_json():
        if isinstance(refusal, NeedsSignIn):
            return redirect(url_for("identity.sign_in", next=_here()), code=303)
        if isinstance(refusal, NeedsFreshProof):
            # 307 sends a form on as it is: the page that asks keeps its input and gives it back after the proof.
            here = request.full_path.rstrip("?")
            return redirect(url_for("identity.confirm", next=here), code=303 if request.method in SAFE_METHODS else 307)
        if isinstance(refusal, NeedsEnrolment):
            return redirect(url_for(refusal.leads_to), code=303)
    errors = {"json": refusal.errors} if isinstance(refusal, Invalid) and refusal.errors else None
    return answer(
        refusal.status, refusal.words, errors=errors, code=type(refusal).__name__, also=refusal.also, **refusal.params
    )


def _here() -> str:
    """Return the path to come back to after signing in; what a form did cannot be gone back to."""
    return request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""


def _answer_http(error: HTTPException) -> AnyResponse:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    # webargs keeps what was wrong with each field of a program's request here, without the values.
    faults = getattr(error, "data", None) or {}
    words = _HTTP_WORDS.get(code, _HTTP_WORDS[400])
    response = answer(code, words, errors=faults.get("messages"), code=type(error).__name__)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _answer_database(error: DBAPIError) -> AnyResponse:
    # The statement and its parameters never reach the log: they may hold what a person wrote.
    log.error("database", extra={"failure": type(error.orig).__name__, "request_id": request_id()})
    if is_full_or_broken(error):
        return answer(Unavailable.status, Unavailable.words)
    return answer(500, _HTTP_WORDS[500])


def _answer_failure(error: Exception) -> AnyResponse:
    log.error("failure", extra={"failure": _place(error), "request_id": request_id()})
    return answer(500, _HTTP_WORDS[500])


def _place(error: BaseException) -> str:
    """Name kind and place of a failure, never its message."""
    steps = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        steps.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(steps[-6:])}"


def answer(
    status: int, words: str, *, errors: Any = None, code: str | None = None, also: Mapping[str, Any] | None = None,
    **params: Any,
) -> Response:
    """Return the page or the problem JSON for one status and sentence."""
    sentence = gettext(words, **params) if params else gettext(words)
    heading = gettext(HEADINGS.get(status, HEADINGS[400]))
    if wants_json():
        # Whatever is missing or refused looks the same: no name tells one from the other.
        return _problem(heading, sentence, status, errors=errors, code=None if status == 404 else code, also=also)
    g.plain_page = True
    page = render_template(
        _page_here(), status=status, heading=heading, words=sentence, request_id=request_id(), ways=[]
    )
    return make_response(page, status)


def _page_here() -> str:
    """Return the page that says what was refused: some parts of the site have one in a frame of their own."""
    pages: Mapping[str, str] = current_app.extensions.get("refusal_pages", {})
    return next((page for beginning, page in pages.items() if request.path.startswith(beginning)), "errors/page.html")


def _problem(
    title: str, detail: str, status: int, *, errors: Any, code: str | None, also: Mapping[str, Any] | None
) -> Response:
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body |= {"instance": request_id()}
    body |= {"code": code} if code else {}
    body |= {"errors": _translated(errors)} if errors else {}
    body |= also or {}
    response = make_response(jsonify(body), status)
    response.headers["Content-Type"] = "application/problem+json"
    return response


def _translated(errors: Any) -> Any:
    """Return what is wrong with each field in the reader's language, at whatever depth it stands."""
    if isinstance(errors, Mapping):
        return {str(name): _translated(found) for name, found in errors.items()}
    return [_translated(found) for found in errors] if isinstance(errors, list) else gettext(str(errors))
