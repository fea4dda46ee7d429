"""Which requests are done once, under which name, and where a repeated one is led: for forms and for programs."""

import hashlib
import uuid
from typing import Any

from flask import Response, g, redirect, request

from app.core.errors import Invalid
from app.core.ids import parse_id
from app.core.openapi import wants_json
from app.core.words import N_

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class BadKey(Invalid):
    """A program named its request by something that could be the name of another request too."""

    words = N_("An Idempotency-Key is a UUID, a new one for each request.")


def name_of_request() -> uuid.UUID | None:
    """Return what a repeat of this request is known by, None for one that may simply be done again."""
    if wants_json():
        return _name_of_program()
    key = parse_id(request.form.get("_once", "")) if request.method == "POST" else None
    # The next person at this computer may find the page of the one before: nobody is led where another's form went.
    return uuid.uuid5(key, f"{_person()} {request.path}") if key is not None else None


def where_it_leads(response: Response) -> str | None:
    """Return where the result of a deed stands, empty where there is nothing to see.

    None where nothing was done, and for an answer that stands nowhere: what was a question is asked again.
    """
    if not wants_json():
        return response.headers["Location"] if 300 <= response.status_code < 400 else None
    if not 200 <= response.status_code < 300:
        return None
    location = response.headers.get("Location") or response.headers.get("Content-Location")
    return location or ("" if response.status_code == 204 else None)


def led_to(location: str) -> Any:
    """Return the answer to a repeat: it tells where to look, and never again what the first copy was told."""
    if not wants_json():
        return redirect(location, code=303)
    return Response(status=303, headers={"Location": location}) if location else Response(status=204)


def _name_of_program() -> uuid.UUID | None:
    """Return a name for one Idempotency-Key, one person, one address and one body.

    The key itself is not kept, so the body's digest cannot be guessed from the name.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None or request.method in SAFE_METHODS:
        return None
    key = parse_id(given.strip('"'))
    if key is None:
        raise BadKey()
    return uuid.uuid5(key, f"{_person()} {request.method} {request.full_path} {_digest_of_body()}")


def _person() -> uuid.UUID | None:
    return getattr(g.get("actor"), "person_id", None)


def _digest_of_body() -> str:
    digest = hashlib.sha256()
    # Uploads first: once they are read, what stands between them, which differs from copy to copy, is gone.
    for name, upload in request.files.items(multi=True):
        digest.update(f"{name!r} {upload.filename!r}".encode())
        digest.update(upload.stream.read())
        upload.stream.seek(0)
    digest.update(repr(list(request.form.items(multi=True))).encode())
    digest.update(request.get_data())
    return digest.hexdigest()
