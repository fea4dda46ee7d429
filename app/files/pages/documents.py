"""Documents of a file: the list, taking one in, handing one out."""

from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.core import forms
from app.core.errors import Invalid, TooLarge
from app.directory.queries import names_of
from app.files import policy, queries, reading, service
from app.files.handing_out import as_download
from app.files.models import Attachment, StudentFile
from app.files.pages.frame import files, page_of


@files.route("/files/<uuid:file_id>/documents", methods=["GET", "POST"])
@guard(policy.READ_ATTACHMENT, load=queries.get_file, visit="file:documents_viewed")
def documents(file: StudentFile) -> Any:
    """List the documents of a file and take in another."""
    form = forms.blank()
    if request.method == "POST":
        form = _take_in(file)
        if not form.errors:
            flash(_("The document is sealed and kept with the file."), "done")
            return redirect(url_for("files.documents", file_id=file.id), code=303)
    kept = [(one, reading.details_of(one, by=g.actor)) for one in queries.attachments_of(file)]
    page = page_of(
        file, "files/documents.html", form=form, documents=kept,
        people=names_of({one.author_id for one, _details in kept}), may_add=policy.ATTACH.allows(g.actor, file),
    )
    return page, 422 if form.errors else 200


def _take_in(file: StudentFile) -> forms.Form:
    upload = request.files.get("document")
    if upload is None or not upload.filename:
        return forms.blank().with_error("document", _("Choose a document first."))
    try:
        service.add_attachment(file, source=upload.stream, name=upload.filename, by=g.actor)
    except (Invalid, TooLarge) as refused:
        return forms.blank().with_error("document", refused.words)
    return forms.blank()


@files.get("/files/<uuid:file_id>/documents/<uuid:attachment_id>")
@guard(policy.READ_ATTACHMENT, load=queries.get_attachment, visit="attachment:opened")
def document(attachment: Attachment) -> Response:
    """Hand out a document."""
    return as_download(attachment, by=g.actor)
