"""Files as a form brings them."""

from flask import request

from app.letterbox.service.attaching import Upload


def uploads() -> list[Upload]:
    """Return the files that were chosen; an empty choice is none."""
    return [Upload(one.filename, one.stream) for one in request.files.getlist("files") if one.filename]
