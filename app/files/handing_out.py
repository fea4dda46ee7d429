"""How a document leaves: as a download and never as something a browser shows (ASVS V3.2.1, V5.4)."""

from flask import Response

from app.access import Actor
from app.files import service
from app.files.models import Attachment


def as_download(attachment: Attachment, *, by: Actor) -> Response:
    """Return the answer that hands a document out."""
    details, content = service.read_attachment(attachment, by=by)
    response = Response(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=details["name"])
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Content-Length"] = str(details["size"])
    return response
