"""Documents of a file."""

from typing import Any

from flask import Response, g, url_for
from flask_smorest.fields import Upload

from app.access import guard
from app.core.forms import Shape
from app.files import policy, queries, reading, schemas, service
from app.files.api.resource import columns_of, files_api
from app.files.handing_out import as_download
from app.files.models import Attachment, StudentFile


class Uploaded(Shape):
    """A document as multipart/form-data carries it."""

    document = Upload(required=True)


@files_api.get("/files/<uuid:file_id>/documents")
@guard(policy.READ_ATTACHMENT, load=queries.get_file, visit="file:documents_viewed")
@files_api.response(200, schemas.DocumentOut(many=True))
def documents(file: StudentFile) -> Any:
    """List the documents of a file; name, kind and size of a damaged one are null."""
    return [_opened(attachment) for attachment in queries.attachments_of(file)]


@files_api.post("/files/<uuid:file_id>/documents")
@guard(policy.ATTACH, load=queries.get_file)
@files_api.arguments(Uploaded, location="files")
@files_api.response(201, schemas.DocumentOut)
def add_document(file: StudentFile, given: dict[str, Any]) -> Any:
    """Take in a PDF, Word, JPEG or PNG document, sealed before it is stored."""
    upload = given["document"]
    made = service.add_attachment(file, source=upload.stream, name=upload.filename or "", by=g.actor)
    where = url_for("files_api.document", file_id=file.id, attachment_id=made.id)
    return _opened(made), {"Location": where}


@files_api.get("/files/<uuid:file_id>/documents/<uuid:attachment_id>")
@guard(policy.READ_ATTACHMENT, load=queries.get_attachment, visit="attachment:opened")
@files_api.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
def document(attachment: Attachment) -> Response:
    """Hand out a document, always as a download."""
    return as_download(attachment, by=g.actor)


def _opened(attachment: Attachment) -> dict[str, Any]:
    details = reading.details_of(attachment, by=g.actor) or {"name": None, "kind": None, "size": None}
    return {**columns_of(attachment, schemas.DocumentLine), **details}
