"""How a document leaves: as a download and never as something a browser shows (ASVS V3.2.1, V5.4)."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from flask import Response

from app.access import Actor
from app.files import service
from app.files.models import Attachment


def as_download(attachment: Attachment, *, by: Actor) -> Response:
    """Return the answer that hands a document out."""
    return download(*service.read_attachment(attachment, by=by))


def download(details: Mapping[str, Any], content: Iterable[bytes]) -> Response:
    """Return the answer that hands out these bytes under the name and size that its details give."""
    response = Response(content, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = disposition(str(details["name"]))
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Content-Length"] = str(details["size"])
    return response


def disposition(name: str) -> str:
    """Return the header that names a download: in any script (RFC 6266, RFC 8187), and plainly for old programs."""
    ending = PurePath(name).suffix
    plain = f"document{ending if ending.isascii() and ending[1:].isalnum() else ''}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
