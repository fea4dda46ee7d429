"""The author's own note about a file."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.core import forms
from app.files import policy, queries, reading, schemas, service
from app.files.models import StudentFile
from app.files.pages.frame import files, page_of


@files.route("/files/<uuid:file_id>/note", methods=["GET", "POST"])
@guard(policy.NOTE, load=queries.get_file, visit="note:viewed")
def note(file: StudentFile) -> Any:
    """Show and keep the author's own note, sealed to nobody else."""
    text = reading.note_text(queries.note_of(file, g.actor), by=g.actor)
    form = forms.blank(text=text or "")
    if request.method == "POST":
        form = forms.read(schemas.Note(), request.form)
        if not form.errors:
            service.save_note(file, text=form.data.get("text", ""), by=g.actor)
            flash(_("Your note is saved. Only you can read it."), "done")
            return redirect(url_for("files.note", file_id=file.id), code=303)
    return page_of(file, "files/note.html", form=form, damaged_note=text is None), 422 if form.errors else 200
